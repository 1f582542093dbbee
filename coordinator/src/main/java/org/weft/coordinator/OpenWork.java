package org.weft.coordinator;

import org.weft.core.protocol.Message;

/** Lanes of a step, or batches of an evaluation, that workers are asked to do. Owned by the coordinator's thread. */
final class OpenWork {
    /** How a span is put into a message. */
    @FunctionalInterface
    interface Wording {
        Message.Work work(WorkPool.Taken taken);
    }

    final int step;
    /** Whether these are lanes, not batches. */
    final boolean lanes;

    final WorkPool pool;
    final Wording wording;
    /** When it was opened, or when what was open before it was done. */
    long startMillis;

    private boolean timed;
    /** The longest that a worker took for its batches; all have as many. */
    private double longestMillis;

    OpenWork(int step, boolean lanes, WorkPool pool, Wording wording, long startMillis) {
        this.step = step;
        this.lanes = lanes;
        this.pool = pool;
        this.wording = wording;
        this.startMillis = startMillis;
    }

    /** Whether this is asked for the first time. */
    boolean timeOnce() {
        boolean first = !timed;
        timed = true;
        return first;
    }

    /** A worker delivered what it had taken. */
    void took(long millis) {
        longestMillis = Math.max(longestMillis, millis);
    }

    double longestMillis() {
        return longestMillis;
    }
}
