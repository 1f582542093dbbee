package org.weft.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drivers that stand by, as a person starts them: each a process with executors of its own. */
class StandbyIT {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int STEPS = 24;
    private static final String[] SETTINGS = {
        "cluster.master=local-cluster[1,4,1024]",
        "cluster.workers=2",
        "cluster.servers=2",
        "cluster.start_timeout_seconds=900",
        "run.lease_seconds=4",
        "training.steps=" + STEPS,
        "checkpoint.every=4"
    };

    @TempDir
    static Path temporary;

    private static RunFolder corpus;
    private static String expected;

    @BeforeAll
    static void trainInOneProcess() throws IOException {
        corpus = RunFolder.create(temporary.resolve("corpus"), RunFolder.LARGE).prepared();
        expected = corpus.ofOneProcess("training.steps=" + STEPS);
    }

    /** Two stand by; the driver is killed: one of them drives, to the same bits, and the other ends with the run. */
    @Test
    void oneOfTwoGoesOnWhereTheDriverWasKilled() throws Exception {
        RunFolder run = corpus.sibling("killed");
        try (LaunchedRun first = LaunchedRun.start(run.home(), standby(run));
                LaunchedRun second = LaunchedRun.start(run.home(), standby(run))) {
            for (LaunchedRun waiting : List.of(first, second)) {
                Await.until(
                        "a standby is ready",
                        PATIENCE,
                        () -> over(waiting) || waiting.errors().contains("this standby is ready: it holds 1 executor"));
                assertThat(waiting.executors()).as(waiting.errors()).hasSize(1);
                assertThat(waiting.errors()).contains("stands by: nobody drives this run yet");
            }
            try (LaunchedRun driver = LaunchedRun.start(run.home(), run.arguments("pretrain", SETTINGS))) {
                Await.until("first checkpoint", PATIENCE, () -> over(driver) || run.hasCheckpoint(4));
                String runs = CommandRun.of("runs", RunFolder.uri(run.dir()), "--json")
                        .done()
                        .out();
                assertThat(CommandRun.json(runs).get(0).path("standbys")).hasSize(2);
                driver.process().destroyForcibly();
                assertThat(driver.ended(PATIENCE).status()).isEqualTo(137);
            }
            List<CommandRun> ends =
                    List.of(first.ended(PATIENCE).done(), second.ended(PATIENCE).done());
            assertThat(ends.stream().filter(end -> end.summary().has("params_sha256")))
                    .singleElement()
                    .satisfies(took -> {
                        assertThat(took.paramsSha256()).isEqualTo(expected);
                        assertThat(took.err())
                                .contains("taking the run over: no sign of life for 4 s from host ", "resuming from ");
                    });
            assertThat(ends.stream().filter(end -> end.summary().has("standby")))
                    .singleElement()
                    .satisfies(left -> assertThat(left.err())
                            .contains("the run is done at step " + STEPS + ": nothing is left to stand by for"));
        }
        assertThat(run.stepsWithMetrics())
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, STEPS).boxed().toList());
    }

    private static List<String> standby(RunFolder run) {
        List<String> arguments = new ArrayList<>(run.arguments("pretrain", SETTINGS));
        arguments.add("--standby");
        return arguments;
    }

    private static boolean over(LaunchedRun launched) {
        return !launched.process().isAlive();
    }
}
