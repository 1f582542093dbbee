package org.weft.driver.run;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.weft.coordinator.Evaluation;
import org.weft.coordinator.Notice;
import org.weft.coordinator.RunEvent;
import org.weft.coordinator.RunListener;
import org.weft.coordinator.RunPlan;
import org.weft.core.privacy.GradientPrivacy;
import org.weft.driver.progress.CheckpointRecord;
import org.weft.driver.progress.EvaluationRecord;
import org.weft.driver.progress.EventRecord;
import org.weft.driver.progress.RunDescription;
import org.weft.driver.progress.RunRecord;
import org.weft.driver.progress.RunWindows;
import org.weft.driver.progress.StepRecord;

/**
 * Makes the run's {@link RunRecord}s of what the coordinator tells, each once: a step that is computed again after the loss of
 * a server has its record already. Windows have them at once; {@link LoggedMetrics} fetches them for the files' thread. Told on
 * the coordinator's thread, and of checkpoints on that of the files.
 */
final class RunRecorder implements RunListener {
    private final RunPlan plan;
    private final RunWindows windows;
    private final GradientPrivacy privacy;
    private final LongSupplier clockMillis;
    private final Deque<RunRecord> toWrite = new ArrayDeque<>();
    private final LossAccount losses = new LossAccount();
    private int lastStep;
    private int lastEvaluated;
    private int generation;
    /** Where the run stands, which may be before {@link #lastStep}. */
    private int step;

    RunRecorder(RunPlan plan, RunWindows windows, LongSupplier clockMillis) {
        this(plan, windows, null, clockMillis);
    }

    /**
     * @param privacy how the run's gradients are made private; null where they are not
     * @param clockMillis milliseconds since 1970
     */
    RunRecorder(RunPlan plan, RunWindows windows, GradientPrivacy privacy, LongSupplier clockMillis) {
        this.privacy = privacy;
        this.plan = plan;
        this.windows = windows;
        this.clockMillis = clockMillis;
        this.lastStep = plan.startStep();
        this.step = plan.startStep();
        this.generation = plan.firstGeneration();
    }

    @Override
    public synchronized void stepDone(Step done) {
        step = done.step();
        if (done.step() <= lastStep) {
            losses.replayed();
            return; // A replay after a lost server gives the same numbers again.
        }
        lastStep = done.step();
        StepRecord record = record(done);
        take(record);
        EventRecord.Cost cost = losses.stepDone(record.timeMillis());
        if (cost != null) {
            String again = cost.replayedSteps() == 0 ? "" : ", " + cost.replayedSteps() + " steps were done again";
            event(RunEvent.RECOVERED, "", "", "the loss cost " + cost.millis() + " ms" + again, cost);
        }
    }

    private StepRecord record(Step done) {
        double mfu = plan.utilisation(done.tokensPerSecond(), done.peakFlops());
        List<StepRecord.WorkerShare> workers = new ArrayList<>();
        for (WorkerTime worker : done.workers()) {
            workers.add(new StepRecord.WorkerShare(
                    worker.worker(),
                    worker.lanes(),
                    RunRecord.tenth(worker.computeMillis()),
                    RunRecord.tenth(worker.waitMillis()),
                    worker.peakResidentBytes() >> 20));
        }
        return new StepRecord(
                done.step(),
                clockMillis.getAsLong(),
                done.loss(),
                done.learningRate(),
                done.gradientNorm(),
                done.tokens(),
                Math.round(done.tokensPerSecond()),
                Double.isFinite(mfu) ? Math.round(mfu * 1e4) / 1e4 : Double.NaN,
                RunRecord.tenth(done.stepMillis()),
                RunRecord.tenth(done.waitMillis()),
                done.pushBytes(),
                done.pullBytes(),
                done.skipped(),
                workers,
                figures(done));
    }

    /** Those of the batch, and what all steps so far come to. */
    private Map<String, Double> figures(Step done) {
        if (privacy == null) {
            return done.figures();
        }
        Map<String, Double> figures = new LinkedHashMap<>(done.figures());
        figures.put(StepRecord.PRIVACY, privacy.epsilon(done.step()));
        return figures;
    }

    /** One that comes again after the loss of a server has its record already. */
    @Override
    public synchronized void evaluated(int at, Evaluation evaluation) {
        if (at <= lastEvaluated) {
            return;
        }
        lastEvaluated = at;
        take(new EvaluationRecord(
                at, clockMillis.getAsLong(), ValidationScores.of(plan.config().finetune(), evaluation)));
    }

    @Override
    public synchronized void checkpointFailed(int at, String cause) {
        event(RunEvent.CHECKPOINT_FAILED, "", "", "checkpoint of step " + at + " failed: " + cause, null);
    }

    @Override
    public synchronized void generationBegan(int number, int at) {
        generation = number;
        step = at;
    }

    @Override
    public synchronized void notice(Notice notice) {
        event(notice.kind(), notice.member(), notice.executor(), notice.text(), null);
        losses.happened(notice.kind());
    }

    /** The run as a whole began, or ended. */
    synchronized void event(RunEvent kind, String text) {
        event(kind, "", "", text, null);
    }

    private void event(RunEvent kind, String member, String executor, String text, EventRecord.Cost cost) {
        String shown = RunDescription.withoutCredentials(text);
        take(new EventRecord(step, clockMillis.getAsLong(), kind.word(), generation, member, executor, shown, cost));
    }

    private void take(RunRecord record) {
        toWrite.add(record);
        windows.record(record);
    }

    /** A committed checkpoint's record, which windows have by now; its line is the caller's to write. */
    synchronized CheckpointRecord checkpoint(int at, double stallMillis, double writeMillis, Double sparsity) {
        CheckpointRecord record = new CheckpointRecord(
                at,
                clockMillis.getAsLong(),
                RunRecord.tenth(stallMillis),
                RunRecord.tenth(writeMillis),
                sparsity == null ? Double.NaN : sparsity);
        windows.record(record);
        return record;
    }

    /** Those that have no line yet, in their order; to be asked once. */
    synchronized List<RunRecord> toWrite() {
        List<RunRecord> all = List.copyOf(toWrite);
        toWrite.clear();
        return all;
    }
}
