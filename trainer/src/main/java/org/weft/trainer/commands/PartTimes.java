package org.weft.trainer.commands;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** How long a command's parts took, one after another. One thread's. */
final class PartTimes {
    private final LongSupplier nanoClock;
    private final StringBuilder parts = new StringBuilder();
    private final long start;
    private long begun;

    PartTimes(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.start = nanoClock.getAsLong();
        this.begun = start;
    }

    /** The part at hand is over; the next begins. */
    void ended(String part) {
        long now = nanoClock.getAsLong();
        parts.append(parts.isEmpty() ? "" : ", ").append(part).append(' ').append(seconds(now - begun));
        begun = now;
    }

    /** As in "141 s: prepare 20 s, training 121 s". */
    @Override
    public String toString() {
        return seconds(begun - start) + ": " + parts;
    }

    private static String seconds(long nanos) {
        return TimeUnit.NANOSECONDS.toSeconds(nanos) + " s";
    }
}
