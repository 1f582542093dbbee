package org.weft.simulation;

import java.util.SplittableRandom;

/** What goes wrong, drawn from the seed; nothing more after the scenario's last fault. */
final class Faults {
    private final SplittableRandom random;
    private final Scenario scenario;
    private final VirtualTime time;

    Faults(SplittableRandom random, Scenario scenario, VirtualTime time) {
        this.random = random;
        this.scenario = scenario;
        this.time = time;
    }

    private boolean happens(double probability) {
        double draw = random.nextDouble();
        return time.nowMicros() < scenario.calmAfterMicros() && draw < probability;
    }

    boolean losesMessage() {
        return happens(scenario.loss());
    }

    boolean duplicates() {
        return happens(scenario.duplication());
    }

    boolean failsWrite() {
        return happens(scenario.writeFailure());
    }

    boolean failsRead() {
        return happens(scenario.readFailure());
    }

    /** Whether an operation that fails has had its effect nevertheless. */
    boolean hadItsEffect() {
        return random.nextBoolean();
    }

    /** How long a message is on its way. */
    long delay() {
        return happens(scenario.lateness()) ? longDelay() : between(500, 3_000);
    }

    /** Long enough to overtake and to be overtaken; now and then longer than a lease. */
    long longDelay() {
        return random.nextInt(20) == 0
                ? between(VirtualTime.SECOND, 14 * VirtualTime.SECOND)
                : between(3 * VirtualTime.MILLI, 600 * VirtualTime.MILLI);
    }

    /** How long a broken connection goes unnoticed. */
    long notice() {
        return between(VirtualTime.MILLI, random.nextInt(10) == 0 ? 3 * VirtualTime.SECOND : 50 * VirtualTime.MILLI);
    }

    /** How long a piece of work takes that usually takes {@code micros}. */
    long duration(long micros) {
        return between(micros / 2, random.nextInt(8) == 0 ? 8 * micros : 2 * micros);
    }

    long between(long least, long most) {
        return random.nextLong(least, most + 1);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }
}
