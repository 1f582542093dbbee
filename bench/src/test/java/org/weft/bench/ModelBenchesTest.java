package org.weft.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Initialization;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.InitialCheckpoint;
import org.weft.driver.checkpoint.RunIdentity;
import org.weft.driver.checkpoint.Vocabulary;
import org.weft.hub.HuggingFaceExport;
import org.weft.hub.gguf.GgufType;

/** What compares models with those of other programs, on models of a few thousand parameters. */
class ModelBenchesTest {
    private static final int VOCABULARY = 60;
    private static final int CONTEXT = 12;
    private static final int SEQUENCES = 2;

    @TempDir
    Path temporary;

    private final Store store = HadoopStore.local();

    @Test
    void hubParityTakesAModelThroughEverything() throws Exception {
        export(temporary.resolve("model"));
        Files.writeString(
                temporary.resolve("run.json"),
                "{\"training\": {\"warmup_steps\": 2}, \"sequences\": " + SEQUENCES + ", \"context\": " + CONTEXT
                        + "}");
        ByteBuffer batches = ByteBuffer.allocate(TenSteps.STEPS * SEQUENCES * (CONTEXT + 1) * Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        new Random(3).ints(batches.capacity() / Integer.BYTES, 0, VOCABULARY).forEach(batches::putInt);
        Files.write(temporary.resolve("batches.i32"), batches.array());

        HubParity.main(new String[] {temporary.toString()});

        JsonNode facts = json(temporary.resolve("facts.json"));
        assertThat(facts.path("again")).isEqualTo(facts.path("params_sha256"));
        assertThat(facts.path("decoders_apart").doubleValue()).isLessThan(1e-4);
        assertThat(facts.path("text")).hasSize(CONTEXT - 6);
        assertThat(Files.readAllLines(temporary.resolve("losses.txt"))).hasSize(TenSteps.STEPS);
        assertThat(temporary.resolve("logits.f32")).hasSize((long) SEQUENCES * CONTEXT * VOCABULARY * Float.BYTES);
    }

    @Test
    void modelOutputsAreALineForEachSequence() throws Exception {
        export(temporary.resolve("model"));
        Path sequences = Files.writeString(temporary.resolve("sequences"), "1 2 3\n4 5\n");
        String printed = Printed.by(
                () -> ModelOutputs.main(new String[] {temporary.resolve("model").toString(), sequences.toString()}));
        assertThat(printed.lines().map(line -> line.split(" ").length)).containsExactly(3 * VOCABULARY, 2 * VOCABULARY);
    }

    @Test
    void pruneBenchFindsAModelEqualToItself() throws Exception {
        export(temporary.resolve("model"));
        String model = temporary.resolve("model").toString();
        assertThat(Printed.by(() -> PruneBench.main(new String[] {model, model, model, "1"})))
                .contains("at most 0.0 apart", "by arithmetic 1.00 times (100.0 % of the operations");
    }

    @Test
    void ggufParityWritesAModelInEveryType() throws Exception {
        GgufParity.main(new String[] {temporary.toString(), "gpt_neox"});
        Path directory = temporary.resolve("gpt_neox");
        assertThat(json(directory.resolve("facts.json")).path("tokens")).hasSize(100);
        for (GgufType type : GgufType.values()) {
            assertThat(directory.resolve(type.word())).isNotEmptyDirectory();
        }
    }

    @Test
    void quantizeBenchComparesWays() throws Exception {
        String printed = Printed.by(() -> QuantizeBench.main(new String[] {"1", "1", "1", "fp32", "int8"}));
        assertThat(printed).contains("tokens/s", "1.00x").doesNotContain("NaN");
    }

    @Test
    void engineBenchFindsAnEngineEqualToItself() throws Exception {
        assertThat(Printed.by(() -> EngineBench.main(new String[] {"16,1,8,2,60", "1", "torch", "torch"})))
                .contains("torch against torch", "relative difference 0.0e+00; gradients by name at most 0.0e+00");
    }

    private JsonNode json(Path file) throws IOException {
        return new ObjectMapper().readTree(file.toFile());
    }

    /** A Hugging Face directory of a GPT-2 that nobody has trained. */
    private void export(Path directory) throws IOException {
        WeftConfig config = ConfigLoader.load(
                "bench",
                "run: {dir: \"file://" + temporary.resolve("untrained")
                        + "\"}\nmodel: {layers: 1, width: 16, heads: 2, context: " + CONTEXT + "}",
                List.of());
        ParameterLayout layout = new ModelShape(config.model(), VOCABULARY).layout();
        Checkpoint checkpoint = InitialCheckpoint.write(
                store,
                config.run().directory(),
                new RunIdentity(config, layout, new Vocabulary(VOCABULARY, "")),
                (offset, length, sink) -> {
                    ByteBuffer part =
                            ByteBuffer.allocate((int) length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                    Initialization.fill(layout, 7, offset, part.asFloatBuffer());
                    sink.accept(offset, part);
                });
        new HuggingFaceExport(store, checkpoint, notice -> {})
                .write("file://" + directory, new HuggingFaceExport.Options(FloatFormat.F32, Long.MAX_VALUE, ""));
    }
}
