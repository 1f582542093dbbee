package org.weft.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.core.protocol.Role;

/**
 * Starts the tasks, and starts them again when they fail, when their process dies, and now and then when it only seems
 * dead. Also where the mishaps of whole processes come from.
 */
final class SimulatedSpark {
    private final Simulation simulation;
    private final Faults faults;
    private final List<MemberProcess> members = new ArrayList<>();
    private final Map<String, Integer> attempts = new HashMap<>();
    /** Tasks that are to start. */
    private int starting;

    SimulatedSpark(Simulation simulation) {
        this.simulation = simulation;
        this.faults = simulation.faults;
    }

    void start() {
        for (int shard = 0; shard < simulation.scenario.serverTasks(); shard++) {
            launch(Role.SERVER, shard, faults.between(0, 500 * VirtualTime.MILLI));
        }
        for (int worker = 0; worker < simulation.scenario.workers(); worker++) {
            launch(Role.WORKER, worker, faults.between(0, 500 * VirtualTime.MILLI));
        }
        if (simulation.scenario.mishapEveryMicros() > 0) {
            planMishap();
        }
    }

    private void launch(Role role, int id, long delay) {
        starting++;
        simulation.time.after(delay, () -> {
            starting--;
            if (simulation.driver.hasEnded()) {
                return;
            }
            int attempt = attempts.merge(role.name(id), 1, Integer::sum) - 1;
            MemberProcess member = new MemberProcess(simulation, role, id, attempt);
            members.add(member);
            simulation.trace(() -> member + " starts");
            member.launch();
        });
    }

    /** A task is over; what other threads its process has go on. */
    void exited(MemberProcess member, boolean failed) {
        members.remove(member);
        if (failed) {
            launch(member.role, member.id, faults.between(100 * VirtualTime.MILLI, 3 * VirtualTime.SECOND));
        }
    }

    boolean isEmpty() {
        return members.isEmpty() && starting == 0;
    }

    List<MemberProcess> members() {
        return members;
    }

    private void planMishap() {
        long every = simulation.scenario.mishapEveryMicros();
        simulation.time.after(faults.between(every / 4, 2 * every), () -> {
            if (simulation.time.nowMicros() < simulation.scenario.calmAfterMicros()) {
                mishap();
                planMishap();
            }
        });
    }

    private void mishap() {
        if (members.isEmpty()) {
            return;
        }
        MemberProcess member = members.get(faults.below(members.size()));
        long duration = faults.below(3) == 0
                ? faults.between(8 * VirtualTime.SECOND, 25 * VirtualTime.SECOND)
                : faults.between(10 * VirtualTime.MILLI, 2 * VirtualTime.SECOND);
        switch (faults.below(8)) {
            case 0, 1 -> {
                simulation.trace(() -> member + " dies");
                member.die();
                exited(member, true);
            }
            case 2, 3 -> {
                simulation.trace(() -> member + " pauses for " + duration / VirtualTime.MILLI + " ms");
                member.pause(duration);
            }
            case 4, 5 -> {
                simulation.trace(() -> member + " is cut off for " + duration / VirtualTime.MILLI + " ms");
                member.isolate(duration);
            }
            case 6 -> {
                simulation.trace(() -> member + " is taken for dead and cut off or paused");
                if (faults.below(2) == 0) {
                    member.pause(duration);
                } else {
                    member.isolate(duration);
                }
                launch(member.role, member.id, faults.between(100 * VirtualTime.MILLI, 3 * VirtualTime.SECOND));
            }
            default -> {
                simulation.trace(() -> "the driver pauses for " + duration / VirtualTime.MILLI + " ms");
                simulation.driver.pause(duration);
            }
        }
    }
}
