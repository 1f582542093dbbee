package org.weft.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import org.junit.jupiter.api.Test;
import org.weft.simulation.Violation.Invariant;

/** The simulation finds what it is there to find, and finds it again from the seed alone. */
class PlantedBugsTest {
    private static final int SEEDS = 200;

    @Test
    void findsSumsInTheOrderOfArrival() {
        finds(PlantedBug.ARRIVAL_ORDER, Invariant.SAME_BITS);
    }

    @Test
    void findsAStaleGenerationThatIsTaken() {
        finds(PlantedBug.STALE_GENERATION, Invariant.STALE_CHANGES_NOTHING);
    }

    @Test
    void findsADuplicateThatIsAdded() {
        finds(PlantedBug.NO_DUPLICATE_CHECK, Invariant.SAME_BITS);
    }

    @Test
    void findsAManifestBeforeTheLastShard() {
        finds(PlantedBug.EARLY_COMMIT, Invariant.WHOLE_CHECKPOINTS);
    }

    private static void finds(PlantedBug bug, Invariant expected) {
        for (long seed = 0; seed < SEEDS; seed++) {
            Violation found = violation(seed, bug);
            if (found != null) {
                System.out.println(bug + ": seed " + seed + ": " + found.getMessage());
                assertThat(found.invariant()).isEqualTo(expected);
                assertThat(violation(seed, bug)).hasMessage(found.getMessage());
                assertThat(violation(seed, PlantedBug.NONE)).isNull();
                return;
            }
        }
        fail(bug + " was not found in " + SEEDS + " seeds");
    }

    /** What a seed finds, or null. */
    private static Violation violation(long seed, PlantedBug bug) {
        try {
            new Simulation(seed, bug, false).run();
            return null;
        } catch (Violation found) {
            return found;
        }
    }
}
