package org.weft.coordinator;

import java.util.function.LongSupplier;
import org.weft.core.config.WeftConfig;
import org.weft.core.lanes.LaneSpan;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.PushLayout;
import org.weft.core.protocol.Role;

/**
 * The workers' work: lanes of the steps that are open, batches to evaluate, who has them, and what has come back. Owned by the
 * coordinator's thread.
 */
final class StepWork {
    private final RunPlan plan;
    private final WeftConfig config;
    private final Members members;
    private final ServerGroup servers;
    private final WorkDesk desk;
    private final PushLayout pushes;
    private final StepWindow window;
    private EvaluationLedger evaluation;
    private int evaluatedStep = -1;

    StepWork(RunPlan plan, Members members, ServerGroup servers, LongSupplier clockMillis) {
        this.plan = plan;
        this.config = plan.config();
        this.members = members;
        this.servers = servers;
        this.desk = new WorkDesk(members, servers.shards(), config.cluster(), clockMillis);
        this.pushes = PushLayout.of(config, plan.layout());
        this.window = new StepWindow(config.sync().openSteps());
    }

    WorkDesk desk() {
        return desk;
    }

    /** The steps that are being computed. */
    StepWindow window() {
        return window;
    }

    /**
     * Opens what is to be done when the servers have the parameters of a step: an evaluation of them, or the lanes that may be
     * computed now.
     *
     * @return the phase that this is
     */
    RunPhase open(int step, int lastStep, boolean stopping) {
        if (plan.evaluatesAt(step) && evaluatedStep < step && !stopping) {
            evaluation = new EvaluationLedger(desk.plan(plan.validationBatches()), plan.validation());
            desk.openEvaluation(step, evaluation.batches, taken -> evaluate(step, taken));
            return RunPhase.EVALUATING;
        }
        if (step >= lastStep) {
            desk.close();
            return RunPhase.SAVING;
        }
        int next = window.next(generation(), step);
        while (next < lastStep && config.sync().versionFor(next) <= step) {
            openLanes(next);
            next++;
        }
        return RunPhase.COMPUTING;
    }

    private int generation() {
        return servers.generation().number();
    }

    private void openLanes(int step) {
        WorkPool lanes = desk.plan(config.training().lanes());
        window.open(
                generation(),
                new StepLedger(step, lanes, pushes, config.cluster().servers(), System.nanoTime()));
        desk.openLanes(step, lanes, taken -> compute(step, taken));
    }

    private Message.Work compute(int step, WorkPool.Taken taken) {
        return new Message.ComputeLanes(
                taken.ticket(),
                generation(),
                step,
                servers.updatesBefore(step),
                taken.span(),
                servers.shards().addresses());
    }

    private Message.Work evaluate(int step, WorkPool.Taken taken) {
        LaneSpan span = taken.span();
        return new Message.EvaluateBatches(
                generation(), step, span.first(), span.count(), servers.shards().addresses());
    }

    /** What is told of a step that leads to this version. */
    RunListener.Step record(StepLedger ledger, int next, double learningRate) {
        return ledger.record(next, learningRate, plan.tokensAt(next - ledger.step), members.peakFlops());
    }

    /** The oldest step's update is decided: nothing of it is left to be done. */
    void close(StepLedger decided) {
        desk.close(decided.lanes);
        window.closeOldest();
        restartClock();
    }

    /** Time that steps after this one lay beside what was just done counts once. */
    private void restartClock() {
        if (window.oldest() != null) {
            window.oldest().restartClock(System.nanoTime());
        }
    }

    /** What is known of a step that is being computed; null where a report of it comes too late. */
    private StepLedger ledger(int reportedGeneration, int reportedStep) {
        return servers.generation().is(reportedGeneration) ? window.at(reportedGeneration, reportedStep) : null;
    }

    /** Takes lanes' losses; those of another step are dropped. */
    void lanesDone(Message.LanesDone report) {
        StepLedger ledger = ledger(report.generation(), report.step());
        if (ledger != null) {
            desk.delivered(report.worker(), report.span(), ledger.lanes);
            ledger.lanesDone(report);
        }
    }

    /** Takes the norms of a server's sums; those of another step are dropped. Returns false where copies differ. */
    boolean shardReduced(Member server, Message.ShardReduced report) {
        StepLedger ledger = ledger(report.generation(), report.step());
        return ledger == null || ledger.shardReduced(server, report);
    }

    /** Whether every lane of the oldest step is done, and everyone who applies updates has everything summed. */
    boolean isStepComplete() {
        ShardTable shards = servers.shards();
        return shards.isWhole() && window.oldest().isComplete(shards.active());
    }

    /** What is being evaluated, or null. */
    EvaluationLedger evaluation() {
        return evaluation;
    }

    /** Drops everything that is under way; returns the phase that this leads to. */
    RunPhase drop() {
        desk.close();
        evaluation = null;
        return RunPhase.LOADING;
    }

    /**
     * Takes what batches say of the parameters of a step.
     *
     * @return what was found once the last batch is in, else null
     */
    Evaluation batchesEvaluated(int step, Message.BatchesEvaluated report) {
        boolean atHand = evaluation != null && servers.generation().is(report.generation());
        if (!atHand || report.step() != step) {
            return null;
        }
        EvaluationLedger ledger = evaluation;
        desk.evaluated(report.worker(), ledger.batches);
        ledger.batchesEvaluated(report);
        if (!ledger.isComplete()) {
            return null;
        }
        evaluatedStep = step;
        evaluation = null;
        desk.close(ledger.batches);
        if (ledger.weight() == 0) {
            throw RunFailures.nothingEvaluated(step);
        }
        return ledger.evaluation();
    }

    /** A worker could not do what it had, as a rule for a server's trouble: whoever asks next gets it. */
    void abandoned(Member worker, Message.WorkAbandoned report, RunListener listener) {
        listener.notice(Notice.of(
                RunEvent.DROPPED, worker, " dropped its work on step " + report.step() + ": " + report.cause()));
        if (servers.generation().is(report.generation())) {
            desk.release(worker.id);
        }
    }

    /** Has late lanes or batches computed again by those who wait. */
    void checkLate(RunListener listener) {
        desk.checkLate().forEach(late -> {
            String units = late.of().lanes ? "lanes" : "batches";
            LaneSpan span = late.span();
            listener.notice(new Notice(
                    RunEvent.LATE,
                    Role.WORKER.name(late.worker()),
                    "",
                    "step " + late.of().step + ": " + units + " " + span.first() + "-" + (span.end() - 1) + " of "
                            + members.name(Role.WORKER, late.worker()) + " are late; others compute them too"));
        });
    }
}
