package org.weft.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.weft.core.lanes.LaneSpan;
import org.weft.core.protocol.FigureSum;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.WorkTimes;

class FigureLedgerTest {
    private static final FigureSum[][] LANES = {
        {new FigureSum(0, "code", 1e16, 4), new FigureSum(0, "web", 3, 2)},
        {new FigureSum(1, "code", 1, 4)},
        {new FigureSum(2, "code", -1e16, 4), new FigureSum(2, "none", 0, 0)},
        {new FigureSum(3, "code", 1, 4), new FigureSum(3, "web", 2, 3)},
    };

    @Test
    void lanesAreAddedInTheirOrderWhoeverComputedThem() {
        Map<String, Double> inOrder = step(List.of(0, 1, 2, 3)).figures();
        assertThat(inOrder).containsExactly(Map.entry("code", (1e16 + 1 - 1e16 + 1) / 16), Map.entry("web", 1.0));
        assertThat(step(List.of(3, 1, 0, 2)).figures()).isEqualTo(inOrder);
    }

    @Test
    void aLaneThatIsDeliveredTwiceCountsOnce() {
        assertThat(step(List.of(0, 0, 1, 2, 1, 3)).figures())
                .isEqualTo(step(List.of(0, 1, 2, 3)).figures());
    }

    @Test
    void aStepOfDataThatAreOneWholeHasNone() {
        StepLedger ledger = ledger();
        ledger.lanesDone(
                new Message.LanesDone(0, 1, 1, 7, new LaneSpan(0, 4), new double[4], new FigureSum[0], times()));
        assertThat(ledger.record(1, 0, 0, 0).figures()).isEmpty();
    }

    private static RunListener.Step step(List<Integer> delivered) {
        StepLedger ledger = ledger();
        for (int lane : delivered) {
            ledger.lanesDone(new Message.LanesDone(
                    lane, 1, 1, 7, new LaneSpan(lane, 1), new double[] {lane}, LANES[lane], times()));
        }
        return ledger.record(1, 0, 0, 0);
    }

    private static StepLedger ledger() {
        return new StepLedger(7, new WorkPool(4, Map.of(0, 1.0)), RunHarness.oneBucket(), 1, 0);
    }

    private static WorkTimes times() {
        return new WorkTimes(1, 1, 1, 1, 1);
    }
}
