package org.weft.driver.run;

import java.util.List;
import org.weft.coordinator.Evaluation;
import org.weft.coordinator.Notice;
import org.weft.coordinator.RunListener;
import org.weft.core.protocol.SavedRange;
import org.weft.driver.progress.MetricsLog;

/** Writes the run's records into {@code metrics.jsonl}, as they come. For the files' thread. */
record LoggedMetrics(RunRecorder recorder, MetricsLog metrics) implements RunListener {

    /** Writes what has no line yet. */
    void write() {
        recorder.toWrite().forEach(metrics::write);
    }

    @Override
    public void stepDone(Step step) {
        write();
    }

    @Override
    public void evaluated(int step, Evaluation evaluation) {
        write();
    }

    /** What came before a checkpoint stands before it. */
    @Override
    public void checkpointWritten(int generation, int step, int skipped, List<SavedRange> files) {
        write();
    }

    @Override
    public void checkpointFailed(int step, String cause) {
        write();
    }

    @Override
    public void notice(Notice notice) {
        write();
    }
}
