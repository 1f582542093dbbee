package org.weft.trainer.cluster;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.Threads;
import org.weft.core.protocol.SavedRange;
import org.weft.trainer.checkpoint.BestStep;
import org.weft.trainer.checkpoint.Checkpoint;
import org.weft.trainer.checkpoint.CheckpointCommitter;
import org.weft.trainer.coordinator.Coordinator;
import org.weft.trainer.coordinator.Evaluation;
import org.weft.trainer.coordinator.RunListener;
import org.weft.trainer.coordinator.RunPlan;
import org.weft.trainer.report.MetricsLog;
import org.weft.trainer.report.Progress;

/**
 * Takes what the coordinator tells: shows progress, writes metrics, commits checkpoints. The coordinator's thread only
 * hands over; files are written by one thread of this class, in the order of the events.
 */
final class RunObserver implements RunListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunObserver.class);
    /** Steps over which the shown speed is averaged. */
    private static final double SMOOTHING = 0.1;

    private final RunPlan plan;
    private final Progress progress;
    private final MetricsLog metrics;
    private final CheckpointCommitter committer;
    private final Watchers watchers;
    private final Threads threads;
    private final ExecutorService files;
    private Coordinator coordinator;

    private double stepMillis;
    /** Steps come on the coordinator's thread, checkpoints on that of the files. */
    private final AtomicReference<RunResult> result;

    /**
     * Who else is told.
     *
     * @param best of every evaluation
     * @param generations the number of each generation as it begins; must not block
     * @param steps of each step, on the thread that writes files
     */
    record Watchers(BestStep best, IntConsumer generations, Consumer<Step> steps) {}

    RunObserver(
            RunPlan plan,
            Progress progress,
            MetricsLog metrics,
            CheckpointCommitter committer,
            Watchers watchers,
            Threads threads) {
        this.plan = plan;
        this.progress = progress;
        this.metrics = metrics;
        this.committer = committer;
        this.watchers = watchers;
        this.threads = threads;
        this.files = threads.single("weft-run-files");
        this.result = new AtomicReference<>(RunResult.startingAt(plan));
    }

    /** Whom to tell of commits; to be called before the run starts. */
    void attach(Coordinator owner) {
        coordinator = owner;
    }

    RunResult result() {
        return result.get();
    }

    @Override
    public void stepDone(Step step) {
        stepMillis = stepMillis == 0 ? step.stepMillis() : (1 - SMOOTHING) * stepMillis + SMOOTHING * step.stepMillis();
        int steps = plan.config().training().steps();
        double tokensPerSecond = step.tokens() * 1000 / stepMillis;
        Duration left = Duration.ofMillis((long) (stepMillis * (steps - step.step())));
        progress.step(step.step(), steps, step.loss(), tokensPerSecond, mfu(step, tokensPerSecond), left);
        result.updateAndGet(before -> before.withStep(step));
        files.execute(() -> {
            metrics.step(step, mfu(step, step.tokensPerSecond()));
            watchers.steps().accept(step);
        });
    }

    private double mfu(Step step, double tokensPerSecond) {
        return step.peakFlops() > 0 ? plan.flopsPerToken() * tokensPerSecond / step.peakFlops() : Double.NaN;
    }

    @Override
    public void evaluated(int step, Evaluation evaluation) {
        Map<String, Double> scores = ValidationScores.of(plan.config().finetune(), evaluation);
        StringBuilder said = new StringBuilder("step " + step);
        scores.forEach((metric, value) -> said.append(String.format("  val %s %.4f", metric.replace('_', ' '), value)));
        progress.say(said.toString());
        result.updateAndGet(before -> before.withValidation(evaluation.loss()));
        watchers.best().evaluated(step, scores);
        files.execute(() -> metrics.evaluation(step, scores));
        if (watchers.best().exhausted()) {
            progress.say(watchers.best().account() + ": ending early");
            coordinator.requestStop();
        }
    }

    @Override
    public void checkpointWritten(int generation, int step, List<SavedRange> saved) {
        files.execute(() -> {
            long start = threads.nanoTime();
            metrics.flush(); // What a run that is resumed from here has to know of its past.
            try {
                Checkpoint checkpoint = committer.commit(generation, step, saved);
                result.updateAndGet(before -> before.withCheckpoint(checkpoint));
                long millis = TimeUnit.NANOSECONDS.toMillis(threads.nanoTime() - start);
                double stall =
                        saved.stream().mapToLong(SavedRange::stallMicros).max().orElse(0) / 1000.0;
                LOG.info(
                        "checkpoint {} committed in {} ms (training stood still for {} ms)",
                        checkpoint.directory(),
                        millis,
                        stall);
                coordinator.checkpointCommitted(generation, step, checkpoint.directory());
                metrics.checkpoint(step, stall, millis);
            } catch (IOException | RuntimeException e) {
                coordinator.checkpointFailed(generation, step, e.toString());
            }
        });
    }

    @Override
    public void checkpointFailed(int step, String cause) {
        progress.say("checkpoint of step " + step + " failed and will be made up for; training goes on: " + cause);
    }

    @Override
    public void generationBegan(int generation) {
        watchers.generations().accept(generation);
    }

    @Override
    public void notice(String text) {
        LOG.info(text);
    }

    @Override
    public void close() throws IOException {
        files.shutdown();
        try {
            if (!files.awaitTermination(1, TimeUnit.MINUTES)) {
                files.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        progress.endBar();
        metrics.close();
    }
}
