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
    private final LongSupplier clockMillis;
    private final CheckpointLedger ledger;
    private String lastFailure = "";

    Saves(RunPlan plan, RunListener listener, LongSupplier clockMillis) {
        this.plan = plan;
        this.listener = listener;
        this.clockMillis = clockMillis;
        this.ledger = new CheckpointLedger(
                plan.config().cluster().servers(), plan.config().checkpoint().saveTimeoutSeconds());
    }

    /** Whether the parameters of this version are to be saved. The last ones always are. */
    boolean isDue(int step, boolean last) {
        if (last) {
            ledger.forgiveFailures();
            return true;
        }
        if (plan.savesAt(step) && ledger.isPending()) {
            listener.notice(
                    "no checkpoint of step " + step + ": that of step " + ledger.step() + " is still being written");
        }
        return !ledger.isPending() && (plan.savesAt(step) || ledger.isRetryDue(now()));
    }

    void begin(int generation, int step) {
        ledger.begin(generation, step, now());
    }

    /** State is loaded from an earlier checkpoint: nothing of this line of versions is of use any more. */
    void forget() {
        ledger.forget();
    }

    /**
     * The server of a shard is gone.
     *
     * @return whether a checkpoint is to be made of the parameters at hand, for the one being written cannot be whole
     */
    boolean lost(int shard) {
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
            listener.checkpointWritten(report.generation(), report.step(), files);
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

    /** Whether this was the commit that is waited for. */
    boolean committed(int generation, int step) {
        boolean awaited = ledger.isFor(generation, step);
        if (awaited) {
            ledger.committed();
        }
        return awaited;
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
