package org.weft.hub.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.weft.core.WeftException;
import org.weft.core.batches.Batch;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.Adaptation;
import org.weft.core.model.BlockParts;
import org.weft.core.model.Family;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.InitialCheckpoint;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.driver.checkpoint.RunIdentity;
import org.weft.driver.checkpoint.Vocabulary;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;
import org.weft.hub.HuggingFaceExport;
import org.weft.hub.HuggingFaceModel;
import org.weft.hub.TinyModels;
import org.weft.hub.prune.ModelPruning.Method;

/** What is left of a model computes what the whole one computes without what went. */
class ModelPruningTest {
    private static final int[] TEXT = {3, 30, 11, 0, 7, 22};
    private static final double ROUNDING = 1e-5;
    private static final String DEEP =
            "{architecture: llama, layers: 4, width: 16, heads: 4, kv_heads: 2, mlp_width: 24, context: 8}";
    private static final String MIXED =
            "{architecture: gemma3_text, layers: 5, width: 16, heads: 2, mlp_width: 24, context: 8, sliding_window: 4,"
                    + " full_attention_every: 2}";

    @TempDir
    Path temporary;

    private final Store store = HadoopStore.local();
    private String home;

    @BeforeEach
    void name() {
        home = "file://" + temporary.toAbsolutePath();
    }

    static Stream<String> everyModel() {
        return TinyModels.all();
    }

    @ParameterizedTest
    @MethodSource("everyModel")
    void familiesLoseUnitsAndHeads(String model) throws IOException {
        Checkpoint whole = TinyModels.checkpoint(store, home + "/run", model);
        ModelConfig was = ReplicaLoader.configOf(whole).model();
        BlockParts parts = Family.of(was).parts(was, 0);
        boolean heads = parts.heads().filter(axis -> axis.items() > 1).isPresent();
        ModelPruning.Result result = prune(whole, "small", heads ? 0.5 : 0, 0.25, 0, false);
        prune(whole, "masked", heads ? 0.5 : 0, 0.25, 0, true);

        ModelConfig is = result.smaller().config();
        assertThat(is.hiddenWidth()).isEqualTo(was.hiddenWidth() - was.hiddenWidth() / 4);
        assertThat(is.heads()).isEqualTo(heads ? was.heads() / 2 : was.heads());
        assertThat(is.headWidth()).isEqualTo(was.headWidth());
        assertThat(result.smaller().layout().size())
                .isLessThan(result.whole().layout().size());
        try (HuggingFaceModel read = HuggingFaceModel.open(store, home + "/small")) {
            assertThat(read.configIn(home + "/small").model().hiddenWidth()).isEqualTo(is.hiddenWidth());
        }
        assertSameOutputs("small", "masked");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"1 | 0 1 3", "2 | 0 3"})
    void theDeepestBlocksButTheLastGoFirst(int gone, String left) throws IOException {
        Checkpoint whole = TinyModels.checkpoint(store, home + "/run", DEEP);
        ModelPruning.Result result = prune(whole, "small", 0.5, 0.3, gone, false);
        prune(whole, "masked", 0.5, 0.3, gone, true);
        assertThat(result.blocks())
                .isEqualTo(Stream.of(left.split(" ")).map(Integer::valueOf).toList());
        assertThat(result.smaller().config().layers()).isEqualTo(4 - gone);
        assertSameOutputs("small", "masked");
        JsonNode record = new ObjectMapper().readTree(Files.readString(temporary.resolve("small/pruning.json")));
        assertThat(record.path("blocks")).hasSize(4 - gone);
        assertThat(record.path("units").path(0).path(0)).hasSize(24 - 7);
    }

    @Test
    void aLlamaThatTransformersWouldNotTakeIsWrittenAsAMistral() throws IOException {
        Checkpoint whole = TinyModels.checkpoint(
                store,
                home + "/run",
                "{architecture: llama, layers: 2, width: 16, heads: 4, mlp_width: 24, context: 8, rope_theta: 500.0}");
        ModelPruning.Result result = prune(whole, "small", 0.25, 0, 0, false);
        prune(whole, "masked", 0.25, 0, 0, true);
        assertThat(result.smaller().config().heads()).isEqualTo(3);
        JsonNode config = new ObjectMapper().readTree(Files.readString(temporary.resolve("small/config.json")));
        assertThat(config.path("model_type").asText()).isEqualTo("mistral");
        assertThat(config.path("architectures").path(0).asText()).isEqualTo("MistralForCausalLM");
        assertThat(config.path("head_dim").asInt()).isEqualTo(4);
        assertThat(config.path("sliding_window").isNull()).isTrue();
        assertSameOutputs("small", "masked");
    }

    @Test
    void blocksStayWhatTheyAre() throws IOException {
        Checkpoint whole = TinyModels.checkpoint(store, home + "/run", MIXED);
        assertThatThrownBy(() -> prune(whole, "small", 0, 0, 1, false))
                .hasMessage(
                        "--blocks 1: the blocks of this gemma3_text differ, and come again after 2: as many go together,"
                                + " so that each stays what it is");
        assertThat(prune(whole, "small", 0, 0, 2, false).blocks()).containsExactly(0, 1, 4);
        prune(whole, "masked", 0, 0, 2, true);
        assertSameOutputs("small", "masked");
    }

    @Test
    void theFirstBlockOfAModernBertStays() throws IOException {
        Checkpoint whole = TinyModels.checkpoint(
                store,
                home + "/run",
                "{architecture: modernbert, layers: 5, width: 16, heads: 2, mlp_width: 24, context: 8, sliding_window: 4}");
        assertThat(prune(whole, "small", 0, 0, 3, false).blocks()).containsExactly(0, 4);
        prune(whole, "masked", 0, 0, 3, true);
        assertSameOutputs("small", "masked");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gpt2 | 0.5 | 0 | 0 | --heads: gpt2 cannot lose heads: its heads are as wide as its width / heads, so that fewer"
                        + " of them would be wider ones",
                "olmo2 | 0.5 | 0 | 0 | --heads: olmo2 cannot lose heads: its norms of queries and keys are of all heads together",
                "t5 | 0.5 | 0 | 0 | --heads: t5 cannot lose heads: a head has a bias of distances that all blocks of its side"
                        + " share",
                "t5 | 0 | 0 | 1 | --blocks: t5 cannot lose blocks: its encoder and its decoder have as many each as they have",
                "llama | 0.1 | 0 | 0 | --heads 0.1 of 4 heads is none of them",
                "llama | 1.0 | 0 | 0 | --heads 1.0 must be at least 0 and less than 1",
                "llama | 0 | -0.5 | 0 | --units -0.5 must be at least 0 and less than 1",
                "llama | 0 | 0.001 | 0 | --units 0.001 of 64 units of a perceptron is none of them",
                "llama | 0 | 0 | 2 | --blocks 2 must leave one of the model's 2 blocks",
                "llama | 0 | 0 | 0 | nothing is to go"
            })
    void whatCannotBeIsNamed(String family, double heads, double units, int blocks, String message) throws IOException {
        Checkpoint whole = TinyModels.checkpoint(
                store,
                home + "/run",
                "{architecture: " + family + ", layers: 2, width: 16, heads: 4, mlp_width: 64, context: 8}");
        assertThatThrownBy(() -> prune(whole, "small", heads, units, blocks, false))
                .isInstanceOf(WeftException.class)
                .hasMessage(message);
        assertThat(temporary.resolve("small")).doesNotExist();
    }

    @Test
    void blocksWithANormBehindThemAreNotMasked() throws IOException {
        Checkpoint whole = TinyModels.checkpoint(store, home + "/run", TinyModels.BERT);
        assertThat(prune(whole, "small", 0, 0, 1, false).blocks()).containsExactly(1);
        assertThatThrownBy(() -> prune(whole, "masked", 0, 0, 1, true))
                .hasMessage(
                        "--masked with --blocks: a block of bert whose outputs are zero changes what it is given, for a"
                                + " norm stands behind it");
    }

    @Test
    void itemsCountTheSquaresOfTheirWeights() throws IOException {
        Checkpoint whole = TinyModels.checkpoint(store, home + "/run", TinyModels.GPT2);
        ModelConfig model = ReplicaLoader.configOf(whole).model();
        Family family = Family.of(model);
        CheckpointReader reader = new CheckpointReader(store, whole.directory(), whole.manifest());
        PartScores scores = MagnitudeScores.of(
                family,
                model,
                ReplicaLoader.shapeOf(whole).layout(),
                (offset, length, sink) -> reader.read(CheckpointReader.PARAM, offset, length, sink));
        float[] all = new float[(int) whole.manifest().parameters()];
        reader.readParameters((at, bytes) -> bytes.asFloatBuffer().get(all, (int) at, bytes.remaining() / Float.BYTES));
        Parameter expand = parameter(whole, "h.1.mlp.c_fc.weight"); // (D, M)
        Parameter bias = parameter(whole, "h.1.mlp.c_fc.bias"); // (M)
        Parameter contract = parameter(whole, "h.1.mlp.c_proj.weight"); // (M, D)
        double expected = Math.pow(all[(int) bias.offset() + 5], 2);
        for (int i = 0; i < 16; i++) {
            expected += Math.pow(all[(int) expand.offset() + i * 64 + 5], 2);
            expected += Math.pow(all[(int) contract.offset() + 5 * 16 + i], 2);
        }
        assertThat(scores.units().get(1).get(0)[5]).isCloseTo(expected, within(1e-9));
    }

    @Test
    void gatesCountWhatTheLossDependsOnThem() throws IOException {
        Checkpoint whole = TinyModels.checkpoint(store, home + "/run", DEEP);
        ModelConfig model = ReplicaLoader.configOf(whole).model();
        List<Batch> batches = List.of(
                Batch.causal(2, 6, IntStream.range(0, 14).map(i -> i * i % 37).toArray()));
        try (ModelReplica replica = ReplicaLoader.open(store, whole)) {
            PartScores scores = GradientScores.of(Family.of(model), model, replica, batches);
            Parameter project = parameter(whole, "model.layers.1.self_attn.o_proj.weight"); // (D, H K), 2 items of 8
            double up = lossAt(replica, batches.get(0), project, 1, 1.02f);
            double down = lossAt(replica, batches.get(0), project, 1, 0.98f);
            assertThat(scores.heads().get(1)[1]).isCloseTo(Math.abs(up - down) / 0.04, within(2e-3));
            assertThat(scores.units().get(3).get(0)).hasSize(24);

            double before = replica.loss(batches.get(0));
            double without = scores.blocks().without(Set.of(2));
            assertThat(without).isNotEqualTo(before / 12);
            assertThat(replica.loss(batches.get(0))).isEqualTo(before);
        }
    }

    /** Mean nats with an item of 8 columns scaled; afterwards it is what it was. */
    private static double lossAt(ModelReplica replica, Batch batch, Parameter matrix, int item, float scale) {
        float[] values = new float[(int) matrix.size()];
        replica.parameters(matrix.offset(), values.length).asFloatBuffer().get(values);
        float[] scaled = values.clone();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] *= i % 16 / 8 == item ? scale : 1;
        }
        put(replica, matrix, scaled);
        double loss = replica.loss(batch) / batch.targetCount();
        put(replica, matrix, values);
        return loss;
    }

    private static void put(ModelReplica replica, Parameter matrix, float[] values) {
        replica.parameters(matrix.offset(), values.length).asFloatBuffer().put(values);
        replica.parametersWritten(matrix.offset(), values.length);
    }

    @Test
    void textDecidesWhatGoes() throws IOException {
        Files.writeString(temporary.resolve("text.txt"), "w1 w2 w3 w1 w2 w3 w1 w2 w3 w1 w2 w3 w4");
        Files.createDirectories(temporary.resolve("tokenized"));
        Checkpoint whole = TinyModels.checkpoint(store, home + "/run", DEEP);
        export(whole, "hf");
        Files.writeString(temporary.resolve("hf/tokenizer.json"), TinyModels.tokenizer(TinyModels.VOCABULARY));
        Checkpoint told;
        try (HuggingFaceModel model = HuggingFaceModel.open(store, home + "/hf")) {
            told = model.writeTo(home + "/told");
        }
        TextSample text = new TextSample(List.of(home + "/text.txt"), 64);
        ModelPruning.Options options = new ModelPruning.Options(0.5, 0.25, 1, Method.TAYLOR, text, false);
        ModelPruning.Result result =
                new ModelPruning(store, told, options).write(home + "/small", exported(), said -> {});
        assertThat(result.blocks()).hasSize(3);
        assertThat(temporary.resolve("small/tokenizer.json")).exists();
        Checkpoint encoder = TinyModels.checkpoint(store, home + "/bert", TinyModels.BERT);
        assertThatThrownBy(() -> new ModelPruning(
                        store, encoder, new ModelPruning.Options(0, 0.25, 0, Method.TAYLOR, text, false)))
                .hasMessageStartingWith("--method taylor needs a model that predicts the next token: ");
    }

    @Test
    void aTasksHeadStays() throws IOException {
        WeftConfig config = ConfigLoader.load(
                "test",
                "run: {dir: \"" + home + "/tuned\"}\nmodel: " + DEEP
                        + "\nfinetune: {from: x, task: classification, labels: [z, a, m]}",
                List.of());
        ParameterLayout layout =
                new ModelShape(config.model(), TinyModels.VOCABULARY, Adaptation.of(config, List.of())).layout();
        Checkpoint tuned = InitialCheckpoint.write(
                store,
                config.run().directory(),
                new RunIdentity(config, layout, new Vocabulary(TinyModels.VOCABULARY, "")),
                (offset, length, sink) -> TinyModels.fill(layout, offset, length, sink));
        prune(tuned, "small", 0.5, 0.25, 1, false);
        try (HuggingFaceModel model = HuggingFaceModel.open(store, home + "/small")) {
            assertThat(model.configIn(home + "/small").finetune().labels()).containsExactly("z", "a", "m");
            Checkpoint read = model.writeTo(home + "/read");
            assertThat(parameter(read, "score.weight").shape()).containsExactly(3, 16);
        }
    }

    private void export(Checkpoint checkpoint, String name) throws IOException {
        new HuggingFaceExport(store, checkpoint, said -> {}).write(home + "/" + name, exported());
    }

    private static HuggingFaceExport.Options exported() {
        return new HuggingFaceExport.Options(FloatFormat.F32, 1L << 30, "");
    }

    private static Parameter parameter(Checkpoint checkpoint, String name) {
        return ReplicaLoader.shapeOf(checkpoint).layout().parameters().stream()
                .filter(parameter -> parameter.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private ModelPruning.Result prune(
            Checkpoint whole, String name, double heads, double units, int blocks, boolean masked) throws IOException {
        ModelPruning.Options options = new ModelPruning.Options(heads, units, blocks, Method.MAGNITUDE, null, masked);
        return new ModelPruning(store, whole, options).write(home + "/" + name, exported(), said -> {});
    }

    private void assertSameOutputs(String smaller, String masked) throws IOException {
        List<float[]> outputs = new ArrayList<>();
        for (String name : List.of(smaller, masked)) {
            try (HuggingFaceModel model = HuggingFaceModel.open(store, home + "/" + name);
                    ModelReplica replica = model.replica(ReplicaOptions.cpu(1))) {
                outputs.add(
                        replica.encodesSource()
                                ? replica.answerLogits(TEXT, new int[] {5, 9})
                                : replica.logits(TEXT, TEXT.length - 1)[0]);
            }
        }
        float[] whole = outputs.get(1);
        assertThat(whole).hasSize(TinyModels.VOCABULARY);
        for (int i = 0; i < whole.length; i++) {
            assertThat(outputs.get(0)[i]).as("logit %d", i).isCloseTo(whole[i], within((float) ROUNDING));
        }
    }
}
