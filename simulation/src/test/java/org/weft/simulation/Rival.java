package org.weft.simulation;

import java.io.IOException;
import org.weft.core.WeftException;
import org.weft.core.protocol.Address;
import org.weft.driver.lease.RunLease;

/** A second driver, which is given the run where the first is silent or gone, and is refused otherwise, or waits for that. */
final class Rival extends VirtualProcess {
    private static final long HOLDS_MILLIS = 30_000;

    private final HeldLease lease = new HeldLease(this);

    Rival(Simulation simulation) {
        super(simulation, "rival", new Address("rival", 0));
    }

    void launch() {
        if (simulation.scenario.rivalAtMicros() > 0) {
            later(simulation.scenario.rivalAtMicros(), () -> start("main", this::compete));
        }
    }

    private void compete() {
        try (RunLease taken = simulation.scenario.rivalStandsBy() ? lease.standBy() : lease.acquire()) {
            if (taken == null) {
                simulation.invariants.leases().over();
                return;
            }
            simulation.trace(() -> this + " takes the run over");
            simulation.invariants.leases().taken();
            taken.begin(taken.highestGeneration() + 1);
            simulation.invariants.leases().rivalBegan();
            threads.pause(HOLDS_MILLIS, name);
        } catch (WeftException e) {
            simulation.trace(() -> this + ": " + e.getMessage());
            simulation.invariants.leases().refused(e.getMessage());
        } catch (IOException e) {
            simulation.trace(() -> this + " gives up: " + e.getMessage());
        }
    }

    void release() {
        lease.release();
    }
}
