package org.weft.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.batches.Batch;
import org.weft.core.protocol.SourceLoss;
import org.weft.engine.SequenceLosses;

class SourceTallyTest {
    private static final Batch BATCH =
            Batch.ofTokens(3, 2, new int[6], new int[] {1, 2, Batch.IGNORED, 3, Batch.IGNORED, Batch.IGNORED});

    @Test
    void sequencesAreAddedBySourceWithTheirTargets() {
        SourceTally tally = new SourceTally(5);
        for (int microBatch = 0; microBatch < 2; microBatch++) {
            SequenceLosses told = tally.of(BATCH, List.of("web", "code", "web"));
            told.lost(0, 8);
            told.lost(1, 4);
            told.lost(2, 0);
        }
        assertThat(tally.losses()).containsExactly(new SourceLoss(5, "code", 8, 2), new SourceLoss(5, "web", 16, 4));
    }

    @Test
    void nobodyIsToldOfDataThatAreOneWhole() {
        SourceTally tally = new SourceTally(0);
        assertThat(tally.of(BATCH, List.of())).isSameAs(SequenceLosses.NONE);
        assertThat(tally.losses()).isEmpty();
    }
}
