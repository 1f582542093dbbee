package org.weft.coordinator;

/**
 * How a server fares that is to copy a shard and stand by. The run waits for it, but not for long: a copy that cannot be
 * made is put off, for longer each time, and a healthy run goes on without. Owned by the coordinator's thread.
 */
final class CopyTries {
    /** Times that one order may be asked for again; a server rests between its tries. */
    private static final int MOST = 25;

    private static final long FIRST_PAUSE_MILLIS = 60_000;
    private static final long LONGEST_PAUSE_MILLIS = 30 * 60_000;

    private int tries;
    private long orderedAtMillis;
    private long pauseMillis = FIRST_PAUSE_MILLIS;
    private boolean isPutOff;
    private long notBeforeMillis;

    /** Whether it may be ordered to copy; the same throughout an event, however long that takes. */
    boolean mayBegin() {
        return !isPutOff;
    }

    /** Ends a pause that is over. */
    void resume(long nowMillis) {
        isPutOff &= nowMillis < notBeforeMillis;
    }

    void begin(long nowMillis) {
        tries = 0;
        orderedAtMillis = nowMillis;
    }

    /** The server asks what to do, and has not done this. */
    void again() {
        tries++;
    }

    boolean isHopeless(long nowMillis, long patienceMillis) {
        return tries > MOST || nowMillis - orderedAtMillis > patienceMillis;
    }

    /** Returns for how many seconds. */
    long putOff(long nowMillis) {
        long pause = pauseMillis;
        isPutOff = true;
        notBeforeMillis = nowMillis + pause;
        pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, 2 * pause);
        return pause / 1000;
    }
}
