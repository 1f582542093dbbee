package org.weft.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.batches.Batch;
import org.weft.core.protocol.FigureSum;
import org.weft.engine.Figure;
import org.weft.engine.SequenceLosses;

class FigureTallyTest {
    private static final Batch BATCH =
            Batch.ofTokens(3, 2, new int[6], new int[] {1, 2, Batch.IGNORED, 3, Batch.IGNORED, Batch.IGNORED});

    @Test
    void sequencesAreAddedBySourceWithTheirTargets() {
        FigureTally tally = new FigureTally(5);
        for (int microBatch = 0; microBatch < 2; microBatch++) {
            SequenceLosses told = tally.of(BATCH, List.of("web", "code", "web"));
            told.lost(0, 8);
            told.lost(1, 4);
            told.lost(2, 0);
        }
        assertThat(tally.figures())
                .containsExactly(new FigureSum(5, "loss_code", 8, 2), new FigureSum(5, "loss_web", 16, 4));
    }

    @Test
    void whatPassesTellStandsBesideIt() {
        FigureTally tally = new FigureTally(2);
        tally.add(new Figure("expert_0", 3, 8));
        assertThat(tally.figures()).containsExactly(new FigureSum(2, "expert_0", 3, 8));
    }

    @Test
    void nobodyIsToldOfDataThatAreOneWhole() {
        FigureTally tally = new FigureTally(0);
        assertThat(tally.of(BATCH, List.of())).isSameAs(SequenceLosses.NONE);
        assertThat(tally.figures()).isEmpty();
    }
}
