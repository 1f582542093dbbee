package org.weft.driver.lease;

/**
 * What a standby makes of one look at a run's lease after another, by its own clock alone. For one thread.
 *
 * <p>Silence counts only while the storage answers: a driver whose signs of life nobody could have seen is given the whole
 * time again.
 */
final class LeaseWatch {
    private final int steps;
    private final int leaseSeconds;
    private final long unitNanos;
    private final long patienceNanos;

    private LeaseFiles.Seen seen;
    /** Since when nothing has changed, as far as the storage could tell. */
    private long since;

    private long lastLook;
    private boolean looked;
    /** The last term in which a driver was seen at work; 0 for none. */
    private int drivenTerm;

    /** What is to be done. */
    enum Verdict {
        WAIT,
        /** The driver gave no sign of life for its lease's time. */
        SILENT,
        /** The driver gave the run back before its end. */
        UNFINISHED,
        /** No driver came for as long as a start may take. */
        NOBODY,
        /** The run is at its end. */
        FINISHED,
        /** Somebody asked the run to end, and it did, whether in order or not. */
        STOPPED
    }

    /**
     * @param steps of the run
     * @param leaseSeconds of this driver's own configuration; a driver that asks for more is given more
     * @param unitNanos a second, less in tests
     * @param patienceNanos for a first driver
     */
    LeaseWatch(int steps, int leaseSeconds, long unitNanos, long patienceNanos) {
        this.steps = steps;
        this.leaseSeconds = leaseSeconds;
        this.unitNanos = unitNanos;
        this.patienceNanos = patienceNanos;
    }

    /** Seconds of silence that a driver is allowed. */
    int seconds(LeaseFiles.Seen driver) {
        LeaseRecord record = driver == null ? null : driver.record();
        return Math.max(leaseSeconds, record == null ? 0 : record.leaseSeconds());
    }

    /** Nanoseconds for which nothing has changed. */
    long silentNanos() {
        return lastLook - since;
    }

    /** Gives whoever drives the run the whole time again, from the next look on. */
    void forget() {
        looked = false;
    }

    /**
     * Takes a look into account.
     *
     * @param now what stands there; null for nothing
     * @param atNanos when it had been read
     */
    Verdict look(LeaseFiles.Seen now, long atNanos) {
        long silence = seconds(now) * unitNanos;
        boolean blind = looked && atNanos - lastLook > silence / 2;
        boolean changed = now == null ? seen != null : !now.sameAs(seen);
        if (!looked || blind || changed) {
            since = atNanos;
        }
        looked = true;
        lastLook = atNanos;
        seen = now;
        if (now != null && !now.released()) {
            drivenTerm = now.term();
            if (silentNanos() < silence) {
                return Verdict.WAIT;
            }
            return now.stops() ? Verdict.STOPPED : Verdict.SILENT;
        }
        LeaseRecord.Ending ending = now == null ? null : now.record().ending();
        if (ending != null && !ending.stopped() && ending.step() >= steps) {
            return Verdict.FINISHED;
        }
        // What an earlier term came to says nothing of a later driver, which removed its own where it did not get to
        // begin.
        if (now != null && drivenTerm > 0 && now.term() >= drivenTerm) {
            return now.stops() || (ending != null && ending.stopped()) ? Verdict.STOPPED : Verdict.UNFINISHED;
        }
        return silentNanos() >= patienceNanos ? Verdict.NOBODY : Verdict.WAIT;
    }
}
