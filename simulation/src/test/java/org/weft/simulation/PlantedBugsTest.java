package org.weft.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.weft.simulation.Violation.Invariant;

/** The simulation finds what it is there to find, and finds it again from the seed alone. */
@ExtendWith(Quiet.class)
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

    @Test
    void findsAReplyToAnOldIncarnationThatIsTaken() {
        finds(PlantedBug.OLD_REPLY, Invariant.ONE_UPDATE_A_STEP);
    }

    @Test
    void findsAPushThatIsAcknowledgedBeforeItIsSummed() {
        finds(PlantedBug.EARLY_ACKNOWLEDGEMENT, Invariant.WHAT_IS_ACKNOWLEDGED_IS_SUMMED);
    }

    @Test
    void findsAGradientThatIsNotLateThoughItShouldBe() {
        finds(PlantedBug.NEWEST_PARAMETERS, Invariant.SAME_BITS);
    }

    @Test
    void findsAPredictionThatForgetsWhatACopyHasBehindIt() {
        finds(PlantedBug.FORGOTTEN_UPDATES, Invariant.SAME_BITS);
    }

    @Test
    void findsALeaseThatADeadTaskRenews() {
        finds(PlantedBug.UNDYING_LEASE, Invariant.LEASES_OF_THE_LIVING);
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
        try (Carriers carriers = new Carriers()) {
            new Simulation(seed, bug, carriers, false).run();
            return null;
        } catch (Violation found) {
            return found;
        }
    }
}
