package org.weft.coordinator;

import java.util.function.LongSupplier;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.core.protocol.Message;

/**
 * Where a run stands, and what follows. Phases:
 *
 * <pre>
 *   GATHERING --all joined--> LOADING --all shards loaded--> EVALUATING (where due) --> COMPUTING
 *                                ^                               ^                        |
 *                                +-- the servers changed         +---- update decided ----+
 *   COMPUTING --last update--> EVALUATING --> SAVING --last checkpoint committed--> ENDED
 * </pre>
 *
 * An update is decided when every lane's loss and every bucket's norm are in, from the shard's backup too. A new generation
 * begins whenever the servers change in mid-step: with the parameters at hand where every shard has them still (a backup
 * takes over), else with those of the last checkpoint. Driven by one thread, which owns it.
 */
final class RunState {
    private final RunPlan plan;
    private final Members members;
    private final RunListener listener;
    private final ServerGroup servers;
    private final StepWork work;
    private final WorkDesk desk;
    private final Generation generation;
    private final Saves saves;
    private final Gathering gathering;
    private final UpdateRule rule;

    private RunPhase phase = RunPhase.GATHERING;
    private int step;
    private int lastStep;
    private volatile boolean stopping;
    private WeftException failure;

    RunState(RunPlan plan, Members members, RunListener listener, LongSupplier clockMillis) {
        this.plan = plan;
        WeftConfig config = plan.config();
        this.members = members;
        this.listener = listener;
        this.rule = new UpdateRule(plan);
        this.servers = new ServerGroup(plan, members, listener, rule, clockMillis);
        this.generation = servers.generation();
        this.work = new StepWork(plan, members, servers, clockMillis);
        this.desk = work.desk();
        this.saves = servers.saves();
        this.gathering = new Gathering(members, config);
        this.lastStep = Math.max(plan.startStep(), plan.endStep());
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

    Generation generation() {
        return generation;
    }

    void workerJoined(Member worker, Member replaced) {
        if (replaced != null) {
            desk.release(replaced.id);
        }
        desk.joined(worker);
        startWhen(gathering.isComplete());
    }

    void serverJoined(Member server, Member replaced) {
        if (replaced != null) {
            serverLost(replaced);
        }
        startWhen(gathering.isComplete());
        if (phase != RunPhase.GATHERING
                && phase != RunPhase.ENDED
                && !servers.shards().isWhole()) {
            loadWhenPossible(server + " took over");
        }
    }

    void serverLost(Member server) {
        if (phase == RunPhase.ENDED) {
            return;
        }
        switch (servers.lost(server)) {
            case GONE -> loadWhenPossible(server + " is gone");
            case TAKEN_OVER -> takeOver(server);
            default -> { // Perhaps it was all that was waited for.
                enterStepWhenLoaded();
                decideWhenComplete();
            }
        }
    }

    private void takeOver(Member lost) {
        String why = lost + " is gone, " + servers.shards().serving(lost.shard) + " takes over";
        if (generation.isLoading()) {
            loadWhenPossible(why);
        } else {
            phase = work.drop();
            servers.adopt(step, why, saves.lost(lost.shard));
        }
    }

    /** Time is up for those who have not joined: the run starts with fewer, if they are enough. */
    boolean startWithFewer() {
        startWhen(gathering.suffices());
        return phase != RunPhase.GATHERING;
    }

    private void startWhen(boolean gathered) {
        if (phase == RunPhase.GATHERING && gathered) {
            loadWhenPossible(gathering.account());
        }
    }

    /** A generation from the last checkpoint, as soon as every shard has a server. */
    private void loadWhenPossible(String why) {
        if (!servers.shards().canBeWhole()) {
            return;
        }
        step = generation.startStep();
        phase = work.drop();
        servers.load(why, generation.checkpoint().isEmpty() && step >= lastStep);
    }

    void shardLoaded(Member server, Message.ShardLoaded report) {
        if (servers.loaded(server, report)) {
            enterStepWhenLoaded();
        }
    }

    private void enterStepWhenLoaded() {
        if (phase == RunPhase.LOADING && servers.isReady()) {
            phase = work.open(step, lastStep, stopping);
            endWhenSaved();
            decideWhenComplete();
        }
    }

    /** What a polling worker is to do now, or null where it has to wait. */
    Message.Work workFor(Member worker, Message.PollWork poll) {
        return phase == RunPhase.ENDED ? ended() : desk.next(worker, poll.ticket());
    }

    /** What a polling server is to do now, or null where it has to wait. */
    Message.Order orderFor(Member server, Message.PollOrder poll) {
        return phase == RunPhase.ENDED ? ended() : server.nextOrder(poll.generation(), poll.step());
    }

    void lanesDone(Message.LanesDone report) {
        work.lanesDone(report);
        decideWhenComplete();
    }

    void shardReduced(Member server, Message.ShardReduced report) {
        if (work.shardReduced(server, report)) {
            decideWhenComplete();
        } else {
            servers.sumsDiffer(report.step(), server);
            loadWhenPossible(RunFailures.sumsDiffer(report.step(), server));
        }
    }

    void workAbandoned(Member worker, Message.WorkAbandoned report) {
        work.abandoned(worker, report, listener);
    }

    private void decideWhenComplete() {
        if (phase != RunPhase.COMPUTING) {
            return;
        }
        String notFinite = work.window().oldest().notFinite();
        if (rule.isFatal(step, notFinite)) {
            fail(RunFailures.notFinite(step, notFinite, rule.skippedInARowBefore(step), generation.checkpoint()));
        } else if (work.isStepComplete()) {
            desk.completed(work.window().oldest().lanes);
            int next = plan.versionAfter(step);
            boolean last = stopping || next >= lastStep; // Looked at once: others may ask for the stop meanwhile.
            if (!saves.holds(next, last)) {
                decide(next, last, notFinite);
            }
        }
    }

    private void decide(int next, boolean last, String notFinite) {
        StepLedger ledger = work.window().oldest();
        boolean skip = notFinite != null;
        rule.decided(step, next, skip);
        if (skip) {
            listener.notice(Notice.of(RunEvent.SKIPPED, "step " + step + " is skipped: " + notFinite));
        }
        servers.apply(step, next, skip ? 0 : rule.scale(ledger), skip, saves.isDue(next, last));
        listener.stepDone(work.record(ledger, next, rule.learningRate(next - 1)));
        work.close(ledger);
        lastStep = last ? next : lastStep;
        step = next;
        phase = RunPhase.LOADING; // Of backups; what is open of the steps after this one goes on.
        enterStepWhenLoaded();
    }

    void batchesEvaluated(Message.BatchesEvaluated report) {
        Evaluation evaluation = phase == RunPhase.EVALUATING ? work.batchesEvaluated(step, report) : null;
        if (evaluation != null) {
            listener.evaluated(step, evaluation);
            phase = RunPhase.LOADING;
            enterStepWhenLoaded();
        }
    }

    /** Whether nobody is waited for but storage, which has a deadline of its own. */
    boolean waitsForStorage() {
        return phase == RunPhase.SAVING || phase == RunPhase.COMPUTING && saves.isHolding();
    }

    /** Who has which work. */
    WorkDesk desk() {
        return desk;
    }

    /** What is being written; reports of it need nothing of the run's state. */
    Saves saves() {
        return saves;
    }

    void checkpointCommitted(int savedStep, String directory) {
        generation.committed(savedStep, directory); // Of an earlier generation, too: the bits are the same.
        saves.committed(savedStep);
        endWhenSaved();
        decideWhenComplete();
    }

    private void endWhenSaved() {
        if (phase == RunPhase.SAVING && saves.isSettled()) {
            end();
        }
    }

    /** To be called now and then. */
    void tick() {
        desk.checkLost();
        work.checkLate(listener);
        if (servers.putOffCopies()) {
            enterStepWhenLoaded();
        }
        saves.checkOverdue();
        decideWhenComplete(); // What it waited for may have failed.
        if (phase == RunPhase.SAVING && saves.isHopeless()) {
            fail(RunFailures.lastCheckpoint(step, saves.lastFailure()));
        } else if (phase == RunPhase.SAVING && saves.isRetryDue()) {
            phase = work.drop();
            servers.adopt(step, "the last checkpoint is tried again", true);
        }
    }

    /** No step is decided after the one at hand. For any thread; {@link #requestStop} is to follow. */
    void stopAfterThisStep() {
        stopping = true;
    }

    /** Ends the run after the step at hand, with a checkpoint. */
    void requestStop() {
        stopping = true;
        if (phase == RunPhase.GATHERING || generation.isLoading()) {
            end();
        }
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

    private Message.RunEnded ended() {
        return new Message.RunEnded(failure == null ? "done" : failure.getMessage());
    }

    /** Whom the run waits for, with names: the text of every time-out. */
    String waitsFor() {
        return new WaitReport(members, plan.config()).describe(phase, step, work, servers);
    }
}
