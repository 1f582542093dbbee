package org.weft.coordinator;

import java.util.function.LongSupplier;
import org.weft.core.config.WeftConfig;
import org.weft.core.lanes.LaneSpan;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.Role;

/**
 * The workers' work on the parameters of one step: lanes to compute or batches to evaluate, who has them, and what has come
 * back. Owned by the coordinator's thread.
 */
final class StepWork {
    private final RunPlan plan;
    private final WeftConfig config;
    private final Members members;
    private final ServerGroup servers;
    private final WorkDesk desk;
    private int step;
    private RunPhase phase = RunPhase.GATHERING;
    private final StepWindow window;
    private EvaluationLedger evaluation;
    private int evaluatedStep = -1;

    StepWork(RunPlan plan, Members members, ServerGroup servers, LongSupplier clockMillis) {
        this.plan = plan;
        this.config = plan.config();
        this.members = members;
        this.servers = servers;
        this.desk = new WorkDesk(members, servers.shards(), config.cluster(), clockMillis);
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
     * Opens what is to be done with the parameters of a step.
     *
     * @return the phase that this is
     */
    RunPhase open(int atStep, int lastStep, boolean stopping) {
        step = atStep;
        phase = openPhase(lastStep, stopping);
        return phase;
    }

    private RunPhase openPhase(int lastStep, boolean stopping) {
        if (plan.evaluatesAt(step) && evaluatedStep < step && !stopping) {
            evaluation = new EvaluationLedger(desk.plan(plan.validationBatches()), plan.validation());
            desk.openEvaluation(evaluation.batches, this::evaluate);
            return RunPhase.EVALUATING;
        }
        if (step >= lastStep) {
            return RunPhase.SAVING;
        }
        WorkPool lanes = desk.plan(config.training().lanes());
        int buckets = plan.layout().bucketCount();
        window.open(
                servers.generation().number(),
                new StepLedger(step, lanes, buckets, config.cluster().servers(), System.nanoTime()));
        desk.open(lanes, this::compute);
        return RunPhase.COMPUTING;
    }

    private Message.Work compute(LaneSpan span) {
        return new Message.ComputeLanes(
                servers.generation().number(), step, span, servers.shards().addresses());
    }

    private Message.Work evaluate(LaneSpan span) {
        return new Message.EvaluateBatches(
                servers.generation().number(),
                step,
                span.first(),
                span.count(),
                servers.shards().addresses());
    }

    private boolean isAtHand(RunPhase wanted, int reportedGeneration) {
        return servers.generation().is(reportedGeneration) && phase == wanted && desk.pool() != null;
    }

    /** What is known of a step that is being computed; null where a report of it comes too late. */
    private StepLedger ledger(int reportedGeneration, int reportedStep) {
        return isAtHand(RunPhase.COMPUTING, reportedGeneration) ? window.at(reportedGeneration, reportedStep) : null;
    }

    /** Takes lanes' losses; those of another step are dropped. */
    void lanesDone(Message.LanesDone report) {
        StepLedger ledger = ledger(report.generation(), report.step());
        if (ledger != null) {
            desk.delivered(report.worker(), report.span());
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

    /** Returns what was found once the last batch is in, else null. */
    Evaluation batchesEvaluated(Message.BatchesEvaluated report) {
        if (!isAtHand(RunPhase.EVALUATING, report.generation()) || report.step() != step) {
            return null;
        }
        desk.evaluated(report.worker());
        evaluation.batchesEvaluated(report);
        if (!evaluation.isComplete()) {
            return null;
        }
        evaluatedStep = step;
        if (evaluation.weight() == 0) {
            throw RunFailures.nothingEvaluated(step);
        }
        return evaluation.evaluation();
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
        String units = phase == RunPhase.EVALUATING ? "batches" : "lanes";
        desk.checkLate()
                .forEach((worker, span) -> listener.notice(new Notice(
                        RunEvent.LATE,
                        Role.WORKER.name(worker),
                        "",
                        "step " + step + ": " + units + " " + span.first() + "-" + (span.end() - 1) + " of "
                                + members.name(Role.WORKER, worker) + " are late; others compute them too")));
    }
}
