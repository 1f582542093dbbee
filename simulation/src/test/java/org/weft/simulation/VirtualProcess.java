package org.weft.simulation;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.weft.core.protocol.Address;

/**
 * A process of a run: its threads, its connections, its view of the files. Everything that happens to it goes through
 * {@link #run}: a dead process does nothing any more, a paused one does it later, in the same order.
 */
class VirtualProcess {
    final Simulation simulation;
    final String name;
    final Address address;
    final VirtualThreads threads;
    /** Connections from and to this process. */
    final Set<VirtualLink> links = new LinkedHashSet<>();

    private final Set<Fiber> fibers = new LinkedHashSet<>();
    private boolean alive = true;
    private long pausedUntil;
    private long isolatedUntil;

    VirtualProcess(Simulation simulation, String name, Address address) {
        this.simulation = simulation;
        this.name = name;
        this.address = address;
        this.threads = new VirtualThreads(this);
    }

    final boolean isAlive() {
        return alive;
    }

    final boolean isIsolated() {
        return simulation.time.nowMicros() < isolatedUntil;
    }

    /** A new thread of this process; it has its first turn soon. */
    final Fiber start(String threadName, Runnable body) {
        requireAlive();
        Fiber[] created = new Fiber[1];
        created[0] = simulation.turns.create(name + "/" + threadName, () -> {
            try {
                body.run();
            } finally {
                fibers.remove(created[0]);
            }
        });
        Fiber fiber = created[0];
        fibers.add(fiber);
        later(0, () -> simulation.turns.call(fiber, 0));
        return fiber;
    }

    /** What a dead process does on its way out has no effect. */
    final void requireAlive() {
        if (!alive || simulation.isOver()) {
            throw new Fiber.Killed();
        }
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

    /** One of its threads has done one of the tasks of its queue. */
    void taskDone(String threadName) {}

    /** Ends at once, wherever its threads stand. */
    final void die() {
        alive = false;
        simulation.turns.kill(fibers, event -> simulation.time.after(0, event));
        breakConnections();
    }

    final void pause(long micros) {
        pausedUntil = simulation.time.nowMicros() + micros;
    }

    /** Cuts it off: open connections break, new ones are not made. */
    final void isolate(long micros) {
        isolatedUntil = simulation.time.nowMicros() + micros;
        breakConnections();
    }

    private void breakConnections() {
        List.copyOf(new ArrayList<>(links)).forEach(VirtualLink::breakSoon);
    }

    @Override
    public final String toString() {
        return name;
    }
}
