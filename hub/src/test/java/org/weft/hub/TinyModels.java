package org.weft.hub;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.Stream;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Initialization;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.InitialCheckpoint;
import org.weft.driver.checkpoint.RunIdentity;
import org.weft.driver.checkpoint.Vocabulary;

/** A tiny model of each family, and checkpoints of them whose every parameter is a number of its own. */
public final class TinyModels {
    public static final int VOCABULARY = 37;

    public static final String GPT2 = "{architecture: gpt2, layers: 2, width: 16, heads: 2, context: 8}";
    public static final String LLAMA =
            "{architecture: llama, layers: 2, width: 16, heads: 4, kv_heads: 2, mlp_width: 24,"
                    + " context: 8, rope_theta: 500000, rope_scaling: llama3, rope_factor: 8, rope_original_context: 4}";
    static final String TIED_LLAMA =
            "{architecture: llama, layers: 1, width: 16, heads: 2, context: 8, tie_word_embeddings: true,"
                    + " rope_scaling: yarn, rope_factor: 4, rope_original_context: 2}";
    public static final String BERT = "{architecture: bert, layers: 2, width: 16, heads: 2, context: 8, dropout: 0.1}";
    public static final String BERT_PAIRS =
            "{architecture: bert, layers: 1, width: 16, heads: 2, context: 8, next_sentence: true}";

    /** What distinguishes each relative of Llama and the other decoders, so that every key of theirs goes out and in. */
    private static final List<String> RELATIVES = List.of(
            "mistral, kv_heads: 2, sliding_window: 5, head_dim: 6",
            "mistral, kv_heads: 2",
            "qwen2, kv_heads: 1, tie_word_embeddings: true, sliding_window: 4",
            "qwen2, kv_heads: 1, sliding_window: 4, full_attention_every: 2",
            "qwen3, kv_heads: 2, head_dim: 6",
            "smollm3, kv_heads: 2, no_rope_every: 2, tie_word_embeddings: true, rope_theta: 5e6",
            "olmo2, kv_heads: 2",
            "gemma2, kv_heads: 2, head_dim: 6, sliding_window: 4, query_pre_attn_scalar: 5, attn_logit_softcapping: -1",
            "gemma3_text, kv_heads: 2, sliding_window: 4, full_attention_every: 2, rope_theta: 1e6, rope_scaling: linear,"
                    + " rope_factor: 8",
            "phi3, kv_heads: 2, sliding_window: 4, rotary_fraction: 0.5",
            "phi3, kv_heads: 2, rope_scaling: longrope, rope_factor: 2, rope_original_context: 4,"
                    + " rope_short_factors: [1.0, 1.5], rope_long_factors: [2.0, 3.25], rope_attention_factor: 1.5",
            "mistral, kv_heads: 2, rope_scaling: dynamic, rope_factor: 2, rope_original_context: 4",
            "mixtral, kv_heads: 2, experts: 3, experts_per_token: 1, router_aux_loss_coef: 0.02",
            "gpt_neox, rotary_fraction: 0.5, sequential_residual: true, tanh_gelu: true",
            "t5, head_dim: 6, decoder_layers: 2, relative_buckets: 8, relative_distance: 7, tie_word_embeddings: true,"
                    + " dropout: 0.1",
            "t5, decoder_layers: 1, gated_perceptron: true, head_dim: 4, relative_buckets: 32, relative_distance: 128");

    /** The other encoders. */
    public static final String ROBERTA =
            "{architecture: roberta, layers: 2, width: 16, heads: 2, context: 8, token_types: 1}";

    public static final String DISTILBERT =
            "{architecture: distilbert, layers: 2, width: 16, heads: 2, context: 8, dropout: 0.1}";

    public static final String MODERNBERT =
            "{architecture: modernbert, layers: 3, width: 16, heads: 2, mlp_width: 24, context: 8, sliding_window: 4,"
                    + " rope_theta: 160000, rope_local_theta: 500}";

    private static final String GLOBAL_MODERNBERT =
            "{architecture: modernbert, layers: 2, width: 16, heads: 2, context: 8, full_attention_every: 1}";

    public static final String XLM_ROBERTA =
            "{architecture: xlm-roberta, layers: 1, width: 16, heads: 2, context: 8, dropout: 0.1}";

    private TinyModels() {}

    /** One of each form that there is. */
    static Stream<String> forms() {
        return Stream.of(GPT2, LLAMA, TIED_LLAMA, BERT, BERT_PAIRS);
    }

    public static Stream<String> all() {
        return Stream.concat(
                Stream.concat(forms(), Stream.of(ROBERTA, XLM_ROBERTA, DISTILBERT, MODERNBERT, GLOBAL_MODERNBERT)),
                RELATIVES.stream()
                        .map(keys -> "{layers: 2, width: 16, heads: 4, mlp_width: 24, context: 8, architecture: " + keys
                                + "}"));
    }

    public static WeftConfig config(String runDir, String model) {
        return ConfigLoader.load("test", "run: {dir: \"" + runDir + "\"}\nmodel: " + model, List.of());
    }

    /** A checkpoint of step 0 in {@code runDir/checkpoints}. */
    public static Checkpoint checkpoint(Store store, String runDir, String model) throws IOException {
        WeftConfig config = config(runDir, model);
        ParameterLayout layout = new ModelShape(config.model(), VOCABULARY).layout();
        return InitialCheckpoint.write(
                store,
                config.run().directory(),
                new RunIdentity(config, layout, new Vocabulary(VOCABULARY, "")),
                (offset, length, sink) -> fill(layout, offset, length, sink));
    }

    /** The same with one number of one tensor replaced. */
    public static Checkpoint checkpointWith(
            Store store, String runDir, String model, String tensor, int index, float number) throws IOException {
        WeftConfig config = config(runDir, model);
        ParameterLayout layout = new ModelShape(config.model(), VOCABULARY).layout();
        long place = index
                + layout.parameters().stream()
                        .filter(parameter -> parameter.name().equals(tensor))
                        .findFirst()
                        .orElseThrow()
                        .offset();
        return InitialCheckpoint.write(
                store,
                config.run().directory(),
                new RunIdentity(config, layout, new Vocabulary(VOCABULARY, "")),
                (offset, length, sink) -> fill(layout, offset, length, (at, bytes) -> {
                    if (place >= at && place < at + bytes.remaining() / Float.BYTES) {
                        bytes.putFloat(bytes.position() + (int) (place - at) * Float.BYTES, number);
                    }
                    sink.accept(at, bytes);
                }));
    }

    /** The initial parameters, each moved a little, for zeros and ones look alike. */
    public static void fill(ParameterLayout layout, long offset, long length, CheckpointReader.Sink sink)
            throws IOException {
        ByteBuffer all = ByteBuffer.allocate((int) length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        Initialization.fill(layout, 7, offset, all.asFloatBuffer());
        for (int i = 0; i < length; i++) {
            all.putFloat(i * Float.BYTES, all.getFloat(i * Float.BYTES) + (float) (0.1 * Math.sin(offset + i)));
        }
        sink.accept(offset, all);
    }

    /** A word tokenizer of {@code words} words, the last of which ends a text. */
    public static String tokenizer(int words) {
        ObjectNode root = new ObjectMapper().createObjectNode();
        root.put("version", "1.0").putNull("truncation").putNull("padding");
        root.putArray("added_tokens")
                .addObject()
                .put("id", words - 1)
                .put("content", "<|endoftext|>")
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
        root.putNull("normalizer").putObject("pre_tokenizer").put("type", "Whitespace");
        root.putNull("post_processor").putNull("decoder");
        ObjectNode model = root.putObject("model").put("type", "WordLevel").put("unk_token", "w0");
        ObjectNode vocabulary = model.putObject("vocab");
        for (int i = 0; i < words - 1; i++) {
            vocabulary.put("w" + i, i);
        }
        vocabulary.put("<|endoftext|>", words - 1);
        return root.toString();
    }
}
