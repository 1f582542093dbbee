package org.weft.simulation;

/** One thread of a simulated process. It runs until it waits, and then another has its turn. */
final class Fiber {
    /** The process is dead: nothing that its threads still do on their way out has any effect. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;

        Killed() {
            super("the process is dead", null, false, false);
        }
    }

    final String name;
    final Runnable body;
    /** Where its carrier waits; null before its first turn. */
    Carriers.Seat seat;

    boolean killed;
    boolean interrupted;
    boolean ended;
    /** Number of the wait that it is in, so that what would have woken it from an earlier one does not wake it. */
    long wait;

    Fiber(String name, Runnable body) {
        this.name = name;
        this.body = body;
    }

    @Override
    public String toString() {
        return name;
    }
}
