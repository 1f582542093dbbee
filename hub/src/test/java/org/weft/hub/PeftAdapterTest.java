package org.weft.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.ReplicaLoader;

/** Adapters as PEFT saves them, over a base. */
class PeftAdapterTest {
    private static final String QUERY = "model.layers.0.self_attn.q_proj";
    private static final String PLAIN = "\"peft_type\":\"LORA\",\"task_type\":\"CAUSAL_LM\",\"r\":2,\"lora_alpha\":6,"
            + "\"bias\":\"none\",\"rank_pattern\":{},\"use_dora\":false,\"lora_dropout\":0.1,\"target_modules\":[\"q_proj\"]";

    @TempDir
    Path temporary;

    private final Store store = HadoopStore.local();
    private String base;
    private Path adapter;

    @BeforeEach
    void aBase() throws IOException {
        Path directory = temporary.resolve("base");
        ForeignDirectory.llama(directory).write();
        base = "file://" + directory;
        adapter = temporary.resolve("adapter");
    }

    private ForeignDirectory queries() throws IOException {
        return new ForeignDirectory(adapter, "{}")
                .put("base_model.model." + QUERY + ".lora_A.weight", 2, 8)
                .put("base_model.model." + QUERY + ".lora_B.weight", 8, 2);
    }

    private String saved(ForeignDirectory tensors, String config) throws IOException {
        tensors.write();
        Files.move(adapter.resolve("model.safetensors"), adapter.resolve("adapter_model.safetensors"));
        Files.delete(adapter.resolve("config.json"));
        Files.writeString(adapter.resolve("adapter_config.json"), "{" + config + "}");
        return "file://" + adapter;
    }

    private Checkpoint imported(String path, String to) throws IOException {
        try (HuggingFaceModel model = HuggingFaceModel.open(store, path)) {
            return model.writeTo("file://" + temporary.resolve(to));
        }
    }

    private float[] parameters(Checkpoint checkpoint) throws IOException {
        FloatBuffer all = FloatBuffer.allocate(
                Math.toIntExact(ReplicaLoader.shapeOf(checkpoint).layout().size()));
        new CheckpointReader(store, checkpoint.directory(), checkpoint.manifest())
                .readParameters((at, bytes) ->
                        all.put(bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer()));
        return all.array();
    }

    @ParameterizedTest
    @CsvSource({"false, 3", "true, 4.242640687"}) // 6 / 2, 6 / sqrt(2)
    void itsProductIsAddedToItsLayerAndNothingElseMoves(boolean rankStabilized, double scale) throws IOException {
        String path = saved(queries(), PLAIN + ",\"use_rslora\":" + rankStabilized);
        Checkpoint before = imported(base, "before");
        float[] bare = parameters(before);
        float[] merged = parameters(imported(base + "+" + path, "merged"));
        ParameterLayout layout = ReplicaLoader.shapeOf(before).layout();
        for (Parameter parameter : layout.parameters()) {
            for (int i = 0; i < parameter.size(); i++) {
                int at = (int) parameter.offset() + i;
                if (!parameter.name().equals(QUERY + ".weight")) {
                    assertThat(merged[at]).isEqualTo(bare[at]);
                    continue;
                }
                double product = 0;
                for (int r = 0; r < 2; r++) {
                    product += value("lora_B", i / 8 * 2 + r) * value("lora_A", r * 8 + i % 8);
                }
                assertThat((double) merged[at]).isCloseTo(bare[at] + scale * product, within(1e-5));
            }
        }
    }

    private static double value(String matrix, int index) {
        return ForeignDirectory.value("base_model.model." + QUERY + "." + matrix + ".weight", index);
    }

    @Test
    void aloneItStandsOverTheBaseThatItNames() throws IOException {
        String path = saved(queries(), PLAIN + ",\"base_model_name_or_path\":\"" + base + "\"");
        assertThat(HuggingFaceModel.isAt(store, path)).isTrue();
        assertThat(parameters(imported(path, "alone"))).isEqualTo(parameters(imported(base + "+" + path, "both")));
    }

    @Test
    void aBaseThatIsNotHereIsAskedFor() throws IOException {
        String path = saved(queries(), PLAIN + ",\"base_model_name_or_path\":\"someone/llama\"");
        assertThatThrownBy(() -> new ModelLocator(store, said -> {}).at(path))
                .isInstanceOfSatisfying(WeftException.class, error -> assertThat(error.hint())
                        .isEqualTo("give both, the base's directory first: BASE+" + path))
                .hasMessage(path + " is an adapter, and its base is not here: base_model_name_or_path=someone/llama");
    }

    @Test
    void aTasksHeadComesWithTheAdapter() throws IOException {
        String path =
                saved(queries().put("base_model.model.score.weight", 3, 8), PLAIN.replace("CAUSAL_LM", "SEQ_CLS"));
        Checkpoint read = imported(base + "+" + path, "classifier");
        assertThat(ReplicaLoader.configOf(read).finetune().labels()).containsExactly("LABEL_0", "LABEL_1", "LABEL_2");
        assertThat(parameters(read)).endsWith(ForeignDirectory.value("base_model.model.score.weight", 23));
    }

    @Test
    void howRowsAreReadIsTheAdaptersOwnMatter() throws IOException {
        ForeignDirectory.llama(temporary.resolve("base"))
                .config("weft", "{\"max_length\":3}")
                .write();
        String path =
                saved(queries().put("base_model.model.score.weight", 3, 8), PLAIN.replace("CAUSAL_LM", "SEQ_CLS"));
        assertThat(ReplicaLoader.configOf(imported(base, "base-run")).dataset().maxLength())
                .isEqualTo(3);
        assertThat(ReplicaLoader.configOf(imported(base + "+" + path, "others"))
                        .dataset()
                        .maxLength())
                .isZero();
        Files.writeString(adapter.resolve("weft_rows.json"), "{\"max_length\":5}");
        assertThat(ReplicaLoader.configOf(imported(base + "+" + path, "own"))
                        .dataset()
                        .maxLength())
                .isEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"use_dora\":false              | \"use_dora\":true              | use_dora=true is not one that Weft has",
                "\"rank_pattern\":{}             | \"rank_pattern\":{\"q\":4}     | rank_pattern={\"q\":4} is not one that Weft has",
                "\"bias\":\"none\"               | \"bias\":\"all\"               | bias=\"all\" is not one that Weft has",
                "\"bias\":\"none\"               | \"unheard_of\":3               | unheard_of=3 is not one that Weft has",
                "\"bias\":\"none\"               | \"init_lora_weights\":\"pissa\"| init_lora_weights=pissa changes the base's weights",
                "\"peft_type\":\"LORA\"          | \"peft_type\":\"IA3\"          | peft_type=IA3 is not one that Weft has: LORA",
                "\"r\":2                         | \"r\":3                        | .lora_A.weight has shape [2, 8] expected [3, 8]",
            })
    void whatItDoesNotReadIsRefusedByName(String found, String instead, String problem) throws IOException {
        String path = saved(queries(), PLAIN.replace(found, instead));
        assertThatThrownBy(() -> imported(base + "+" + path, "refused"))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining(problem);
        assertThat(temporary.resolve("refused")).doesNotExist();
    }

    @Test
    void aLayerThatTheBaseHasNotIsNamed() throws IOException {
        String path = saved(
                queries()
                        .put("base_model.model.model.layers.7.self_attn.q_proj.lora_A.weight", 2, 8)
                        .put("base_model.model.model.layers.7.self_attn.q_proj.lora_B.weight", 8, 2),
                PLAIN);
        assertThatThrownBy(() -> imported(base + "+" + path, "refused"))
                .hasMessageContaining("model.layers.7.self_attn.q_proj.weight is no linear layer of the model");
    }

    @Test
    void aMatrixWithoutItsOtherIsAnError() throws IOException {
        String path = saved(queries().remove("base_model.model." + QUERY + ".lora_B.weight"), PLAIN);
        assertThatThrownBy(() -> imported(base + "+" + path, "refused"))
                .hasMessageContaining("has lora_A of 1 layers and lora_B of 0");
    }
}
