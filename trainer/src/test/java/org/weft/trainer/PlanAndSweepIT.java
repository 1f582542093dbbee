package org.weft.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** plan before and after a run, and a sweep of sizes that take a second each. */
@Tag("once")
class PlanAndSweepIT {
    @TempDir
    private static Path temporary;

    private static RunFolder run;

    @BeforeAll
    static void train() throws IOException {
        run = RunFolder.create(temporary.resolve("plan"), RunFolder.SMALL).prepared();
        run.pretrain().done();
    }

    @Test
    void aShapeAloneCanBePlanned() {
        CommandRun plan = CommandRun.of(
                        "plan", "--config", preset("gpt2"), "--vocab-size", "50257", "--peak-gflops", "200")
                .done();
        assertThat(plan.out()).contains("124,439,808", "Memory of a worker", "20 tokens a parameter");
        JsonNode summary = plan.summary();
        assertThat(summary.path("parameters").asLong()).isEqualTo(124_439_808L);
        assertThat(summary.path("peak_gflops").asDouble()).isEqualTo(200);
        assertThat(summary.path("step_millis").asDouble()).isPositive();
    }

    @Test
    void aRunIsPlannedWithItsCorpusAndABudget() {
        CommandRun plan = CommandRun.of(run.arguments("plan", "--tokens 1e9", "--price-per-hour 2.5", "--json"))
                .done();
        JsonNode summary = plan.summary();
        assertThat(plan.out().lines()).hasSize(1);
        assertThat(summary.path("vocab_size").asInt())
                .as("of the corpus, not as asked for")
                .isBetween(257, 511);
        assertThat(summary.path("tokens").asDouble()).isEqualTo(1e9);
        double hours = summary.path("hours").asDouble();
        assertThat(summary.path("cost").asDouble()).isEqualTo(2.5 * hours);
    }

    @Test
    void aRateIsFoundByARunOfItsOwnWhichIsReadAgain() {
        List<String> words = run.arguments("tune-rate", "--steps 20", "--lowest 1e-4", "--highest 1e3");
        CommandRun found = CommandRun.of(words).done();
        assertThat(found.out()).contains("lowest");
        assertThat(found.summary().path("steps").asInt()).isEqualTo(20);
        assertThat(found.summary().path("lowest_loss_at").asDouble()).isBetween(1e-4, 1e3);
        assertThat(found.summary().path("run").asText()).contains("/run/runs/rate-");
        assertThat(CommandRun.of(words).done().summary()).isEqualTo(found.summary());
    }

    @Test
    void otherClustersAndNetworksArePlanned() {
        CommandRun plan = CommandRun.of(run.arguments("plan", "--scale", "--workers 1,64", "--network-gbits 0.1,10"))
                .done();
        assertThat(plan.out()).contains("Links of 10.0 Gb/s", "int8, delay 1", "take");
        JsonNode scale = plan.summary().path("scale");
        assertThat(scale).hasSize(4);
        JsonNode slowest = scale.get(1);
        assertThat(slowest.path("workers").asInt()).isEqualTo(64);
        double plain = slowest.path("modes").path("plain").path("step_millis").asDouble();
        assertThat(slowest.path("modes").path("local").path("step_millis").asDouble())
                .isLessThan(plain);
        CommandRun fixed = CommandRun.of(run.arguments("plan", "--scale=none"));
        assertThat(fixed.status()).isEqualTo(2);
        assertThat(fixed.err()).contains("--scale none is neither growing nor fixed");
        CommandRun several = CommandRun.of(run.arguments("plan", "--network-gbits 1,10"));
        assertThat(several.status()).isEqualTo(2);
        assertThat(several.err()).contains("--network-gbits has 2 values");
    }

    @Test
    void budgetsThatMakeNoSenseAreRefused() {
        CommandRun both = CommandRun.of(run.arguments("plan", "--tokens 1e9", "--hours 2"));
        assertThat(both.status()).isEqualTo(2);
        assertThat(both.err()).contains("--tokens and --hours exclude each other");
        CommandRun negative = CommandRun.of(run.arguments("plan", "--hours -1"));
        assertThat(negative.status()).isEqualTo(2);
        assertThat(negative.err()).contains("--hours -1.0 must be positive");
    }

    @Test
    void aFinishedRunIsComparedWithItsPrediction() throws IOException {
        CommandRun plan = CommandRun.of("plan", "--run", run.dir().toString()).done();
        assertThat(plan.out()).contains("predicted", "measured", "target tokens/s", "pushed and pulled");
        JsonNode summary = plan.summary();
        assertThat(summary.path("measured_exchanged_bytes").asDouble())
                .isEqualTo(summary.path("predicted_exchanged_bytes").asDouble());
        assertThat(run.steps()
                        .get(0)
                        .path("workers")
                        .get(0)
                        .path("peak_resident_mib")
                        .asLong())
                .isPositive();
        CommandRun none =
                CommandRun.of("plan", "--run", temporary.resolve("nothing").toString());
        assertThat(none.status()).isEqualTo(3);
        assertThat(none.err()).contains("metrics.jsonl", "give the run.dir of a run that has trained some steps");
    }

    @Test
    void aSweepTrainsItsSizesOnceAndWritesAPage() throws IOException {
        RunFolder sweep = RunFolder.create(temporary.resolve("sweep"), RunFolder.SMALL);
        List<String> arguments = sweep.arguments(
                "sweep",
                "--sizes 4",
                "--smallest 3e4",
                "--largest 1e6",
                "--tokens 512",
                "training.eval_every=0",
                "training.warmup_steps=1");
        CommandRun first = CommandRun.of(arguments).done();
        assertThat(first.out()).contains("held out", "law: loss = ");
        assertThat(first.summary().path("sizes").asInt()).isEqualTo(4);
        assertThat(first.summary().path("tokens").asInt()).isEqualTo(512);
        assertThat(Files.readString(sweep.dir().resolve("sweep.html"))).contains("<svg", "</html>");
        assertThat(sweep.dir()).isDirectoryContaining("glob:**/{corpus,results.json,runs}");
        CommandRun second = CommandRun.of(arguments).done();
        assertThat(second.err()).contains("finished before").doesNotContain("parameters on 1 worker");
        assertThat(second.out()).isEqualTo(first.out());
    }

    /** Trials side by side and one after the other, from the first rung to the last: one table, which is not trained again. */
    @Test
    void aSearchOfSettingsHasOneTableHoweverItIsRun() throws IOException {
        String[] halving = {
            "--over training.learning_rate=1e-2,1e30,1e-6",
            "--search halving",
            "--eta 2",
            "training.warmup_steps=1",
            "training.min_learning_rate=0",
            "training.steps=8",
            "training.eval_every=4"
        };
        RunFolder side = RunFolder.create(temporary.resolve("side"), RunFolder.SMALL);
        CommandRun first = side.command("sweep", halving).done();
        assertThat(first.err()).contains("3 trials to step 4, 1 to the end, 3 side by side", "diverged: ");
        JsonNode summary = first.summary();
        assertThat(summary.path("diverged").asInt()).isEqualTo(1);
        assertThat(summary.at("/settings/training.learning_rate").asText()).isEqualTo("1e-2");
        assertThat(summary.path("best").asText()).startsWith("weft pretrain --config ");
        assertThat(Files.readString(side.dir().resolve("sweep.html"))).contains("<svg", "</html>");
        CommandRun again = side.command("sweep", halving).done();
        assertThat(again.err()).contains("are done").doesNotContain("parameters on 1 worker");
        assertThat(again.summary()).isEqualTo(summary);

        RunFolder single = RunFolder.create(temporary.resolve("single"), RunFolder.SMALL);
        List<String> oneByOne = new ArrayList<>(single.arguments("sweep", halving));
        oneByOne.addAll(List.of("--parallel", "1"));
        CommandRun.of(oneByOne).done();
        assertThat(trials(single)).isEqualTo(trials(side));
    }

    private static JsonNode trials(RunFolder sweep) throws IOException {
        return CommandRun.json(Files.readString(sweep.dir().resolve("sweep.json")))
                .path("trials");
    }

    private static String preset(String name) {
        return Path.of("..", "conf", "models", name + ".yaml").toString();
    }
}
