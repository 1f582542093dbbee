package org.weft.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Thousands of runs with faults, a seed each. A seed that fails is run again with a trace, which is printed;
 * {@code -Dweft.simulation.seed=N} runs that one alone.
 */
class SimulationTest {
    private static final int SEEDS = Integer.getInteger("weft.simulation.seeds", 5_000);
    private static final long FIRST = Long.getLong("weft.simulation.first", 0);

    @Test
    void everyInvariantHoldsInEverySeed() {
        Long single = Long.getLong("weft.simulation.seed");
        if (single != null) {
            replay(single);
            return;
        }
        long start = System.nanoTime();
        long events = 0;
        long generations = 0;
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            Simulation simulation = new Simulation(seed, PlantedBug.NONE, false);
            try {
                simulation.run();
            } catch (Throwable e) {
                System.out.println("seed " + seed + " failed: " + e.getMessage());
                replay(seed);
                throw e;
            }
            events += simulation.events();
            generations += simulation.invariants.generations();
        }
        System.out.printf(
                "%d seeds, %d events, %d generations in %.1f s%n",
                SEEDS, events, generations, (System.nanoTime() - start) / 1e9);
        assertThat(generations).isGreaterThan(SEEDS);
    }

    private static void replay(long seed) {
        Simulation simulation = new Simulation(seed, PlantedBug.NONE, true);
        try {
            simulation.run();
        } finally {
            simulation.traced().forEach(System.out::println);
        }
    }

    @Test
    void aSeedIsTheSameRunEveryTime() {
        for (long seed = 0; seed < 50; seed++) {
            Simulation first = new Simulation(seed, PlantedBug.NONE, true);
            Simulation second = new Simulation(seed, PlantedBug.NONE, true);
            first.run();
            second.run();
            assertThat(second.traced()).isEqualTo(first.traced());
            assertThat(second.events()).isEqualTo(first.events());
        }
    }
}
