package org.weft.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.model.Family;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Parameter;
import org.weft.core.quantize.QuantizationGrid;
import org.weft.core.quantize.QuantizationType;
import org.weft.core.quantize.QuantizedMatrix;
import org.weft.core.quantize.QuantizedParameters;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;

/** Out as whole numbers, and in again: as float32, and as what they are. */
class QuantizedExportTest extends ModelDirectories {
    private static final QuantizedExport.Options INT8 =
            new QuantizedExport.Options(QuantizationType.INT8, 0, false, FloatFormat.F32);
    private static final QuantizedExport.Options INT4 =
            new QuantizedExport.Options(QuantizationType.INT4, 8, false, FloatFormat.F32);
    private static final QuantizedExport.Options BOTH =
            new QuantizedExport.Options(QuantizationType.INT8, 0, true, FloatFormat.F32);

    static List<String> everyModel() {
        return TinyModels.all().toList();
    }

    @ParameterizedTest
    @MethodSource("everyModel")
    void whatComesBackIsTheNearestOfTheGrid(String model) throws IOException {
        Checkpoint before = TinyModels.checkpoint(store, home + "/run", model);
        float[] floats = parameters(before);
        for (QuantizedExport.Options options : List.of(INT8, INT4, BOTH)) {
            String name = options.type() + "" + options.activations();
            QuantizedExport.Written written = quantize(before, name, options);
            Checkpoint after;
            try (HuggingFaceModel read = HuggingFaceModel.open(store, home + "/" + name)) {
                after = read.writeTo(home + "/imported-" + name);
            }
            float[] back = parameters(after);
            ModelShape shape = ReplicaLoader.shapeOf(before);
            List<Parameter> matrices = QuantizedParameters.candidates(shape, shape.layout());
            assertThat(written.matrices()).isEqualTo(matrices.size()).isPositive();
            for (Parameter parameter : shape.layout().parameters()) {
                int at = (int) parameter.offset();
                float[] expected = Arrays.copyOfRange(floats, at, (int) parameter.end());
                if (matrices.contains(parameter)) {
                    expected = rounded(expected, parameter, shape, options);
                }
                assertThat(Arrays.copyOfRange(back, at, (int) parameter.end()))
                        .as("%s %s", name, parameter.name())
                        .isEqualTo(expected);
            }
        }
    }

    /** Computed here once more, element by element. */
    private static float[] rounded(
            float[] floats, Parameter parameter, ModelShape shape, QuantizedExport.Options options) {
        boolean inputFirst = shape.family().inputFirst();
        int rows = parameter.shape().get(inputFirst ? 1 : 0);
        int columns = parameter.shape().get(inputFirst ? 0 : 1);
        float[] turned = new float[floats.length];
        for (int i = 0; i < floats.length; i++) {
            turned[inputFirst ? i % rows * columns + i / rows : i] = floats[i];
        }
        QuantizationGrid grid = new QuantizationGrid(options.type(), options.groupSize(), options.floats());
        QuantizedMatrix matrix = QuantizedMatrix.nearest(grid, turned, rows, columns);
        float[] back = new float[floats.length];
        for (int i = 0; i < back.length; i++) {
            back[i] = inputFirst ? matrix.at(i % rows, i / rows) : matrix.at(i / columns, i % columns);
        }
        return back;
    }

    @ParameterizedTest
    @CsvSource({"int8", "int4", "both"})
    void aModelThatIsKeptInWholeNumbersSaysWhatItsFloatsSay(String kind) throws IOException {
        QuantizedExport.Options options = kind.equals("int8") ? INT8 : kind.equals("int4") ? INT4 : BOTH;
        for (String model : List.of(TinyModels.GPT2, TinyModels.LLAMA)) {
            String name = kind + model.length();
            quantize(TinyModels.checkpoint(store, home + "/run-" + name, model), name, options);
            int[] tokens = {3, 1, 4, 1, 5};
            StoredModel stored = new ModelLocator(store, notices::add).at(home + "/" + name);
            Checkpoint floats = stored.asCheckpoint(home + "/imported-" + name, notices::add);
            assertThat(stored.keepsWholeNumbers()).isTrue();
            assertThat(StoredModel.of(store, floats).keepsWholeNumbers()).isFalse();
            try (ModelReplica whole = stored.replica(ReplicaOptions.cpu(1));
                    ModelReplica wide = ReplicaLoader.open(store, floats)) {
                assertThat(whole.layout().size())
                        .as("what is kept as whole numbers is not kept beside")
                        .isLessThan(wide.layout().size());
                float[] expected = wide.nextTokenLogits(tokens);
                float[] found = whole.nextTokenLogits(tokens);
                for (int i = 0; i < expected.length; i++) {
                    assertThat(found[i]).as("%s %d", name, i).isCloseTo(expected[i], within(0.05f));
                }
            }
        }
    }

    @Test
    void filesAreCompressedTensors() throws IOException {
        Checkpoint checkpoint = TinyModels.checkpoint(store, home + "/run", TinyModels.LLAMA);
        quantize(checkpoint, "int4", new QuantizedExport.Options(QuantizationType.INT4, 8, false, FloatFormat.BF16));
        JsonNode said = json("int4/config.json").path("quantization_config");
        assertThat(said.path("quant_method").asText()).isEqualTo("compressed-tensors");
        assertThat(said.path("format").asText()).isEqualTo("pack-quantized");
        assertThat(said.path("ignore").toString()).isEqualTo("[\"lm_head\"]");
        JsonNode group = said.path("config_groups").path("group_0");
        assertThat(group.path("targets").toString()).isEqualTo("[\"Linear\"]");
        assertThat(group.path("weights").toString())
                .isEqualTo(
                        "{\"num_bits\":4,\"type\":\"int\",\"symmetric\":true,\"strategy\":\"group\",\"dynamic\":false,"
                                + "\"group_size\":8}");
        assertThat(json("int4/config.json").path("torch_dtype").asText()).isEqualTo("bfloat16");
        try (TensorFiles files = TensorFiles.open(store, home + "/int4")) {
            String layer = "model.layers.1.mlp.down_proj.weight";
            assertThat(files.tensors()).doesNotContainKey(layer);
            assertThat(files.tensors().get(layer + "_packed").tensor().dtype()).isEqualTo("I32");
            assertThat(files.tensors().get(layer + "_packed").tensor().shape()).containsExactly(16L, 3L);
            assertThat(files.tensors().get(layer + "_scale").tensor().dtype()).isEqualTo("BF16");
            assertThat(files.tensors().get(layer + "_scale").tensor().shape()).containsExactly(16L, 3L);
            assertThat(files.tensors().get(layer + "_shape").tensor().shape()).containsExactly(2L);
            files.tensors().values().forEach(located -> {
                long width = located.tensor().elements() == 0
                        ? 1
                        : (located.tensor().end() - located.tensor().begin())
                                / located.tensor().elements();
                assertThat(located.start() % width).as("aligned").isZero();
            });
        }
        quantize(checkpoint, "both", BOTH);
        JsonNode both = json("both/config.json").path("quantization_config");
        assertThat(both.path("format").asText()).isEqualTo("int-quantized");
        assertThat(both.path("config_groups")
                        .path("group_0")
                        .path("input_activations")
                        .path("strategy")
                        .asText())
                .isEqualTo("token");
        assertThat(notices).isEmpty();
    }

    @Test
    void aDirectoryIsQuantisedWithWhatLiesInIt() throws IOException {
        ForeignDirectory foreign = ForeignDirectory.gpt2(temporary.resolve("hf"));
        foreign.file("tokenizer.json", TinyModels.tokenizer(11)).file("generation_config.json", "{\"top_k\": 3}");
        foreign.write();
        StoredModel stored = new ModelLocator(store, notices::add).at(home + "/hf");
        try (QuantizedExport export = new QuantizedExport(store, stored, INT8, "", notices::add)) {
            export.write(home + "/out", QuantizedExport.Rounding.NEAREST);
        }
        assertThat(temporary.resolve("out/tokenizer.json"))
                .hasSameTextualContentAs(foreign.path().resolve("tokenizer.json"));
        assertThat(temporary.resolve("out/generation_config.json")).hasContent("{\"top_k\": 3}");
        assertThat(notices).anyMatch(line -> line.contains("Conv1D"));
        StoredModel out = new ModelLocator(store, notices::add).at(home + "/out");
        assertThat(Family.of(out.config().model()).name()).isEqualTo("gpt2");
        assertThatThrownBy(() -> new QuantizedExport(store, out, INT8, "", notices::add))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("/out is quantised already");
    }

    @Test
    void groupsThatDoNotDivideAWidthAreRefusedBeforeAnythingIsWritten() throws IOException {
        Checkpoint checkpoint = TinyModels.checkpoint(store, home + "/run", TinyModels.LLAMA);
        QuantizedExport.Options wide = new QuantizedExport.Options(QuantizationType.INT4, 128, false, FloatFormat.F32);
        assertThatThrownBy(() -> quantize(checkpoint, "out", wide))
                .isInstanceOf(WeftException.class)
                .hasMessage("--group-size 128 does not divide the 16 inputs of model.layers.0.self_attn.q_proj.weight")
                .satisfies(e -> assertThat(((WeftException) e).hint()).isEqualTo("give a --group-size that does: 8"));
        assertThat(temporary.resolve("out")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "symmetric | false | symmetric=false is not one that Weft reads",
                "strategy | `\"tensor\"` | strategy=\"tensor\" is not one that Weft reads",
                "num_bits | 3 | num_bits=3 is not one that Weft reads",
                "type | `\"float\"` | type=\"float\" is not one that Weft reads",
                "actorder | `\"group\"` | actorder=\"group\" is not one that Weft reads"
            })
    void whatOthersQuantiseOtherwiseIsRefusedByName(String key, String value, String message) throws IOException {
        quantize(TinyModels.checkpoint(store, home + "/run", TinyModels.LLAMA), "out", INT8);
        Path config = temporary.resolve("out/config.json");
        JsonNode json = new ObjectMapper().readTree(Files.readString(config));
        ((ObjectNode) json.path("quantization_config")
                        .path("config_groups")
                        .path("group_0")
                        .path("weights"))
                .set(key, new ObjectMapper().readTree(value));
        Files.writeString(config, json.toString());
        assertThatThrownBy(() -> HuggingFaceModel.open(store, home + "/out"))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aMatrixWithoutItsScalesIsNamed() throws IOException {
        quantize(TinyModels.checkpoint(store, home + "/run", TinyModels.LLAMA), "out", INT8);
        Path tensors = temporary.resolve("out/model.safetensors");
        byte[] all = Files.readAllBytes(tensors);
        String name = "model.layers.0.self_attn.q_proj.weight_packed";
        String text = new String(all, StandardCharsets.ISO_8859_1);
        Files.write(
                tensors, text.replace(name, name.replace("packed", "puzzle")).getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> HuggingFaceModel.open(store, home + "/out"))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("model.layers.0.self_attn.q_proj has a scale and no " + name);
    }

    private QuantizedExport.Written quantize(Checkpoint checkpoint, String name, QuantizedExport.Options options)
            throws IOException {
        try (QuantizedExport export =
                new QuantizedExport(store, StoredModel.of(store, checkpoint), options, "", line -> {
                    if (!line.contains("tokenizer") && !line.contains("Conv1D")) {
                        notices.add(line);
                    }
                })) {
            return export.write(home + "/" + name, QuantizedExport.Rounding.NEAREST);
        }
    }
}
