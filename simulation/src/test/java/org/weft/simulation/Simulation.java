package org.weft.simulation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * One run of one seed: a driver, its members, a network and a file system in virtual time. Everything that happens is a
 * function of the seed and of the code; one thread runs at a time.
 */
final class Simulation {
    /** From the last fault to the end of the run, at most: lost members are noticed, replaced, and all steps done anew. */
    private static final long RECOVERY_MICROS = 150 * VirtualTime.SECOND;

    /** A lease names the machine's date, for people: all of a trace that no seed decides. */
    private static final Pattern SINCE = Pattern.compile(", since [-0-9T:]+Z");

    final long seed;
    final PlantedBug bug;
    final Scenario scenario;
    final Reference reference;
    final VirtualTime time = new VirtualTime();
    final Faults faults;
    final Turns turns;
    final VirtualNetwork network;
    final Invariants invariants;
    final MemoryStore files;
    final SimulatedSpark spark;
    final DriverProcess driver;
    private final Rival rival;
    private final List<String> trace;
    private long events;
    private Throwable failure;
    private boolean over;

    /**
     * @param carriers threads of the machine, which it has for itself while it runs
     * @param traced whether to keep a line for each thing that happens
     */
    Simulation(long seed, PlantedBug bug, Carriers carriers, boolean traced) {
        SplittableRandom random = new SplittableRandom(seed);
        this.seed = seed;
        this.bug = bug;
        this.trace = traced ? new ArrayList<>() : null;
        scenario = Scenario.of(random);
        reference = new Reference(scenario);
        faults = new Faults(random, scenario, time);
        turns = new Turns(carriers, this::nextEvent, this::fail);
        network = new VirtualNetwork(this);
        invariants = new Invariants(this);
        files = new MemoryStore(invariants::storeChanged);
        spark = new SimulatedSpark(this);
        driver = new DriverProcess(this);
        rival = new Rival(this);
    }

    /**
     * Runs to the end.
     *
     * @throws Violation where an invariant does not hold
     */
    void run() {
        trace(scenario::toString);
        driver.launch();
        rival.launch();
        spark.start();
        try {
            turns.run();
        } finally {
            driver.release();
            rival.release();
        }
        if (failure instanceof Violation violation) {
            throw violation;
        }
        if (failure != null) {
            throw new IllegalStateException("seed " + seed, failure);
        }
    }

    /** Lets the next event happen; false where all is over. */
    private boolean nextEvent() {
        try {
            boolean more = time.step();
            events++;
            invariants.check();
            if (!more || time.nowMicros() > scenario.calmAfterMicros() + RECOVERY_MICROS) {
                invariants.doesNotEnd();
            }
        } catch (RuntimeException | Error e) {
            fail(e);
        }
        over = failure != null || (driver.hasEnded() && spark.isEmpty());
        return !over;
    }

    private void fail(Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
    }

    /** From then on nothing that happens is of account. */
    boolean isOver() {
        return over;
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
            String told = SINCE.matcher(line.get()).replaceAll("");
            trace.add(String.format("%9.3f  %s", time.nowMicros() / (double) VirtualTime.SECOND, told));
        }
    }

    /** What happened, a line each; the first names the scenario. */
    List<String> traced() {
        return trace;
    }
}
