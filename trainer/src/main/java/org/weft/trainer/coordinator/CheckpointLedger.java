package org.weft.trainer.coordinator;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.SavedRange;

/** The checkpoint that is being written, if there is one. Owned by the coordinator's thread. */
final class CheckpointLedger {
    private final int servers;
    private final TreeMap<Integer, SavedRange> saved = new TreeMap<>();
    private int generation = -1;
    private int step = -1;
    private boolean committing;

    CheckpointLedger(int servers) {
        this.servers = servers;
    }

    boolean isPending() {
        return step >= 0;
    }

    void begin(int newGeneration, int newStep) {
        saved.clear();
        committing = false;
        generation = newGeneration;
        step = newStep;
    }

    void end() {
        step = -1;
    }

    boolean isFor(int wantedGeneration, int wantedStep) {
        return isPending() && generation == wantedGeneration && step == wantedStep;
    }

    /** Ends it if it is this step's, and not a newer one; returns whether it was. */
    boolean endIfFor(int failedStep) {
        boolean same = isPending() && step == failedStep;
        if (same) {
            end();
        }
        return same;
    }

    /** Takes a shard's report; returns all files once the last one is there, else null. */
    List<SavedRange> shardSaved(Message.ShardSaved report) {
        if (!isFor(report.generation(), report.step()) || committing) {
            return null;
        }
        saved.put(report.shard(), report.file());
        if (saved.size() < servers) {
            return null;
        }
        committing = true;
        return new ArrayList<>(saved.values());
    }
}
