package org.weft.driver.run;

import java.io.IOException;
import java.util.List;
import java.util.function.LongSupplier;
import org.weft.coordinator.RunEvent;
import org.weft.coordinator.RunPlan;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.progress.EvaluationRecord;
import org.weft.driver.progress.MetricsLog;
import org.weft.driver.progress.RunDescription;
import org.weft.driver.progress.RunOutcome;
import org.weft.driver.progress.RunWindow;
import org.weft.driver.progress.RunWindows;

/** All that keeps and shows the numbers of one run: its log, and its windows once it {@link #begin}s. For one thread. */
final class Recording implements AutoCloseable {
    private final MetricsLog metrics;
    private final LongSupplier clockMillis;
    private RunWindows windows;
    private RunRecorder recorder;
    private LoggedMetrics logged;

    private Recording(MetricsLog metrics, LongSupplier clockMillis) {
        this.metrics = metrics;
        this.clockMillis = clockMillis;
    }

    /** Of a run that starts at a step. */
    static Recording open(Store store, RunDirectory run, int startStep) throws IOException {
        return new Recording(MetricsLog.open(store, run, startStep), System::currentTimeMillis);
    }

    /** What was evaluated before. */
    List<EvaluationRecord> evaluations() {
        return metrics.evaluations();
    }

    MetricsLog metrics() {
        return metrics;
    }

    RunRecorder recorder() {
        return recorder;
    }

    LoggedMetrics logged() {
        return logged;
    }

    /** Opens the windows, and says that the run begins. */
    void begin(RunPlan plan, Subject subject, boolean resumed, List<RunWindow> shown) {
        windows = RunWindows.open(shown, description(plan, subject.name(), resumed));
        recorder = new RunRecorder(plan, windows, subject.privacy(), clockMillis);
        logged = new LoggedMetrics(recorder, metrics);
        String how = resumed ? "goes on at step " + plan.startStep() : "starts";
        recorder.event(resumed ? RunEvent.RESUMED : RunEvent.STARTED, subject.name() + " " + how);
    }

    private RunDescription description(RunPlan plan, String subject, boolean resumed) {
        WeftConfig config = plan.config();
        return new RunDescription(
                config.run().name(),
                RunDescription.withoutCredentials(config.run().dir()),
                subject,
                RunDescription.settings(ConfigLoader.toTree(config)),
                plan.startStep(),
                config.training().steps(),
                plan.firstGeneration(),
                plan.layout().size(),
                resumed,
                clockMillis.getAsLong());
    }

    /**
     * It ended well, once nobody else tells of it.
     *
     * @param asked whether somebody asked it to end
     */
    void ended(int step, boolean asked) {
        end(asked ? RunEvent.STOPPED : RunEvent.ENDED, step, (asked ? "stopped at step " : "done at step ") + step);
    }

    /** It failed, once nobody else tells of it. */
    void failed(int step, Throwable cause) {
        WeftException known = WeftException.within(cause);
        end(RunEvent.FAILED, step, known == null ? cause.toString() : known.getMessage());
    }

    private void end(RunEvent event, int step, String text) {
        windows.ended(new RunOutcome(event, step, RunDescription.withoutCredentials(text)));
        recorder.event(event, text);
        logged.write();
    }

    @Override
    public void close() {
        try {
            metrics.close();
        } finally {
            if (windows != null) {
                windows.close();
            }
        }
    }
}
