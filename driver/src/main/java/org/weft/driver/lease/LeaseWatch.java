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
    /** Whether a driver had the run at any look. */
    private boolean driven;

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
        /** Somebody asked the run to end. */
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
            driven = true;
            return silentNanos() >= silence ? Verdict.SILENT : Verdict.WAIT;
        }
        LeaseRecord.Ending ending = now == null ? null : now.record().ending();
        if (ending != null && !ending.stopped() && ending.step() >= steps) {
            return Verdict.FINISHED;
        }
        if (driven && now != null) {
            return ending == null || !ending.stopped() ? Verdict.UNFINISHED : Verdict.STOPPED;
        }
        return silentNanos() >= patienceNanos ? Verdict.NOBODY : Verdict.WAIT;
    }
}
