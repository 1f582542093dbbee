package org.weft.hub.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.InitialCheckpoint;
import org.weft.driver.checkpoint.RunIdentity;
import org.weft.driver.checkpoint.Vocabulary;
import org.weft.driver.checkpoint.WholeModel;
import org.weft.hub.ExportRecord;
import org.weft.hub.TinyModels;

/** What is in the file, by a reader of its own. */
class GgufExportTest {
    private static final String LLAMA =
            "{architecture: llama, layers: 1, width: 64, heads: 4, kv_heads: 2, mlp_width: 96, context: 32";

    @TempDir
    Path temporary;

    private final Store store = HadoopStore.local();
    private final List<String> notices = new ArrayList<>();

    @Test
    void theRowsOfQueriesAndKeysStandAsLlamaCppTurnsThem() throws IOException {
        Checkpoint checkpoint = checkpoint(LLAMA + "}");
        GgufFile file = export(checkpoint, GgufType.F32);
        float[] ours = parameter(checkpoint, "model.layers.0.self_attn.k_proj.weight"); // (2 heads of 16, 64)
        float[] theirs = file.floats("blk.0.attn_k.weight");
        for (int head = 0; head < 2; head++) {
            for (int row = 0; row < 16; row++) {
                int from = head * 16 + row / 2 + row % 2 * 8;
                assertThat(slice(theirs, (head * 16 + row) * 64, 64)).isEqualTo(slice(ours, from * 64, 64));
            }
        }
        assertThat(file.floats("blk.0.attn_v.weight"))
                .isEqualTo(parameter(checkpoint, "model.layers.0.self_attn.v_proj.weight"));
        assertThat(file.tensors().get("blk.0.ffn_down.weight").shape()).containsExactly(96L, 64L);
        Map<String, Object> said = file.metadata();
        assertThat(said).containsEntry("general.architecture", "llama").containsEntry("general.file_type", 0);
        assertThat(said).containsEntry("llama.attention.head_count_kv", 2).containsEntry("llama.vocab_size", 37);
        assertThat(said).containsEntry("tokenizer.ggml.model", "none");
        assertThat(notices).containsExactly("the model has no tokenizer: none is exported");
    }

    @Test
    void gpt2sLinearLayersAreTurnedOver() throws IOException {
        Checkpoint checkpoint = checkpoint(TinyModels.GPT2);
        GgufFile file = export(checkpoint, GgufType.F32);
        float[] ours = parameter(checkpoint, "h.1.mlp.c_fc.weight"); // (16, 64)
        float[] theirs = file.floats("blk.1.ffn_up.weight"); // (64, 16)
        assertThat(file.tensors().get("blk.1.ffn_up.weight").shape()).containsExactly(16L, 64L);
        for (int in = 0; in < 16; in++) {
            for (int out = 0; out < 64; out++) {
                assertThat(theirs[out * 16 + in]).isEqualTo(ours[in * 64 + out]);
            }
        }
        assertThat(file.floats("token_embd.weight")).isEqualTo(parameter(checkpoint, "wte.weight"));
        assertThat(file.floats("blk.0.attn_qkv.bias")).isEqualTo(parameter(checkpoint, "h.0.attn.c_attn.bias"));
    }

    @Test
    void gptNeoxsFusedRowsAreSortedAndItsTiedHeadIsWritten() throws IOException {
        Checkpoint checkpoint = checkpoint("{architecture: gpt_neox, layers: 1, width: 16, heads: 2, context: 8,"
                + " tie_word_embeddings: true, rotary_fraction: 0.5, tanh_gelu: true}");
        GgufFile file = export(checkpoint, GgufType.F32);
        float[] ours =
                parameter(checkpoint, "gpt_neox.layers.0.attention.query_key_value.bias"); // heads of q, k, v of 8
        float[] theirs = file.floats("blk.0.attn_qkv.bias");
        assertThat(slice(theirs, 0, 8)).isEqualTo(slice(ours, 0, 8));
        assertThat(slice(theirs, 8, 8)).as("the second head's query").isEqualTo(slice(ours, 24, 8));
        assertThat(slice(theirs, 16, 8)).as("the first head's key").isEqualTo(slice(ours, 8, 8));
        assertThat(file.floats("output.weight")).isEqualTo(file.floats("token_embd.weight"));
        assertThat(file.metadata()).containsEntry("gptneox.use_parallel_residual", true);
    }

    @Test
    void gemmasNormsAreScaledByWhatTheFileHas() throws IOException {
        Checkpoint checkpoint =
                checkpoint("{architecture: gemma2, layers: 2, width: 16, heads: 2, context: 8, mlp_width: 24}");
        GgufFile file = export(checkpoint, GgufType.F32);
        float[] ours = parameter(checkpoint, "model.layers.1.post_feedforward_layernorm.weight");
        float[] theirs = file.floats("blk.1.post_ffw_norm.weight");
        for (int i = 0; i < ours.length; i++) {
            assertThat(theirs[i]).isEqualTo(ours[i] + 1);
        }
        assertThat(file.tensors()).containsKeys("blk.1.ffn_norm.weight", "blk.1.post_attention_norm.weight");
        assertThat(file.metadata())
                .containsEntry("gemma2.attention.sliding_window", 8)
                .containsEntry("gemma2.final_logit_softcapping", 30f);
    }

    @Test
    void llama3sScalingIsATensor() throws IOException {
        Checkpoint checkpoint = checkpoint(LLAMA.replace("context: 32", "context: 128")
                + ", rope_theta: 500000, rope_scaling: llama3, rope_factor: 8, rope_original_context: 64}");
        float[] factors = export(checkpoint, GgufType.F16).floats("rope_freqs.weight");
        assertThat(factors).hasSize(8);
        assertThat(factors[0]).as("the fastest stays").isCloseTo(1, within(1e-5f));
        double wave = 2 * Math.PI * Math.pow(500000, 1 / 8.0); // 32 tokens: between a quarter of 64 and all of it
        double smooth = (64 / wave - 1) / 3;
        assertThat(factors[1]).isCloseTo((float) (1 / ((1 - smooth) / 8 + smooth)), within(1e-4f));
        for (int j = 2; j < 8; j++) {
            assertThat(factors[j]).as("the slow are slowed fully").isCloseTo(8, within(1e-5f));
        }
    }

    @Test
    void vectorsAndPositionsStayWideAndShortRowsBecomeHalves() throws IOException {
        Checkpoint checkpoint = checkpoint(LLAMA.replace("mlp_width: 96", "mlp_width: 72") + "}");
        GgufFile file = export(checkpoint, GgufType.Q4_0);
        assertThat(file.tensors().get("blk.0.attn_q.weight").type()).isEqualTo(2);
        assertThat(file.tensors().get("blk.0.attn_norm.weight").type()).isZero();
        assertThat(file.tensors().get("blk.0.ffn_down.weight").type())
                .as("rows of 72")
                .isEqualTo(1);
        assertThat(notices)
                .contains(
                        "1 of 12 tensors stay float16, for their rows have no whole blocks of 32: blk.0.ffn_down.weight");
        assertThat(export("gpt2", checkpoint("gpt", TinyModels.GPT2), GgufType.F16)
                        .tensors()
                        .get("position_embd.weight")
                        .type())
                .isZero();
    }

    @Test
    void theRecordSaysWhatWasWritten() throws IOException {
        export(checkpoint(LLAMA + "}"), GgufType.Q8_0);
        ExportRecord record = ExportRecord.load(store, uri("out"));
        assertThat(List.of(record.format(), record.dtype())).containsExactly("gguf", "q8_0");
        byte[] bytes = Files.readAllBytes(temporary.resolve("out/model.gguf"));
        assertThat(record.files()).containsOnly(Map.entry("model.gguf", Sha256.hex(bytes)));
        assertThat(record.formatVersion()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "F32,NaN,has a number that is not finite: index=5 value=NaN",
        "Q4_0,-Infinity,has a number that is not finite: index=5 value=-Infinity",
        "F16,70000,does not fit into f16: index=5 value=70000.0"
    })
    void aNumberThatCannotBeStoredLeavesNothingBehind(GgufType type, float number, String message) throws IOException {
        Checkpoint checkpoint = TinyModels.checkpointWith(
                store, uri("run"), LLAMA + "}", "model.layers.0.mlp.down_proj.weight", 5, number);
        Files.createDirectory(temporary.resolve("out"));
        assertThatThrownBy(() -> export(checkpoint, type))
                .isInstanceOf(WeftException.class)
                .hasMessage("tensor blk.0.ffn_down.weight " + message);
        assertThat(temporary.resolve("out")).isEmptyDirectory();
    }

    @Test
    void aTokenizerThatIsGoneIsMissed() throws IOException {
        WeftConfig config = TinyModels.config(uri("run"), LLAMA + "}");
        ParameterLayout layout = new ModelShape(config.model(), TinyModels.VOCABULARY).layout();
        Checkpoint checkpoint = InitialCheckpoint.write(
                store,
                config.run().directory(),
                new RunIdentity(config, layout, new Vocabulary(TinyModels.VOCABULARY, Sha256.hex(new byte[] {1}))),
                (offset, length, sink) -> TinyModels.fill(layout, offset, length, sink));
        assertThatThrownBy(() -> export(checkpoint, GgufType.F16)).isInstanceOf(WeftException.class);
        store.write(config.run().directory().tokenizer(), new byte[] {2});
        assertThatThrownBy(() -> export(checkpoint, GgufType.F16))
                .isInstanceOf(WeftException.class)
                .hasMessageStartingWith("tokenizer does not belong to this model");
        assertThat(temporary.resolve("out")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{architecture: bert, layers: 1, width: 16, heads: 2, context: 8} | model.architecture=bert: those that are written",
                "{architecture: mistral, layers: 1, width: 16, heads: 2, context: 8, sliding_window: 4} | model.sliding_window=4: llama.cpp's"
                        + " llama looks at all 8 tokens",
                "{architecture: qwen2, layers: 1, width: 16, heads: 2, context: 8, rope_scaling: dynamic, rope_factor: 2,"
                        + " rope_original_context: 4} | model.rope_scaling=dynamic is not written for qwen2",
                "{architecture: gemma2, layers: 2, width: 16, heads: 2, context: 8, mlp_width: 24, sliding_window: 4,"
                        + " full_attention_every: 1, query_pre_attn_scalar: 5, attn_logit_softcapping: -1} |"
                        + " model.full_attention_every=1: llama.cpp's is 2; model.query_pre_attn_scalar=5.0: llama.cpp's is 8;"
                        + " model.attn_logit_softcapping=-1.0",
                "{architecture: gemma3_text, layers: 2, width: 16, heads: 2, context: 8, mlp_width: 24, rope_theta: 1e6} |"
                        + " model.sliding_window=0, model.rope_local_theta=0.0: llama.cpp's gemma3 turns",
                "{architecture: smollm3, layers: 2, width: 16, heads: 2, context: 8, no_rope_every: 2} | model.no_rope_every=2:"
                        + " llama.cpp's is 4"
            })
    void whatLlamaCppComputesOtherwiseIsRefused(String model, String message) throws IOException {
        Checkpoint checkpoint = checkpoint(model);
        assertThatThrownBy(() -> export(checkpoint, GgufType.F16))
                .isInstanceOf(WeftException.class)
                .hasMessageStartingWith("--format gguf does not write " + message);
        assertThat(temporary.resolve("out")).doesNotExist();
    }

    private Checkpoint checkpoint(String model) throws IOException {
        return checkpoint("run", model);
    }

    private Checkpoint checkpoint(String run, String model) throws IOException {
        return TinyModels.checkpoint(store, uri(run), model);
    }

    private GgufFile export(Checkpoint checkpoint, GgufType type) throws IOException {
        return export("out", checkpoint, type);
    }

    private GgufFile export(String directory, Checkpoint checkpoint, GgufType type) throws IOException {
        assertThat(new GgufExport(store, checkpoint, notices::add).write(uri(directory), type, ""))
                .containsExactly("model.gguf");
        return new GgufFile(temporary.resolve(directory).resolve("model.gguf"));
    }

    private String uri(String name) {
        return "file://" + temporary.resolve(name);
    }

    private float[] parameter(Checkpoint checkpoint, String name) throws IOException {
        WholeModel model = WholeModel.open(store, checkpoint);
        Parameter parameter = model.layout().parameters().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
        float[] all = new float[(int) parameter.size()];
        model.read(parameter.offset(), parameter.size(), (at, bytes) -> bytes.asFloatBuffer()
                .get(all, (int) (at - parameter.offset()), bytes.remaining() / Float.BYTES));
        return all;
    }

    private static float[] slice(float[] all, int from, int count) {
        float[] part = new float[count];
        System.arraycopy(all, from, part, 0, count);
        return part;
    }
}
