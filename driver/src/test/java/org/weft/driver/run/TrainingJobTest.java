package org.weft.driver.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.weft.coordinator.Coordinator;
import org.weft.coordinator.RunListener;
import org.weft.coordinator.RunPlan;
import org.weft.core.ExitStatus;
import org.weft.core.Threads;
import org.weft.core.WeftException;
import org.weft.core.batches.BatchSource;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.params.ParameterLayout;
import org.weft.driver.lease.DriverPlace;
import org.weft.driver.lease.RunLease;
import org.weft.driver.spark.SparkApplication;
import org.weft.engine.Replica;
import org.weft.engine.Workload;

/** How a run's processes begin and end. */
@Timeout(120)
class TrainingJobTest {
    private static JavaSparkContext context;

    @TempDir
    Path directory;

    @BeforeAll
    static void start() {
        context = new JavaSparkContext(new SparkConf()
                .setMaster("local[2]")
                .setAppName("training-job-test")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1"));
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    @Test
    void saysWhatIsMissing() {
        TrainingJob job = new TrainingJob(SparkApplication.within(context), new Quadratic(10), null);
        assertThatThrownBy(() -> job.check(config("cluster.servers=3"), null))
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.CLUSTER))
                .hasMessage("too few slots: 1 worker and 3 servers need 4, 1 executor has 2");
    }

    @Test
    void aStopThatWasAskedForBeforeTheStartIsNotForgotten() throws IOException {
        TrainingJob job = new TrainingJob(SparkApplication.within(context), new Quadratic(10), null);
        job.requestStop();
        AtomicReference<Coordinator> began = new AtomicReference<>();
        int[] steps = {0};
        run(job, new RunListener() {
            @Override
            public void begins(Coordinator coordinator) {
                began.set(coordinator);
            }

            @Override
            public void stepDone(Step step) {
                steps[0]++;
            }
        });
        assertThat(job.stopRequested()).isTrue();
        assertThat(began.get()).isNotNull();
        assertThat(steps[0]).isLessThan(1000);
    }

    @Test
    void aWorkloadThatCannotBeOpenedEndsTheRunWithItsCause() {
        TrainingJob job = new TrainingJob(SparkApplication.within(context), new Unusable(), null);
        assertThatThrownBy(() -> run(job, new RunListener() {})).hasMessageContaining("no such library");
    }

    /** Fails on the worker. */
    private record Unusable() implements Workload<Quadratic.Point> {
        private static final long serialVersionUID = 1L;

        @Override
        public ParameterLayout layout() {
            return new Quadratic(10).layout();
        }

        @Override
        public Replica<Quadratic.Point> open(String device) {
            throw WeftException.usage("no such library", "put it on the class path");
        }

        @Override
        public BatchSource<Quadratic.Point> batches() {
            return new Quadratic(10).batches();
        }

        @Override
        public double tokensPerStep() {
            return 8;
        }

        @Override
        public double flopsPerToken() {
            return 1;
        }
    }

    private void run(TrainingJob job, RunListener listener) throws IOException {
        WeftConfig config = config();
        SparkApplication application = SparkApplication.within(context);
        RunPlan plan = new RunPlan(
                config,
                new Quadratic(10).layout(),
                8,
                Double.NaN,
                0,
                0,
                "",
                1,
                List.of(),
                true,
                config.training().steps());
        try (RunLease lease =
                        RunLease.acquire(application.store(), config.run(), DriverPlace.here("test"), notice -> {});
                RunObserver observer = new RunObserver(List.of(listener), List.of(), Threads.MACHINE)) {
            job.check(config, null);
            job.run(plan, observer, lease);
        }
    }

    private WeftConfig config(String... more) {
        String yaml = """
                run: {dir: "file://%s"}
                cluster: {workers: 1, servers: 1, start_timeout_seconds: 60}
                training: {steps: 1000, global_batch: 8, micro_batch: 1, lanes: 8, warmup_steps: 0, eval_every: 0}
                """.formatted(directory);
        return ConfigLoader.load("test", yaml, List.of(more));
    }
}
