package org.weft.simulation;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A process of a run. Everything that it does goes through {@link #run}: a dead process does nothing any more, a paused
 * one does it later, in the same order.
 */
abstract class SimulatedProcess {
    final Simulation simulation;
    final String name;
    /** Requests from and to this process that have no answer yet; they fail when its connections break. */
    final Set<Network.Request<?>> requests = new LinkedHashSet<>();

    private boolean alive = true;
    private long pausedUntil;
    private long isolatedUntil;

    SimulatedProcess(Simulation simulation, String name) {
        this.simulation = simulation;
        this.name = name;
    }

    final boolean isAlive() {
        return alive;
    }

    final boolean isIsolated() {
        return simulation.time.nowMicros() < isolatedUntil;
    }

    final void later(long delayMicros, Runnable action) {
        simulation.time.after(delayMicros, () -> run(action));
    }

    final void run(Runnable action) {
        long rest = pausedUntil - simulation.time.nowMicros();
        if (alive && rest > 0) {
            later(rest, action);
        } else if (alive) {
            action.run();
        }
    }

    /** Ends at once, wherever it stands. */
    void die() {
        alive = false;
        breakConnections();
    }

    final void pause(long micros) {
        pausedUntil = simulation.time.nowMicros() + micros;
    }

    /** Cuts it off: open requests fail, new ones too. */
    final void isolate(long micros) {
        isolatedUntil = simulation.time.nowMicros() + micros;
        breakConnections();
    }

    private void breakConnections() {
        List<Network.Request<?>> open = new ArrayList<>(requests);
        requests.clear();
        open.forEach(Network.Request::broken);
    }

    @Override
    public final String toString() {
        return name;
    }
}
