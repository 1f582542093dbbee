package org.weft.core.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.Problems;
import org.weft.core.config.SpanLengths;
import org.weft.core.config.WeftConfig;
import org.weft.core.params.Initializer;
import org.weft.core.params.ParameterLayout;

/**
 * T5 (Raffel et al. 2020) and its version 1.1 with Flan-T5: an encoder and a decoder that looks at what the encoder made of its
 * text, positions as biases of attention that all blocks of a side share, RMSNorm, scores that are not scaled. Version 1.0
 * has ReLU and the embedding as its head, scaled by D^-0.5; version 1.1 a gated GELU and a head of its own.
 *
 * <p>Parameters stand in the order of the forward pass: what every block uses (embedding, biases of positions), the encoder's
 * blocks, the decoder's, then the last norm and a head of its own. They are named and shaped as in Hugging Face's checkpoints, linear weights
 * (out, in), but for three that stand elsewhere there ({@link T5HubTable}). The encoder's last norm is of the decoder's
 * first block, which reads it.
 *
 * <p>Initialisation as in the paper's code: normal of a deviation that keeps the variance of sums, with D^-0.5 K^-0.5 for
 * queries, whose scores are not scaled.
 *
 * <p>V vocabulary, D width, M width within the perceptron, H heads, K width of a head.
 */
public final class T5Family implements Family {
    public static final String NAME = "t5";
    public static final String EMBEDDING = "shared.weight";
    public static final String ENCODER_POSITIONS = "encoder.relative_attention_bias.weight";
    public static final String DECODER_POSITIONS = "decoder.relative_attention_bias.weight";
    public static final String ENCODER_NORM = "decoder.block.0.encoder_layer_norm";
    public static final String LAST_NORM = "decoder.final_layer_norm";
    public static final String HEAD = "lm_head.weight";

    private static final int BUCKETS = 32;
    private static final int DISTANCE = 128;
    private static final double WRITTEN = 0.22;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String summary() {
        return "an encoder and a decoder, biases of relative positions, RMSNorm, learns spans that were cut out.";
    }

    @Override
    public boolean encodesSource() {
        return true;
    }

    @Override
    public boolean tellsSegments(ModelConfig model) {
        return true;
    }

    @Override
    public OptionalInt paddingId() {
        return OptionalInt.of(DECODER_START);
    }

    @Override
    public double normEpsilon() {
        return 1e-6;
    }

    @Override
    public boolean gated(ModelConfig model) {
        return model.gatedPerceptron();
    }

    /** Version 1.0 has one matrix for both; 1.1 says {@code tie_word_embeddings: false}. */
    @Override
    public boolean tiedHead(ModelConfig model) {
        return model.tieWordEmbeddings();
    }

    /** The encoder's first, then the decoder's. */
    @Override
    public int blocks(ModelConfig model) {
        return model.layers() + decoderBlocks(model);
    }

    /** Blocks of the decoder alone. */
    public static int decoderBlocks(ModelConfig model) {
        return model.decoderLayers() > 0 ? model.decoderLayers() : model.layers();
    }

    /** Kinds of distances. */
    public static int buckets(ModelConfig model) {
        return model.relativeBuckets() > 0 ? model.relativeBuckets() : BUCKETS;
    }

    /** From where on distances are of the last kind. */
    public static int farthest(ModelConfig model) {
        return model.relativeDistance() > 0 ? model.relativeDistance() : DISTANCE;
    }

    /** The layers of a block's perceptron, without {@code .weight}, that widen: one, or the gate and what it gates. */
    public static List<String> widening(ModelConfig model) {
        return model.gatedPerceptron() ? List.of("wi_0", "wi_1") : List.of("wi");
    }

    @Override
    public Set<String> ownKeys() {
        return Set.of("decoder_layers", "gated_perceptron", "relative_buckets", "relative_distance", "head_dim");
    }

    @Override
    public Map<String, Integer> meant(ModelConfig model) {
        return Map.of(
                "decoder_layers",
                decoderBlocks(model),
                "relative_buckets",
                buckets(model),
                "relative_distance",
                farthest(model));
    }

    @Override
    public void validate(ModelConfig model, Problems problems) {
        problems.require(
                model.decoderLayers() >= 0, "model.decoder_layers=%d must not be negative", model.decoderLayers());
        problems.require(
                model.relativeBuckets() >= 0 && buckets(model) >= 4 && buckets(model) % 4 == 0,
                "model.relative_buckets=%d must be a multiple of 4, or 0",
                model.relativeBuckets());
        problems.require(
                model.relativeDistance() >= 0 && farthest(model) > buckets(model) / 2,
                "model.relative_distance=%d must be more than half of model.relative_buckets, %d, or 0",
                model.relativeDistance(),
                buckets(model));
    }

    @Override
    public ParameterLayout layout(ModelShape shape) {
        ModelConfig model = shape.config();
        int width = model.width();
        Initializer byWidth = Initializer.normal(Math.pow(width, -0.5));
        ParameterLayout.Builder layout = ParameterLayout.builder();
        List<Integer> table = List.of(shape.vocabSize(), width);
        List<Integer> distances = List.of(buckets(model), model.heads());
        layout.add(EMBEDDING, table, true, Initializer.normal(1)); // (V, D)
        layout.add(ENCODER_POSITIONS, distances, false, byWidth); // (buckets, H)
        layout.add(DECODER_POSITIONS, distances, false, byWidth); // (buckets, H)
        for (int block = 0; block < model.layers(); block++) {
            attention(layout, blockPrefix(model, block) + "layer.0.", "SelfAttention.", model);
            perceptron(layout, blockPrefix(model, block) + "layer.1.", model);
        }
        for (int block = model.layers(); block < blocks(model); block++) {
            String prefix = blockPrefix(model, block);
            if (block == model.layers()) {
                norm(layout, ENCODER_NORM, width);
            }
            attention(layout, prefix + "layer.0.", "SelfAttention.", model);
            attention(layout, prefix + "layer.1.", "EncDecAttention.", model);
            perceptron(layout, prefix + "layer.2.", model);
        }
        norm(layout, LAST_NORM, width);
        if (!model.tiedHead()) {
            layout.addFactor(HEAD, table, true, byWidth); // (V, D)
        }
        return layout.build();
    }

    private static void attention(ParameterLayout.Builder layout, String home, String kind, ModelConfig model) {
        int width = model.width();
        int inner = model.heads() * model.headWidth();
        double byWidth = Math.pow(width, -0.5);
        norm(layout, home + "layer_norm", width);
        linear(layout, home + kind + "q", inner, width, byWidth * Math.pow(model.headWidth(), -0.5)); // (H K, D)
        linear(layout, home + kind + "k", inner, width, byWidth); // (H K, D)
        linear(layout, home + kind + "v", inner, width, byWidth); // (H K, D)
        linear(layout, home + kind + "o", width, inner, Math.pow(inner, -0.5)); // (D, H K)
    }

    private static void perceptron(ParameterLayout.Builder layout, String home, ModelConfig model) {
        int width = model.width();
        int hidden = model.hiddenWidth();
        norm(layout, home + "layer_norm", width);
        for (String layer : widening(model)) {
            linear(layout, home + "DenseReluDense." + layer, hidden, width, Math.pow(width, -0.5)); // (M, D)
        }
        linear(layout, home + "DenseReluDense.wo", width, hidden, Math.pow(hidden, -0.5)); // (D, M)
    }

    private static void norm(ParameterLayout.Builder layout, String name, int width) {
        layout.add(name + ".weight", List.of(width), false, Initializer.ONES); // (D)
    }

    private static void linear(ParameterLayout.Builder layout, String name, int out, int in, double deviation) {
        layout.addFactor(name + ".weight", List.of(out, in), true, Initializer.normal(deviation)); // (out, in)
    }

    @Override
    public String blockPrefix(ModelConfig model, int block) {
        return block < model.layers()
                ? "encoder.block." + block + "."
                : "decoder.block." + (block - model.layers()) + ".";
    }

    @Override
    public List<String> attention() {
        return List.of("q", "v");
    }

    @Override
    public boolean languageOnly(String parameter) {
        return parameter.equals(HEAD);
    }

    @Override
    public double attentionScale(ModelConfig model) {
        return 1;
    }

    /** Of a token that is read, with the {@value #WRITTEN} that are written beside it where spans are cut out at their usual rate. */
    @Override
    public double flopsPerToken(ModelShape shape) {
        double read = shape.config().context();
        return matrixFlops(shape, read, WRITTEN * read) / read + attentionFlops(shape.config(), 1);
    }

    @Override
    public double flopsPerSequence(ModelShape shape, WeftConfig config) {
        SpanLengths lengths = config.spanLengths();
        return matrixFlops(shape, lengths.source(), lengths.target())
                + attentionFlops(shape.config(), lengths.source(), lengths.target());
    }

    /**
     * Of a sequence's weights, forward and backward. The decoder's keys and values of the other side are of tokens that are read.
     *
     * @param read tokens
     * @param written tokens
     */
    private static double matrixFlops(ModelShape shape, double read, double written) {
        ModelConfig model = shape.config();
        double perceptron = (double) (widening(model).size() + 1) * model.hiddenWidth() * model.width();
        double attention = 4.0 * model.heads() * model.headWidth() * model.width();
        double source = model.layers() * (attention + perceptron) + decoderBlocks(model) * attention / 2;
        double target =
                decoderBlocks(model) * (attention * 1.5 + perceptron) + (double) shape.vocabSize() * model.width();
        return 6 * (read * source + written * target);
    }

    @Override
    public double attentionFlops(ModelConfig model, double runs) {
        double read = model.context();
        return attentionFlops(model, read, WRITTEN * read) / read;
    }

    /** Of a sequence's attention, forward and backward: products of queries and keys, and of what they give and values. */
    public static double attentionFlops(ModelConfig model, double read, double written) {
        double pairs = model.layers() * read * read + decoderBlocks(model) * written * (written + read);
        return 12.0 * model.heads() * model.headWidth() * pairs;
    }

    @Override
    public BlockParts parts(ModelConfig model, int block) {
        String mlp = blockPrefix(model, block) + (block < model.layers() ? "layer.1." : "layer.2.") + "DenseReluDense.";
        BlockParts.Axis units = model.gatedPerceptron()
                ? BlockParts.gated(model.hiddenWidth(), mlp + "wi_0", mlp + "wi_1", mlp + "wo")
                : BlockParts.units(model.hiddenWidth(), mlp + "wi", false, mlp + "wo");
        return new BlockParts(
                Optional.empty(),
                "a head has a bias of distances that all blocks of its side share",
                List.of(units),
                List.of(),
                "its encoder and its decoder have as many each as they have");
    }

    @Override
    public HubTable hub() {
        return new T5HubTable();
    }
}
