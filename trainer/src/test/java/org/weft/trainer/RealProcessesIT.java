package org.weft.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The distribution as a person starts it: a driver and two executors, processes of their own, signals included. */
class RealProcessesIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int STEPS = 24;
    private static final String[] TWO_EXECUTORS = {
        "cluster.master=local-cluster[2,2,1024]",
        "cluster.workers=2",
        "cluster.servers=2",
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

    /** SIGTERM in the middle, then resumed: the bits of a run in one process that nobody stopped. */
    @Test
    void stopsOnSigtermAndResumesToTheSameBits() throws Exception {
        RunFolder run = corpus.sibling("terminated");
        CommandRun first;
        try (LaunchedRun launched = LaunchedRun.start(run.home(), run.arguments("pretrain", TWO_EXECUTORS))) {
            Await.until("first checkpoint", PATIENCE, () -> over(launched) || run.hasCheckpoint(4));
            assertThat(launched.executors()).hasSize(2);
            launched.terminate();
            first = launched.ended(PATIENCE);
        }
        assertThat(first.status()).as(first.err()).isEqualTo(143);
        int stoppedAt = first.summary().path("step").asInt();
        assertThat(run.hasCheckpoint(stoppedAt)).isTrue();
        assertThat(stoppedAt).isBetween(4, STEPS - 1);
        assertSpreadOverTwoExecutors(first.err());

        List<String> arguments = run.arguments("pretrain", TWO_EXECUTORS);
        arguments.add("--resume");
        try (LaunchedRun launched = LaunchedRun.start(run.home(), arguments)) {
            CommandRun second = launched.ended(PATIENCE).done();
            assertThat(second.paramsSha256()).isEqualTo(expected);
            assertThat(second.out().strip().lines()).hasSize(1);
            assertThat(second.err()).contains("resuming from").doesNotContain("\tat ");
        }
        assertEachStepOnce(run);
    }

    /** An executor with a worker and a server on it is lost: a new generation starts from the last checkpoint. */
    @Test
    void goesOnToTheSameBitsWhenAnExecutorIsKilled() throws Exception {
        RunFolder run = corpus.sibling("killed");
        try (LaunchedRun launched = LaunchedRun.start(run.home(), run.arguments("pretrain", TWO_EXECUTORS))) {
            Await.until("first checkpoint", PATIENCE, () -> over(launched) || run.hasCheckpoint(4));
            assertThat(launched.executors()).hasSize(2);
            launched.executors().get(0).destroyForcibly();
            CommandRun result = launched.ended(PATIENCE).done();
            assertThat(result.paramsSha256()).isEqualTo(expected);
            assertThat(result.err()).contains("is lost with its executor", "generation 2 starts at step ");
            assertThat(result.err().lines().filter(line -> line.contains("dropped its work")))
                    .as("attempts at work whose server is gone")
                    .hasSizeLessThan(50);
        }
        assertEachStepOnce(run);
    }

    /** A server is lost with its executor: its backup takes over, nothing is loaded and no step is done twice. */
    @Test
    void aBackupTakesOverFromAKilledServer() throws Exception {
        RunFolder run = corpus.sibling("backup");
        List<String> arguments = run.arguments(
                "pretrain",
                "cluster.master=local-cluster[4,2,700]",
                "cluster.executor_memory=600m",
                "cluster.workers=2",
                "cluster.servers=1",
                "servers.replicas=2",
                "training.steps=" + STEPS,
                "checkpoint.every=1000");
        try (LaunchedRun launched = LaunchedRun.start(run.home(), arguments)) {
            Await.until(
                    "some steps",
                    PATIENCE,
                    () -> over(launched) || launched.errors().contains("step 1/"));
            launched.executor(placeOf("server 0", launched.errors())).destroyForcibly();
            CommandRun result = launched.ended(PATIENCE).done();
            assertThat(result.paramsSha256()).isEqualTo(expected);
            assertThat(result.err()).contains("takes over");
        }
        assertEachStepOnce(run);
    }

    private static String placeOf(String member, String log) {
        Matcher joined = Pattern.compile(member + " \\(executor (\\d+), ").matcher(log);
        assertThat(joined.find()).as(member + " joined").isTrue();
        return joined.group(1);
    }

    /** A failing task is logged by Spark with its stack; a person sees the cause and the way out. */
    @Test
    void failsWithoutAStackTrace() throws Exception {
        RunFolder run = RunFolder.create(temporary.resolve("latin"), RunFolder.SMALL);
        Files.write(run.home().resolve("text.txt"), "caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
        try (LaunchedRun launched = LaunchedRun.start(run.home(), run.arguments("prepare"))) {
            CommandRun result = launched.ended(PATIENCE);
            assertThat(result.status()).isEqualTo(3);
            assertThat(result.out()).isEmpty();
            assertThat(result.err().lines().toList()).hasSize(3).satisfies(lines -> {
                assertThat(lines.get(0)).startsWith("reading 1 files");
                assertThat(lines.get(1)).startsWith("error: input is not UTF-8: file=");
                assertThat(lines.get(2)).startsWith("hint: convert it first");
            });
        }
    }

    /** Spark would wait for ever where its workers have no room for an executor. */
    @Test
    void preparationEndsWhenNoExecutorComes() throws Exception {
        RunFolder run = RunFolder.create(temporary.resolve("no-room"), RunFolder.SMALL);
        List<String> arguments =
                run.arguments("prepare", "cluster.master=local-cluster[1,1,1024]", "cluster.start_timeout_seconds=3");
        try (LaunchedRun launched = LaunchedRun.start(run.home(), arguments, "-Dspark.executor.cores=2")) {
            assertNoExecutorWorks(launched.ended(PATIENCE), "none was there for 3 s");
        }
    }

    /** Spark would replace them for ever. */
    @Test
    void preparationEndsWhenEveryExecutorDiesAtItsStart() throws Exception {
        RunFolder run = RunFolder.create(temporary.resolve("dying"), RunFolder.SMALL);
        List<String> arguments =
                run.arguments("prepare", "cluster.master=local-cluster[1,1,1024]", "cluster.start_timeout_seconds=100");
        try (LaunchedRun launched =
                LaunchedRun.start(run.home(), arguments, "-Dspark.executor.extraJavaOptions=-Xss1k")) {
            assertNoExecutorWorks(
                    launched.ended(PATIENCE), "10 executors were lost one after another before any was given a task");
        }
    }

    private static void assertNoExecutorWorks(CommandRun result, String reason) {
        assertThat(result.status()).as(result.err()).isEqualTo(4);
        assertThat(result.err())
                .contains("error: no executor works on this: " + reason, "hint: see the executors' own");
    }

    private static boolean over(LaunchedRun launched) {
        return !launched.process().isAlive();
    }

    private static void assertSpreadOverTwoExecutors(String log) {
        Set<String> places = log.lines()
                .filter(line -> line.endsWith(") joined"))
                .map(line -> line.replaceAll(".*RunObserver: (\\w+ \\d) \\((executor \\d).*", "$1 on $2"))
                .collect(Collectors.toSet());
        assertThat(places).hasSize(4);
        for (String place : List.of("worker 0", "worker 1", "server 0", "server 1")) {
            assertThat(places).anyMatch(joined -> joined.startsWith(place));
        }
        assertThat(places).anyMatch(joined -> joined.endsWith("executor 0"));
        assertThat(places).anyMatch(joined -> joined.endsWith("executor 1"));
    }

    private static void assertEachStepOnce(RunFolder run) throws IOException {
        assertThat(run.stepsWithMetrics())
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, STEPS).boxed().toList());
    }
}
