package org.weft.simulation;

import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * The clock of a simulated run and everything that is still to happen. Time stands still while an event runs and then
 * jumps to the next one; events of the same instant run in the order in which they were planned.
 */
final class VirtualTime {
    static final long MILLI = 1_000;
    static final long SECOND = 1_000 * MILLI;

    private record Event(long atMicros, long order, Runnable action) {}

    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::atMicros).thenComparingLong(Event::order));
    private long nowMicros;
    private long planned;

    long nowMicros() {
        return nowMicros;
    }

    long nowMillis() {
        return nowMicros / MILLI;
    }

    void after(long delayMicros, Runnable action) {
        events.add(new Event(nowMicros + delayMicros, planned++, action));
    }

    /** Lets the next event happen; returns whether there was one. */
    boolean step() {
        Event next = events.poll();
        if (next == null) {
            return false;
        }
        nowMicros = next.atMicros();
        next.action().run();
        return true;
    }
}
