package org.weft.simulation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * One run of one seed: a driver, its members, a network and a file system in virtual time. Everything that happens is a
 * function of the seed and of the code; one thread does it all.
 */
final class Simulation {
    /** From the last fault to the end of the run, at most: lost members are noticed, replaced, and all steps done anew. */
    private static final long RECOVERY_MICROS = 150 * VirtualTime.SECOND;

    final long seed;
    final PlantedBug bug;
    final Scenario scenario;
    final Reference reference;
    final VirtualTime time = new VirtualTime();
    final Faults faults;
    final Network network;
    final Invariants invariants;
    final MemoryStore files;
    final SimulatedSpark spark;
    final SimulatedDriver driver;
    private final List<String> trace;
    private long events;

    /**
     * @param traced whether to keep a line for each thing that happens
     */
    Simulation(long seed, PlantedBug bug, boolean traced) {
        SplittableRandom random = new SplittableRandom(seed);
        this.seed = seed;
        this.bug = bug;
        this.trace = traced ? new ArrayList<>() : null;
        scenario = Scenario.of(random);
        reference = new Reference(scenario);
        faults = new Faults(random, scenario, time);
        network = new Network(this, faults);
        invariants = new Invariants(this);
        files = new MemoryStore(invariants::storeChanged);
        spark = new SimulatedSpark(this);
        driver = new SimulatedDriver(this);
    }

    /**
     * Runs to the end.
     *
     * @throws Violation where an invariant does not hold
     */
    void run() {
        trace(scenario::toString);
        try {
            driver.start();
            spark.start();
            while (!(driver.hasEnded() && spark.isEmpty())) {
                boolean more = time.step();
                events++;
                invariants.check();
                if (!more || time.nowMicros() > scenario.calmAfterMicros() + RECOVERY_MICROS) {
                    invariants.doesNotEnd();
                }
            }
        } finally {
            spark.close();
        }
    }

    /** A process writes a file, or fails to: then the file may be there all the same. */
    void write(String path, byte[] bytes) throws IOException {
        boolean fails = faults.failsWrite();
        if (!fails || faults.hadItsEffect()) {
            files.put(path, bytes);
        }
        if (fails) {
            throw new IOException("the store did not answer");
        }
    }

    long events() {
        return events;
    }

    void trace(Supplier<String> line) {
        if (trace != null) {
            trace.add(String.format("%9.3f  %s", time.nowMicros() / (double) VirtualTime.SECOND, line.get()));
        }
    }

    /** What happened, a line each; the first names the scenario. */
    List<String> traced() {
        return trace;
    }
}
