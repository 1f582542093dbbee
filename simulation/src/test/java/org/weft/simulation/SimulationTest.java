package org.weft.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Hundreds of runs with faults, a seed each; thousands with the profile {@code simulation}. A seed that fails is run again
 * with a trace, which is printed; {@code -Dweft.simulation.seed=N} runs that one alone.
 */
@ExtendWith(Quiet.class)
class SimulationTest {
    private static final int SEEDS = Integer.getInteger("weft.simulation.seeds", 300);
    private static final long FIRST = Long.getLong("weft.simulation.first", 0);
    /** Simulations at once: each has one thread at a time. */
    private static final int AT_ONCE = Integer.getInteger(
            "weft.simulation.threads", Math.min(4, Runtime.getRuntime().availableProcessors()));

    private final AtomicLong next = new AtomicLong(FIRST);
    private final AtomicLong events = new AtomicLong();
    private final AtomicLong generations = new AtomicLong();
    private final AtomicBoolean failed = new AtomicBoolean();

    @Test
    void everyInvariantHoldsInEverySeed() throws Exception {
        Long single = Long.getLong("weft.simulation.seed");
        if (single != null) {
            replay(single);
            return;
        }
        long start = System.nanoTime();
        List<CompletableFuture<Void>> parts = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            CompletableFuture<Void> part = new CompletableFuture<>();
            parts.add(part);
            new Thread(() -> complete(part), "simulation-" + i).start();
        }
        try {
            CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new)).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AssertionError violation) {
                throw violation;
            }
            throw e;
        }
        System.out.printf(
                "%d seeds, %d events, %d generations in %.1f s%n",
                SEEDS, events.get(), generations.get(), (System.nanoTime() - start) / 1e9);
        assertThat(generations.get()).isGreaterThan(SEEDS);
    }

    private void complete(CompletableFuture<Void> part) {
        try {
            runSeeds();
            part.complete(null);
        } catch (Throwable e) {
            part.completeExceptionally(e);
        }
    }

    /** Takes the next seed until there is none, or one has failed. */
    private void runSeeds() {
        try (Carriers carriers = new Carriers()) {
            for (long seed = next.getAndIncrement();
                    seed < FIRST + SEEDS && !failed.get();
                    seed = next.getAndIncrement()) {
                Simulation simulation = new Simulation(seed, PlantedBug.NONE, carriers, false);
                try {
                    simulation.run();
                } catch (Throwable e) {
                    if (!failed.getAndSet(true)) {
                        System.out.println("seed " + seed + " failed: " + e.getMessage());
                        replay(seed);
                    }
                    throw e;
                }
                events.addAndGet(simulation.events());
                generations.addAndGet(simulation.invariants.generations());
            }
        }
    }

    private static void replay(long seed) {
        try (Carriers carriers = new Carriers()) {
            Simulation simulation = new Simulation(seed, PlantedBug.NONE, carriers, true);
            try {
                simulation.run();
            } finally {
                simulation.traced().forEach(System.out::println);
            }
        }
    }

    @Test
    void aSeedIsTheSameRunEveryTime() {
        try (Carriers carriers = new Carriers();
                Carriers others = new Carriers()) {
            for (long seed = 0; seed < 30; seed++) {
                Simulation first = new Simulation(seed, PlantedBug.NONE, carriers, true);
                Simulation second = new Simulation(seed, PlantedBug.NONE, others, true);
                first.run();
                second.run();
                assertThat(second.traced()).isEqualTo(first.traced());
                assertThat(second.events()).isEqualTo(first.events());
            }
        }
    }
}
