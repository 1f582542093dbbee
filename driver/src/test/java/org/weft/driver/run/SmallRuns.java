package org.weft.driver.run;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.weft.coordinator.RunListener;
import org.weft.core.batches.ValidationPart;
import org.weft.core.checkpoint.CheckpointManifest.Source;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.RunDirectory;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.CheckpointResolver;
import org.weft.driver.checkpoint.InitialCheckpoint;
import org.weft.driver.checkpoint.RunIdentity;
import org.weft.driver.checkpoint.Vocabulary;
import org.weft.driver.progress.Progress;
import org.weft.driver.spark.SparkApplication;

/** Runs of something very small in this process, and what they said. */
abstract class SmallRuns {
    static JavaSparkContext context;

    @TempDir
    Path directory;

    final ByteArrayOutputStream said = new ByteArrayOutputStream();
    final List<Integer> steps = new ArrayList<>();
    Source source = new Source("corpus", "/corpus", "0123456789abcdef");
    RunDirectory run;

    @BeforeAll
    static void start() {
        context = new JavaSparkContext(new SparkConf()
                .setMaster("local[3]")
                .setAppName("small-runs")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1"));
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    @BeforeEach
    void name() {
        run = RunDirectory.of("file://" + directory);
    }

    RunResult train(String resume, int last, int evalEvery) throws IOException {
        return run(resume, subject(last, evalEvery, 10, () -> null));
    }

    RunResult run(String resume, Subject subject) throws IOException {
        RunListener listener = new RunListener() {
            @Override
            public void stepDone(Step step) {
                steps.add(step.step());
            }
        };
        return new TrainingRun(SparkApplication.within(context), progress(), StopSource.NONE, listener)
                .run(subject.config().run(), resume, () -> subject);
    }

    Progress progress() {
        return new Progress(new PrintStream(said, true, StandardCharsets.UTF_8), false, System::nanoTime);
    }

    Subject subject(int last, int evalEvery, int width, Subject.Initial initial) {
        return subject(config(last, evalEvery), evalEvery == 0 ? 0 : 4, width, initial);
    }

    Subject subject(WeftConfig config, int validationBatches, int width, Subject.Initial initial) {
        return subject(config, validationBatches, new Quadratic(width), initial);
    }

    Subject subject(WeftConfig config, int validationBatches, Quadratic workload, Subject.Initial initial) {
        return new Subject(
                "a parabola",
                new RunIdentity(config, workload.layout(), Vocabulary.NONE, List.of(source)),
                workload,
                Optional.empty(),
                ValidationPart.whole(validationBatches),
                initial);
    }

    Checkpoint initial(int step) throws IOException {
        InitialCheckpoint.write(
                SparkApplication.within(context).store(),
                run.initial(),
                new RunIdentity(config(5, 0), new Quadratic(10).layout(), Vocabulary.NONE),
                step,
                Map.of(
                        CheckpointReader.PARAM,
                        (offset, length, sink) ->
                                sink.accept(offset, ByteBuffer.allocate((int) length * Float.BYTES))));
        return new CheckpointResolver(SparkApplication.within(context).store(), notice -> {}).latest(run.initial());
    }

    WeftConfig config(int last, int evalEvery, String... more) {
        List<String> settings = new ArrayList<>(List.of(
                "training.steps=" + last,
                "training.eval_every=" + evalEvery,
                "training.global_batch=8",
                "training.micro_batch=1",
                "training.lanes=8",
                "training.warmup_steps=0",
                "training.learning_rate=0.1",
                "training.min_learning_rate=0.1",
                "training.weight_decay=0",
                "training.clip_norm=0",
                "checkpoint.every=2",
                "cluster.workers=1",
                "cluster.servers=1",
                "cluster.start_timeout_seconds=60"));
        settings.addAll(List.of(more));
        return ConfigLoader.load("test", "run: {dir: '" + run.path() + "'}", settings);
    }
}
