package org.weft.trainer.coordinator;

import java.util.List;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.core.lanes.LaneSpan;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.SavedRange;
import org.weft.server.optim.GradientClip;
import org.weft.server.optim.LearningRateSchedule;

/**
 * Where a run stands, and what follows. Phases:
 *
 * <pre>
 *   GATHERING --all joined--> LOADING --all shards loaded--> EVALUATING (where due) --> COMPUTING
 *                                ^                               ^                        |
 *                                +------ a server was replaced   +---- update decided ----+
 *   COMPUTING --last update--> EVALUATING --> SAVING --last checkpoint committed--> ENDED
 * </pre>
 *
 * An update is decided when every lane's loss and every bucket's norm are in. Nothing is decided on a number that is not
 * finite. Driven by one thread, which owns it.
 */
final class RunState {
    private final RunPlan plan;
    private final WeftConfig config;
    private final Members members;
    private final RunListener listener;
    private final WorkDesk desk;
    private final Generation generation;
    private final CheckpointLedger checkpoint;
    private final LearningRateSchedule schedule;
    private final GradientClip clip;

    private RunPhase phase = RunPhase.GATHERING;
    private int step;
    private int lastStep;
    private StepLedger ledger;
    private EvaluationLedger evaluation;
    private int evaluatedStep = -1;
    private boolean stopping;
    private WeftException failure;

    RunState(RunPlan plan, Members members, RunListener listener) {
        this.plan = plan;
        this.config = plan.config();
        this.members = members;
        this.listener = listener;
        this.desk = new WorkDesk(members, config.cluster().servers());
        this.generation = new Generation(plan, members);
        this.checkpoint = new CheckpointLedger(config.cluster().servers());
        this.schedule = LearningRateSchedule.of(config.training());
        this.clip = new GradientClip(config.training().clipNorm());
        this.lastStep = Math.max(plan.startStep(), config.training().steps());
    }

    RunPhase phase() {
        return phase;
    }

    /** Why the run ended before its last step, or null. */
    WeftException failure() {
        return failure;
    }

    int step() {
        return step;
    }

    // ---- members come and go

    /**
     * @param replaced the attempt whose place the new worker takes, or null
     */
    void workerJoined(Member replaced) {
        if (replaced != null) {
            desk.release(replaced);
        }
        startWhenGathered();
    }

    void serverJoined(Member server) {
        if (phase == RunPhase.GATHERING || phase == RunPhase.ENDED) {
            startWhenGathered();
        } else {
            beginGeneration(server + " took over");
        }
    }

    void workerLost(Member worker) {
        desk.release(worker);
    }

    private void startWhenGathered() {
        boolean complete = members.workers().size() >= config.cluster().workers()
                && members.servers().size() >= config.cluster().servers();
        if (phase == RunPhase.GATHERING && complete) {
            beginGeneration("all members joined");
        }
    }

    private void beginGeneration(String why) {
        generation.next();
        phase = RunPhase.LOADING;
        desk.close();
        checkpoint.end();
        step = generation.startStep();
        boolean save = generation.checkpoint().isEmpty() && step >= lastStep;
        if (save) {
            checkpoint.begin(generation.number(), step);
        }
        listener.notice("generation " + generation.number() + " starts at step " + step + ": " + why);
        generation.begin(save);
    }

    void shardLoaded(Message.ShardLoaded report) {
        if (phase == RunPhase.LOADING && generation.shardLoaded(report)) {
            enterStep(step);
        }
    }

    // ---- a step

    private void enterStep(int newStep) {
        step = newStep;
        desk.close();
        if (plan.evaluatesAt(step) && evaluatedStep < step && !stopping) {
            phase = RunPhase.EVALUATING;
            evaluation = new EvaluationLedger(plan.validationBatches(), members.workerIds());
            desk.open(evaluation.batches, this::evaluate);
        } else if (step >= lastStep) {
            phase = RunPhase.SAVING;
            endWhenSaved();
        } else {
            phase = RunPhase.COMPUTING;
            WorkPool lanes = new WorkPool(config.training().lanes(), members.workerIds());
            int buckets = plan.shape().layout().bucketCount();
            ledger = new StepLedger(step, lanes, buckets, config.cluster().servers(), System.nanoTime());
            desk.open(lanes, this::compute);
        }
    }

    private Message compute(LaneSpan span) {
        return new Message.ComputeLanes(generation.number(), step, span, members.serverAddresses());
    }

    private Message evaluate(LaneSpan span) {
        return new Message.EvaluateBatches(
                generation.number(), step, span.first(), span.count(), members.serverAddresses());
    }

    /** What a polling worker is to do now, or null where it has to wait. */
    Message workFor(Member worker) {
        return phase == RunPhase.ENDED ? ended() : desk.next(worker);
    }

    /** What a polling server is to do now, or null where it has to wait. */
    Message orderFor(Member server, Message.PollOrder poll) {
        Message next = server.nextOrder(poll.generation(), poll.step());
        return next == null && phase == RunPhase.ENDED ? ended() : next;
    }

    void lanesDone(Message.LanesDone report) {
        if (phase != RunPhase.COMPUTING || !generation.is(report.generation()) || report.step() != step) {
            return;
        }
        String notFinite = StepLedger.notFinite(report);
        if (notFinite != null) {
            failNotFinite(notFinite);
            return;
        }
        ledger.lanesDone(report);
        decideWhenComplete();
    }

    void shardReduced(Message.ShardReduced report) {
        if (phase == RunPhase.COMPUTING && generation.is(report.generation()) && report.step() == step) {
            ledger.shardReduced(report);
            decideWhenComplete();
        }
    }

    void workAbandoned(Member worker, Message.WorkAbandoned report) {
        listener.notice(worker + " dropped its work on step " + report.step() + ": " + report.cause());
        if (generation.is(report.generation())) {
            desk.release(worker);
        }
    }

    private void decideWhenComplete() {
        if (!ledger.isComplete()) {
            return;
        }
        double norm = ledger.gradientNorm();
        if (!Double.isFinite(norm)) {
            failNotFinite("the gradient's norm is " + norm + " though every lane's loss is finite");
            return;
        }
        int next = step + 1;
        boolean last = next == lastStep || stopping;
        boolean save = last || (plan.savesAt(next) && !checkpoint.isPending());
        if (save) {
            checkpoint.begin(generation.number(), next);
        }
        Message apply = new Message.ApplyStep(generation.number(), step, clip.scale(norm), save);
        members.servers().forEach(server -> server.order(apply));
        listener.stepDone(ledger.record(schedule.at(step), plan.tokensAt(1), members.peakFlops()));
        if (stopping) {
            lastStep = next;
        }
        enterStep(next);
    }

    void batchesEvaluated(Message.BatchesEvaluated report) {
        if (phase != RunPhase.EVALUATING || !generation.is(report.generation()) || report.step() != step) {
            return;
        }
        evaluation.batchesEvaluated(report);
        if (!evaluation.isComplete()) {
            return;
        }
        evaluatedStep = step;
        listener.evaluated(step, evaluation.meanLoss());
        enterStep(step);
    }

    // ---- checkpoints

    void shardSaved(Message.ShardSaved report) {
        List<SavedRange> files = checkpoint.shardSaved(report);
        if (files != null) {
            listener.checkpointWritten(report.generation(), report.step(), files);
        }
    }

    void shardSaveFailed(Message.ShardSaveFailed report) {
        if (checkpoint.isFor(report.generation(), report.step())) {
            checkpointFailed(report.step(), "server " + report.shard() + ": " + report.cause());
        }
    }

    void checkpointFailed(int savedStep, String cause) {
        listener.checkpointFailed(savedStep, cause);
        if (checkpoint.endIfFor(savedStep) && savedStep >= lastStep) {
            fail(RunFailures.lastCheckpoint(savedStep, cause));
        }
    }

    void checkpointCommitted(int savedGeneration, int savedStep, String directory) {
        if (!checkpoint.isFor(savedGeneration, savedStep)) {
            return;
        }
        checkpoint.end();
        generation.committed(savedStep, directory);
        endWhenSaved();
    }

    private void endWhenSaved() {
        if (phase == RunPhase.SAVING && !checkpoint.isPending()) {
            end();
        }
    }

    // ---- the end

    /** Ends the run after the step at hand, with a checkpoint. */
    void requestStop() {
        stopping = true;
        if (phase == RunPhase.GATHERING || phase == RunPhase.LOADING) {
            end();
        }
    }

    private void failNotFinite(String what) {
        fail(RunFailures.notFinite(step, what, generation.checkpoint()));
    }

    void fail(WeftException cause) {
        if (phase != RunPhase.ENDED) {
            failure = cause;
            end();
        }
    }

    private void end() {
        phase = RunPhase.ENDED;
        members.all().forEach(member -> member.reply(ended()));
    }

    private Message ended() {
        return new Message.RunEnded(failure == null ? "done" : failure.getMessage());
    }

    /** Whom the run waits for, with names: the text of every time-out. */
    String waitsFor() {
        return new WaitReport(members, config.cluster())
                .describe(phase, step, desk.pool(), ledger, generation.firstUnloaded());
    }
}
