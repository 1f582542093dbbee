package org.weft.hub.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.core.config.ModelConfig;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.engine.Decoder;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;
import org.weft.hub.TinyModels;

/** ONNX Runtime writes the same 200 tokens as Weft, with the same logits on the way, and reads each of them once. */
class OnnxDecodersTest {
    private static final String SHAPE = "{layers: 2, width: 16, heads: 4, mlp_width: 24, context: 224, architecture: ";
    private static final String LLAMA =
            "llama, kv_heads: 2, rope_scaling: llama3, rope_factor: 8, rope_original_context: 32";
    private static final int WRITTEN = 200;
    private static final int[] PROMPT = {3, 1, 4, 1, 5, 9, 2, 6};

    @TempDir
    Path temporary;

    private final Store store = HadoopStore.local();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpt2",
                LLAMA,
                "llama, tie_word_embeddings: true, rope_scaling: yarn, rope_factor: 4, rope_original_context: 56",
                "mistral, kv_heads: 1, sliding_window: 5, head_dim: 6",
                "qwen2, kv_heads: 2, tie_word_embeddings: true, sliding_window: 4, full_attention_every: 2",
                "qwen3, kv_heads: 2, head_dim: 6",
                "smollm3, no_rope_every: 2, tie_word_embeddings: true",
                "olmo2, kv_heads: 2",
                "gemma2, kv_heads: 2, head_dim: 6, sliding_window: 4, query_pre_attn_scalar: 5",
                "gemma3_text, kv_heads: 2, sliding_window: 4, full_attention_every: 2, rope_theta: 1e6, rope_scaling: linear,"
                        + " rope_factor: 8",
                "phi3, kv_heads: 2, rotary_fraction: 0.5",
                "gpt_neox, rotary_fraction: 0.5",
                "gpt_neox, rotary_fraction: 0.5, sequential_residual: true, tanh_gelu: true, tie_word_embeddings: true"
            })
    void writesTheSameTokens(String family) throws IOException, OrtException {
        Checkpoint checkpoint = checkpoint(family);
        ModelConfig model = ReplicaLoader.configOf(checkpoint).model();
        export(checkpoint, OnnxType.F32);
        try (ModelReplica replica = ReplicaLoader.open(store, checkpoint, ReplicaOptions.cpu(1));
                Decoder decoder = replica.decoder(1);
                OnnxModel onnx = new OnnxModel(temporary.resolve("out"));
                OnnxModel.Text text = onnx.new Text(model)) {
            float[] ours = decoder.begin(0, PROMPT);
            float[] theirs = text.read(PROMPT);
            for (int written = 0; written < WRITTEN; written++) {
                assertNear(theirs, ours, "logits of token " + written);
                int next = largest(ours);
                assertThat(largest(theirs)).as("token " + written).isEqualTo(next);
                ours = decoder.append(new int[] {0}, new int[] {next})[0];
                theirs = text.read(next);
            }
        }
    }

    @Test
    void aTextThatIsFilledUpBeforeItsBeginningIsReadAsItIs() throws IOException, OrtException {
        Checkpoint checkpoint = checkpoint("mistral, kv_heads: 2, sliding_window: 5");
        ModelConfig model = ReplicaLoader.configOf(checkpoint).model();
        export(checkpoint, OnnxType.F32);
        try (OnnxModel onnx = new OnnxModel(temporary.resolve("out"));
                OnnxModel.Text alone = onnx.new Text(model)) {
            float[] expected = alone.read(3, 1, 4, 1, 5, 9);
            Map<String, OnnxTensor> inputs = onnx.nothingPast(model, 2);
            inputs.put(
                    "input_ids", onnx.longs(new long[] {0, 0, 3, 1, 4, 1, 5, 9}, new long[] {2, 7, 1, 8, 2, 8, 1, 8}));
            inputs.put(
                    "attention_mask",
                    onnx.longs(new long[] {0, 0, 1, 1, 1, 1, 1, 1}, new long[] {1, 1, 1, 1, 1, 1, 1, 1}));
            inputs.put(
                    "position_ids",
                    onnx.longs(new long[] {0, 0, 0, 1, 2, 3, 4, 5}, new long[] {0, 1, 2, 3, 4, 5, 6, 7}));
            try (OrtSession.Result result = onnx.run(inputs)) {
                float[][][] logits =
                        (float[][][]) result.get("logits").orElseThrow().getValue(); // (2, 8, V)
                assertNear(logits[0][7], expected, "logits");
            }
        }
    }

    @Test
    void inputsAndOutputsAreNamedAsOptimumHasThem() throws IOException, OrtException {
        Checkpoint checkpoint = checkpoint("llama");
        export(checkpoint, OnnxType.F32);
        try (OnnxModel onnx = new OnnxModel(temporary.resolve("out"))) {
            assertThat(onnx.inputs())
                    .containsExactly(
                            "input_ids",
                            "attention_mask",
                            "position_ids",
                            "past_key_values.0.key",
                            "past_key_values.0.value",
                            "past_key_values.1.key",
                            "past_key_values.1.value");
            assertThat(onnx.outputs())
                    .containsExactly("logits", "present.0.key", "present.0.value", "present.1.key", "present.1.value");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", LLAMA, "phi3, kv_heads: 2, tie_word_embeddings: true"})
    void bytesSayNearlyTheSame(String family) throws IOException, OrtException {
        Checkpoint checkpoint = checkpoint(family);
        export(checkpoint, OnnxType.INT8);
        try (ModelReplica replica = ReplicaLoader.open(store, checkpoint, ReplicaOptions.cpu(1));
                OnnxModel onnx = new OnnxModel(temporary.resolve("out"));
                OnnxModel.Text text =
                        onnx.new Text(ReplicaLoader.configOf(checkpoint).model())) {
            float[] theirs = text.read(PROMPT);
            float[] ours = replica.nextTokenLogits(PROMPT);
            assertThat(theirs).as("they are rounded").isNotEqualTo(ours);
            assertThat(cosine(theirs, ours)).isGreaterThan(0.995);
        }
    }

    private Checkpoint checkpoint(String family) throws IOException {
        return TinyModels.checkpoint(store, "file://" + temporary.resolve("run"), SHAPE + family + "}");
    }

    private void export(Checkpoint checkpoint, OnnxType type) throws IOException {
        new OnnxExport(store, checkpoint, notice -> {}).write("file://" + temporary.resolve("out"), type, "");
    }

    static void assertNear(float[] actual, float[] expected, String what) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).as(what).isCloseTo(expected[i], within(1e-4f));
        }
    }

    static double cosine(float[] a, float[] b) {
        double product = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            aa += (double) a[i] * a[i];
            bb += (double) b[i] * b[i];
        }
        return product / Math.sqrt(aa * bb);
    }

    private static int largest(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }
}
