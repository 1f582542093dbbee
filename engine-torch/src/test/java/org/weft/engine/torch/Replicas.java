package org.weft.engine.torch;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.batches.Batch;
import org.weft.core.batches.Targets;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Initialization;
import org.weft.core.params.ParameterLayout;
import org.weft.engine.GradientListener;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;

/** Small models, formula-given batches and whole-vector access, for the engine's tests. */
final class Replicas {
    static final MicroBatchKey KEY = new MicroBatchKey(42, 0, 0, 0);

    private Replicas() {}

    static ModelShape shape(int layers, int width, int heads, int context, int vocabSize) {
        return new ModelShape(ModelConfig.gpt2(layers, width, heads, context, 0.0), vocabSize);
    }

    /** Small models of the other families: a Llama with grouped queries and a BERT with next-sentence prediction. */
    static ModelShape llama(int layers, int width, int heads, int context, int vocabSize) {
        return configured(
                "{architecture: llama, layers: " + layers + ", width: " + width + ", heads: " + heads + ", kv_heads: "
                        + heads / 2 + ", mlp_width: " + 3 * width + ", context: " + context + "}",
                vocabSize);
    }

    /** What tells a relative of Llama and each other decoder from the rest, in keys of the model section, with a window of W. */
    static final Map<String, String> RELATIVES = new TreeMap<>(Map.ofEntries(
            Map.entry("mistral", "kv_heads: 2, sliding_window: W"),
            Map.entry("qwen2", "kv_heads: 1, tie_word_embeddings: true"),
            Map.entry("qwen3", "kv_heads: 2, head_dim: 6"),
            Map.entry("smollm3", "kv_heads: 2, no_rope_every: 2"),
            Map.entry("olmo2", "kv_heads: 2"),
            Map.entry(
                    "gemma2",
                    "kv_heads: 2, head_dim: 6, sliding_window: W, query_pre_attn_scalar: 5, attn_logit_softcapping: 2,"
                            + " final_logit_softcapping: 3"),
            Map.entry("gemma3_text", "kv_heads: 2, sliding_window: W, full_attention_every: 2, rope_local_theta: 100"),
            Map.entry("phi3", "kv_heads: 2, sliding_window: W, rotary_fraction: 0.5"),
            Map.entry("dynamic", "kv_heads: 2, rope_scaling: dynamic, rope_factor: 2, rope_original_context: W"),
            Map.entry(
                    "longrope",
                    "kv_heads: 2, head_dim: 4, rope_scaling: longrope, rope_factor: 2, rope_original_context: W,"
                            + " rope_short_factors: [1.0, 1.2], rope_long_factors: [1.5, 3]"),
            Map.entry("mixtral", "kv_heads: 2, experts: 3, router_aux_loss_coef: -1"),
            Map.entry("gpt_neox", "rotary_fraction: 0.5"),
            Map.entry(
                    "sequential",
                    "sequential_residual: true, tanh_gelu: true, tie_word_embeddings: true, rotary_fraction: 0.5")));

    /**
     * A small model of one of them, of two layers.
     *
     * @param window of those that have one
     */
    static ModelShape relative(String name, int width, int context, int window, int vocabSize) {
        String family =
                switch (name) {
                    case "sequential" -> "gpt_neox";
                    case "dynamic", "longrope" -> "llama";
                    default -> name;
                };
        return configured(
                "{architecture: " + family + ", layers: 2, width: " + width + ", heads: 4, mlp_width: " + 3 * width
                        + ", context: " + context + ", " + RELATIVES.get(name).replace("W", "" + window) + "}",
                vocabSize);
    }

    static ModelShape bert(int layers, int width, int heads, int context, double dropout, int vocabSize) {
        return configured(
                "{architecture: bert, layers: " + layers + ", width: " + width + ", heads: " + heads + ", context: "
                        + context + ", dropout: " + dropout + ", next_sentence: true}",
                vocabSize);
    }

    /** A small encoder of another family than BERT, of two layers, with a window in the second of a ModernBERT. */
    static ModelShape encoder(String family, int width, int context, double dropout, int vocabSize) {
        return configured(
                "{architecture: " + family + ", layers: 2, width: " + width + ", heads: 4, context: " + context
                        + (family.equals("modernbert") ? ", sliding_window: 6, mlp_width: 12" : ", dropout: " + dropout)
                        + "}",
                vocabSize);
    }

    /** {@link #maskedBatch} of single texts. */
    static Batch maskedTokens(int step, int sequences, int context, int vocabSize) {
        Batch pairs = maskedBatch(step, sequences, context, vocabSize);
        int[] whole = new int[sequences];
        Arrays.fill(whole, context);
        return new Batch(sequences, context, pairs.inputs(), whole, new Targets.Tokens(pairs.targets()));
    }

    static ModelShape configured(String model, int vocabSize) {
        return new ModelShape(
                ConfigLoader.load("test", "model: " + model, List.of("run.dir=unused"))
                        .model(),
                vocabSize);
    }

    /** {@link #batch} with every third token to be predicted, in two segments, and as pairs. */
    static Batch maskedBatch(int step, int sequences, int context, int vocabSize) {
        int[] inputs = batch(step, sequences, context, vocabSize).inputs();
        int[] targets = new int[inputs.length];
        int[] seconds = new int[sequences];
        int[] related = new int[sequences];
        Arrays.setAll(targets, i -> i % 3 == 1 ? (inputs[i] + 5) % vocabSize : Batch.IGNORED);
        Arrays.fill(seconds, context / 2);
        Arrays.setAll(related, i -> i % 2);
        Targets asked = new Targets.Pairs(new Targets.Tokens(targets), related);
        return new Batch(sequences, context, inputs, seconds, asked);
    }

    static ModelShape withDropout(ModelShape shape, double dropout) {
        ModelConfig c = shape.config();
        return new ModelShape(
                ModelConfig.of(c.architecture(), c.layers(), c.width(), c.heads(), c.context(), dropout),
                shape.vocabSize());
    }

    /** An initialised replica of one thread. */
    static TorchReplica open(ModelShape shape, long seed) {
        TorchReplica replica = TorchReplica.open(shape, ReplicaOptions.cpu(1));
        initialize(replica, seed);
        return replica;
    }

    static TorchReplica openDouble(ModelShape shape) {
        return TorchReplica.open(shape, ReplicaOptions.cpu(1), ScalarType.Double);
    }

    static void initialize(ModelReplica replica, long seed) {
        ParameterLayout layout = replica.layout();
        FloatBuffer window = replica.parameters(0, (int) layout.size()).asFloatBuffer();
        Initialization.fill(layout, seed, 0, window);
        replica.parametersWritten(0, layout.size());
    }

    /** Token j (0 to T) of sequence i of step s: 7 ((7919 i + 31 j j + 17 j s + 101 s + 3) mod 29) mod V. */
    static Batch batch(int step, int sequences, int context, int vocabSize) {
        int[] tokens = new int[sequences * (context + 1)];
        for (int i = 0; i < sequences; i++) {
            for (int j = 0; j <= context; j++) {
                int value = 7919 * i + 31 * j * j + 17 * j * step + 101 * step + 3;
                tokens[i * (context + 1) + j] = 7 * (value % 29) % vocabSize;
            }
        }
        return Batch.causal(sequences, context, tokens);
    }

    static float[] gradient(ModelReplica replica) {
        return floats(replica.gradients(0, (int) replica.layout().size()));
    }

    static float[] floats(ByteBuffer window) {
        float[] values = new float[window.remaining() / Float.BYTES];
        window.asFloatBuffer().get(values);
        return values;
    }

    /** Gradient of one batch from zero, normalised by its own targets. */
    static float[] gradientOf(ModelReplica replica, Batch batch, MicroBatchKey key) {
        replica.zeroGradients();
        replica.accumulateGradient(batch, batch.targetCount(), key, GradientListener.NONE);
        return gradient(replica);
    }
}
