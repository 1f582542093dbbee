package org.weft.simulation;

import org.weft.simulation.Violation.Invariant;

/** One driver has the run, and only who is silent or gone can lose it. */
final class LeaseInvariants {
    /** From a sign of life to its being seen, at most. */
    private static final long LOOK_MICROS = 2 * VirtualTime.SECOND;

    private final Simulation simulation;
    private long lastSign;
    /** Whether the rival ever had the lease, and whether it has begun with it: one that has not gives all back. */
    private boolean taken;

    private boolean begun;

    LeaseInvariants(Simulation simulation) {
        this.simulation = simulation;
    }

    /** A lease's file was written. */
    void written(VirtualProcess process) {
        if (process == simulation.driver) {
            lastSign = simulation.time.nowMicros();
        }
    }

    /** The rival has the run. */
    void taken() {
        long silent = simulation.time.nowMicros() - lastSign;
        long lease = simulation.scenario.config().run().leaseSeconds() * VirtualTime.SECOND;
        simulation.invariants.require(
                simulation.driver.leaves() || silent >= lease || lastSign == 0,
                Invariant.ONE_DRIVER,
                "the run was taken from a driver that gave a sign of life %d ms ago",
                silent / VirtualTime.MILLI);
        taken = true;
    }

    /** The rival is told that the run is over, and that nobody is to go on with it. */
    void over() {
        simulation.invariants.require(
                simulation.driver.endedWell(), Invariant.ONE_DRIVER, "a standby left a run that is not over");
    }

    /** The rival has made the run its own. */
    void rivalBegan() {
        begun = true;
    }

    /** The driver has, which may be after the rival. */
    void driverBegan() {
        begun = false;
    }

    /** The rival is told that another has the run. */
    void refused(String cause) {
        long silent = simulation.time.nowMicros() - lastSign;
        simulation.invariants.require(
                silent <= LOOK_MICROS || !cause.endsWith("is alive"),
                Invariant.ONE_DRIVER,
                "'%s', though its last sign of life was %d ms ago",
                cause,
                silent / VirtualTime.MILLI);
    }

    boolean isTaken() {
        return taken;
    }

    /** The driver is about to commit. */
    void commits(String path) {
        simulation.invariants.require(
                !begun, Invariant.ONE_DRIVER, "%s is committed by a driver whose run another took", path);
    }
}
