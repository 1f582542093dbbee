package org.weft.core.model;

/**
 * What an {@link EncoderFamily encoder} calls its layers: those of a block behind the block's prefix, those of the
 * masked-language head as they are. All are without {@code .weight} and {@code .bias}.
 *
 * <p>V vocabulary, D width, M width within the perceptron.
 *
 * @param query (D, D)
 * @param key (D, D)
 * @param value (D, D)
 * @param project of what attention gives, (D, D)
 * @param attentionNorm after attention's half of a block
 * @param expand (M, D)
 * @param contract (D, M)
 * @param perceptronNorm after the perceptron's half
 * @param transform of the states before tokens are predicted, (D, D)
 * @param transformNorm after it
 * @param vocabularyBias of the logits, with {@code .bias}: (V)
 */
public record EncoderNames(
        String query,
        String key,
        String value,
        String project,
        String attentionNorm,
        String expand,
        String contract,
        String perceptronNorm,
        String transform,
        String transformNorm,
        String vocabularyBias) {

    static final EncoderNames BERT =
            ofBert("cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm", "cls.predictions.bias");

    static final EncoderNames ROBERTA = ofBert("lm_head.dense", "lm_head.layer_norm", "lm_head.bias");

    static final EncoderNames DISTILBERT = new EncoderNames(
            "attention.q_lin",
            "attention.k_lin",
            "attention.v_lin",
            "attention.out_lin",
            "sa_layer_norm",
            "ffn.lin1",
            "ffn.lin2",
            "output_layer_norm",
            "vocab_transform",
            "vocab_layer_norm",
            "vocab_projector.bias");

    /** BERT's blocks with a head. */
    private static EncoderNames ofBert(String transform, String transformNorm, String vocabularyBias) {
        return new EncoderNames(
                "attention.self.query",
                "attention.self.key",
                "attention.self.value",
                "attention.output.dense",
                "attention.output.LayerNorm",
                "intermediate.dense",
                "output.dense",
                "output.LayerNorm",
                transform,
                transformNorm,
                vocabularyBias);
    }
}
