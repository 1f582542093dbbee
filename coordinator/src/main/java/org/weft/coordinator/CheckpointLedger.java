package org.weft.coordinator;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.weft.core.protocol.SavedRange;

/**
 * The checkpoint that is being written, if there is one, and whether one that failed is to be made up for. Owned by the
 * coordinator's thread.
 */
final class CheckpointLedger {
    /** Between a save that failed and the next try. */
    static final long RETRY_PAUSE_MILLIS = 5_000;

    private final int shards;
    private final long timeoutMillis;
    private final TreeMap<Integer, SavedRange> saved = new TreeMap<>();
    private int generation = -1;
    private int step = -1;
    /** The step of the newest that was begun, whatever became of it. */
    private int newest = -1;

    private boolean committing;
    private long begunMillis;
    private boolean owed;
    private long firstFailureMillis;
    private long retryAtMillis;

    CheckpointLedger(int shards, int timeoutSeconds) {
        this.shards = shards;
        this.timeoutMillis = TimeUnit.SECONDS.toMillis(timeoutSeconds);
    }

    boolean isPending() {
        return step >= 0;
    }

    int step() {
        return step;
    }

    /** The parameters of the newest save that was begun: a commit of these, or of later ones, leaves nothing owed. */
    int newest() {
        return newest;
    }

    void begin(int newGeneration, int newStep, long nowMillis) {
        saved.clear();
        committing = false;
        generation = newGeneration;
        step = newStep;
        newest = newStep;
        begunMillis = nowMillis;
    }

    /** Ends it without success; another is owed. */
    void failed(long nowMillis) {
        step = -1;
        if (!owed) {
            owed = true;
            firstFailureMillis = nowMillis;
        }
        retryAtMillis = nowMillis + RETRY_PAUSE_MILLIS;
    }

    /** It is committed; nothing is owed any more. */
    void committed() {
        step = -1;
        owed = false;
    }

    /** A generation starts from an earlier state: what was being written or owed is of no use. */
    void forget() {
        step = -1;
        owed = false;
    }

    /** A new checkpoint makes up for those that failed; its own patience begins. */
    void forgiveFailures() {
        owed = false;
    }

    boolean isOwed() {
        return owed;
    }

    /** Whether a save that failed is to be made up for now. */
    boolean isRetryDue(long nowMillis) {
        return owed && !isPending() && nowMillis >= retryAtMillis;
    }

    /** Whether the one being written takes longer than is allowed. */
    boolean isOverdue(long nowMillis) {
        return isPending() && nowMillis - begunMillis > timeoutMillis;
    }

    /** Whether it is no use to try any longer. */
    boolean isHopeless(long nowMillis) {
        return owed && nowMillis - firstFailureMillis > timeoutMillis;
    }

    boolean isFor(int wantedGeneration, int wantedStep) {
        return isPending() && generation == wantedGeneration && step == wantedStep;
    }

    boolean has(int shard) {
        return saved.containsKey(shard);
    }

    /** Takes a shard's report; returns all files once the last one is there, else null. */
    List<SavedRange> shardSaved(int shard, SavedRange file) {
        if (committing) {
            return null;
        }
        saved.put(shard, file);
        if (saved.size() < shards) {
            return null;
        }
        committing = true;
        return new ArrayList<>(saved.values());
    }
}
