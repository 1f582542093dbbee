package org.weft.driver.run;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.coordinator.Coordinator;
import org.weft.coordinator.Evaluation;
import org.weft.coordinator.RunListener;
import org.weft.core.protocol.SavedRange;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.CheckpointCommitter;
import org.weft.driver.progress.MetricsLog;

/** Commits checkpoints whose shards are durable, and tells the coordinator. For the files' thread. */
final class Commits implements RunListener {
    private static final Logger LOG = LoggerFactory.getLogger(Commits.class);

    private final CheckpointCommitter committer;
    private final MetricsLog metrics;
    private final RunRecorder recorder;
    private final Consumer<Checkpoint> committed;
    private Coordinator coordinator;

    /**
     * @param recorder told how long each took
     * @param committed told of each, before the coordinator is
     */
    Commits(CheckpointCommitter committer, MetricsLog metrics, RunRecorder recorder, Consumer<Checkpoint> committed) {
        this.committer = committer;
        this.metrics = metrics;
        this.recorder = recorder;
        this.committed = committed;
    }

    @Override
    public void begins(Coordinator owner) {
        coordinator = owner;
    }

    @Override
    public void evaluated(int step, Evaluation evaluation) {
        committer.evaluated();
    }

    @Override
    public void checkpointWritten(int generation, int step, int skipped, List<SavedRange> saved) {
        long start = System.nanoTime();
        metrics.flush(); // So that the log of a run that goes on from here has no hole.
        try {
            Checkpoint checkpoint = committer.commit(generation, step, skipped, saved);
            committed.accept(checkpoint);
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            double stall =
                    saved.stream().mapToLong(SavedRange::stallMicros).max().orElse(0) / 1000.0;
            LOG.info(
                    "checkpoint {} committed in {} ms (training stood still for {} ms)",
                    checkpoint.directory(),
                    millis,
                    stall);
            coordinator.checkpointCommitted(generation, step, checkpoint.directory());
            metrics.write(recorder.checkpoint(
                    step, stall, millis, checkpoint.manifest().sparsity()));
        } catch (IOException | RuntimeException e) {
            coordinator.checkpointFailed(generation, step, e.toString());
        }
    }
}
