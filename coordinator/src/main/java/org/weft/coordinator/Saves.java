package org.weft.coordinator;

import java.util.List;
import java.util.function.LongSupplier;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.SavedRange;

/**
 * When checkpoints are due, what became of them, and when those that failed are tried again. A save that fails, or that
 * takes longer than {@code checkpoint.save_timeout_seconds}, never stops training: another is owed, and is made at one of
 * the next steps. Owned by the coordinator's thread.
 */
final class Saves {
    private final RunPlan plan;
    private final RunListener listener;
    private final UpdateRule rule;
    private final LongSupplier clockMillis;
    private final CheckpointLedger ledger;
    private String lastFailure = "";
    private int heldStep = -1;

    Saves(RunPlan plan, RunListener listener, UpdateRule rule, LongSupplier clockMillis) {
        this.plan = plan;
        this.listener = listener;
        this.rule = rule;
        this.clockMillis = clockMillis;
        this.ledger = new CheckpointLedger(
                plan.config().cluster().servers(), plan.config().checkpoint().saveTimeoutSeconds());
    }

    /**
     * Whether the update to this version has to wait: it is to be saved, and an earlier checkpoint is still being written.
     * So which checkpoints there are, and which step is the best of them, does not depend on how fast storage is. The
     * earlier one ends within {@code checkpoint.save_timeout_seconds}, well or not.
     */
    boolean holds(int step, boolean last) {
        boolean held = ledger.isPending() && (last || plan.savesAt(step));
        if (held && step != heldStep) {
            listener.notice(Notice.of(
                    RunEvent.WAITING,
                    "step " + step + " is to be saved, and waits until the checkpoint of step " + ledger.step()
                            + " is written"));
        }
        heldStep = held ? step : -1;
        return held;
    }

    /** Whether an update waits for a checkpoint. */
    boolean isHolding() {
        return heldStep >= 0;
    }

    /** Whether the parameters of this version, which nothing holds, are to be saved. The last ones always are. */
    boolean isDue(int step, boolean last) {
        if (last) {
            ledger.forgiveFailures();
        }
        return last || !ledger.isPending() && (plan.savesAt(step) || ledger.isRetryDue(now()));
    }

    /** The checkpoint that is being written; only while there is one. */
    int pendingStep() {
        return ledger.step();
    }

    void begin(int generation, int step) {
        ledger.begin(generation, step, now());
    }

    /** State is loaded from an earlier checkpoint: nothing of this line of versions is of use any more. */
    void forget() {
        ledger.forget();
        heldStep = -1;
    }

    /**
     * The server of a shard is gone.
     *
     * @return whether a checkpoint is to be made of the parameters at hand, for the one being written cannot be whole
     */
    boolean lost(int shard) {
        heldStep = -1; // The step at hand is computed anew: it waits for members again.
        if (!ledger.isPending() || ledger.has(shard)) {
            return false;
        }
        failed("the server of shard " + shard + " was lost before it had written its part");
        return true;
    }

    void shardSaved(Member server, Message.ShardSaved report) {
        if (!ledger.isFor(report.generation(), report.step())) {
            return;
        }
        List<SavedRange> files = ledger.shardSaved(server.shard, report.file());
        if (files != null) {
            int skipped = rule.skippedBefore(report.step());
            listener.checkpointWritten(report.generation(), report.step(), skipped, files);
        }
    }

    /** The first shard's failure is that of the whole. */
    void shardSaveFailed(Message.ShardSaveFailed report) {
        if (ledger.isFor(report.generation(), report.step())) {
            failed("server " + report.server() + ": " + report.cause());
        }
    }

    void commitFailed(int generation, int step, String cause) {
        if (ledger.isFor(generation, step)) {
            failed(cause);
        } else {
            listener.checkpointFailed(step, cause); // A newer one is under way already.
        }
    }

    private void failed(String cause) {
        lastFailure = cause;
        int step = ledger.step();
        ledger.failed(now());
        listener.checkpointFailed(step, cause);
    }

    void checkOverdue() {
        if (ledger.isOverdue(now())) {
            failed("it was not written within checkpoint.save_timeout_seconds="
                    + plan.config().checkpoint().saveTimeoutSeconds());
        }
    }

    /** Takes note of a commit. One that comes late, after another try was begun or is owed, counts as well: it is there. */
    void committed(int step) {
        if (ledger.isPending() ? step == ledger.step() : step >= ledger.newest()) {
            ledger.committed();
        }
    }

    /** Whether nothing is being written, and nothing owed. */
    boolean isSettled() {
        return !ledger.isPending() && !ledger.isOwed();
    }

    boolean isRetryDue() {
        return ledger.isRetryDue(now());
    }

    boolean isHopeless() {
        return ledger.isHopeless(now());
    }

    String lastFailure() {
        return lastFailure;
    }

    private long now() {
        return clockMillis.getAsLong();
    }
}
