package org.weft.driver.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;

/** S 8 and T 3 of an encoder with a decoder: 7 tokens of text, of which one is cut out. */
class ActivationsTest {
    private static final String T5 = "architecture: t5, layers: 1, decoder_layers: 2, width: 2, heads: 1, head_dim: 3, "
            + "mlp_width: 5, context: 8, dropout: 0";
    private static final String MISTRAL =
            "architecture: mistral, layers: 3, width: 16, heads: 2, context: 32, dropout: 0";

    /**
     * A token of either side: 2 in the stream between blocks. One that attends: norm 4, query 3, what it takes 3, stream 2, a score for
     * each key; as a key 3 and 3; in the perceptron norm 4, hidden 5.
     */
    @Test
    void eachSideKeepsWhatItsOwnTokensNeed() {
        Activations activations = of(T5);
        assertThat(activations.stream()).isEqualTo(4 * 11 * 2);
        int encoder = 11 * 2 + 8 * (12 + 8 + 6 + 9);
        int decoder = 11 * 2 + 3 * (12 + 3 + 6 + 12 + 8 + 9) + 8 * 6;
        int lastNorm = 8 * 4;
        assertThat(activations.blocks())
                .extracting(Activations.Block::kept)
                .containsExactly(4L * encoder, 4L * (decoder + lastNorm), 4L * decoder);
        assertThat(activations.keptBytes()).isEqualTo(4L * (encoder + 2 * decoder + lastNorm));
    }

    /** A mask and a product more of each score and hidden element, of a gate's product one more; masks of what halves add. */
    @ParameterizedTest
    @CsvSource({"false, 10", "true, 5"})
    void dropoutKeepsMasks(boolean gated, int hidden) {
        String keys = T5.replace("decoder_layers: 2", "decoder_layers: 1") + ", gated_perceptron: " + gated;
        List<Activations.Block> kept = of(keys).blocks();
        List<Activations.Block> masked =
                of(keys.replace("dropout: 0", "dropout: 0.1")).blocks();
        assertThat(masked.get(0).kept() - kept.get(0).kept()).isEqualTo(4L * 8 * (2 * 8 + 2 + hidden + 2));
        assertThat(masked.get(1).kept() - kept.get(1).kept()).isEqualTo(4L * 3 * (2 * 3 + 2 + 2 * 8 + 2 + hidden + 2));
    }

    @Test
    void answersOfExamplesMayFillAContextOfTheirOwn() {
        assertThat(of("{" + T5 + "}, finetune: {task: instruction, from: /m}").stream())
                .isEqualTo(4 * 16 * 2);
    }

    /** An expert's copy of a token and what it gives, for each that the token goes to. */
    @Test
    void aMixtureKeepsATokenForEachOfItsExperts() {
        long one = of(MISTRAL + ", mlp_width: 48").keptBytes();
        String mixture = MISTRAL.replace("mistral", "mixtral") + ", mlp_width: 24, experts: 4, experts_per_token: 2";
        assertThat(of(mixture).keptBytes() - one).isEqualTo(4L * 3 * 32 * 2 * 2 * 16);
    }

    /** Each block's own: of two with a window keys and values once more. */
    @Test
    void windowsAreOfTheBlocksThatHaveThem() {
        List<Activations.Block> blocks = of(MISTRAL.replace("mistral", "gemma3_text")
                        + ", mlp_width: 48, sliding_window: 8, full_attention_every: 3")
                .blocks();
        assertThat(blocks.get(0)).isEqualTo(blocks.get(1));
        assertThat(blocks.get(0).kept() - blocks.get(2).kept()).isEqualTo(4L * 32 * 2 * 16);
    }

    /** While backward goes through the decoder, all is there; through the encoder, the decoder's is not. */
    @Test
    void thePeakIsWhereMostIsHeldAtOnce() {
        Activations activations =
                new Activations(10, List.of(new Activations.Block(100, 70), new Activations.Block(20, 5)), 0);
        long ends = 2 * 30;
        long matrix = largestMatrix();
        assertThat(activations.peakBytes(shape(MISTRAL), 2, false)).isEqualTo(2 * 170 + ends + matrix);
        assertThat(activations.peakBytes(shape(MISTRAL), 2, true)).isEqualTo(2 * 180 + ends + matrix);
    }

    /** Inputs of 3 blocks, what the last gives, the gradient of it; before the first block what stands in brackets. */
    @ParameterizedTest
    @CsvSource({
        "mistral, 0, 5",
        "gemma2, 0, 6 (input)",
        "gpt2, 0, 5",
        "gpt2, 0.1, 7 (input and mask)",
        "bert, 0, 6 (input)",
        "bert, 0.1, 7 (input and mask)"
    })
    void anotherSequenceOfAStreamingWorkerCosts(String architecture, double dropout, String tensors) {
        String model =
                "architecture: " + architecture + ", layers: 3, width: 16, heads: 2, context: 32, dropout: " + dropout;
        Activations activations = of(model);
        long another = activations.streamedBytes(shape(model), 11, 1) - activations.streamedBytes(shape(model), 10, 1);
        assertThat(another).isEqualTo((tensors.charAt(0) - '0') * 4L * 32 * 16);
    }

    private static long largestMatrix() {
        return 4L * 256 * 16; // of a perceptron of 8 D / 3, rounded up
    }

    private static Activations of(String model) {
        WeftConfig config = config(model);
        return Activations.of(new ModelShape(config.model(), 40), config);
    }

    private static ModelShape shape(String model) {
        return new ModelShape(config(model).model(), 40);
    }

    private static WeftConfig config(String model) {
        String keys = model.startsWith("{") ? model : "{" + model + "}";
        return ConfigLoader.load("test", "{model: " + keys + "}", List.of("run.dir=/x"));
    }
}
