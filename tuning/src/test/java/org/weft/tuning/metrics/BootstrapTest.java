package org.weft.tuning.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;

class BootstrapTest {

    @Test
    void anIntervalOfTheMeanIsThatOfTheory() {
        double[] values = new Random(5).doubles(400).map(u -> u < 0.3 ? 1 : 0).toArray();
        double mean = Arrays.stream(values).average().orElseThrow();
        Interval interval = new Bootstrap(4000, 0.95, 1)
                .intervals(
                        values.length,
                        rows -> Map.of(
                                "mean",
                                Arrays.stream(rows)
                                        .mapToDouble(row -> values[row])
                                        .average()
                                        .orElseThrow()))
                .get("mean");
        double error = 1.96 * Math.sqrt(mean * (1 - mean) / values.length);
        assertThat(interval.low()).isCloseTo(mean - error, within(0.006));
        assertThat(interval.high()).isCloseTo(mean + error, within(0.006));
        assertThat(interval.undefined()).isZero();
    }

    @Test
    void resamplesWithoutAValueAreLeftOutAndCounted() {
        ClassPredictions predictions =
                ClassPredictions.of(List.of("no", "yes"), new int[] {0, 1}, new double[] {0.9, 0.1, 0.1, 0.9});
        Interval area = new Bootstrap(200, 0.9, 3).intervals(predictions).get("roc_auc");
        assertThat(area.low()).isEqualTo(1);
        assertThat(area.high()).isEqualTo(1);
        assertThat(area.undefined()).isBetween(60, 140);
    }

    @Test
    void withoutRowsThereIsNoInterval() {
        ClassPredictions predictions = ClassPredictions.of(List.of("no", "yes"), new int[0], new double[0]);
        Interval accuracy = Bootstrap.DEFAULT.intervals(predictions).get("accuracy");
        assertThat(accuracy.low()).isNaN();
        assertThat(accuracy.undefined()).isEqualTo(1000);
    }

    @Test
    void resamplingNeedsResamplesAndAConfidence() {
        assertThatThrownBy(() -> new Bootstrap(0, 0.95, 1))
                .isInstanceOf(WeftException.class)
                .hasMessage("bootstrap: resamples=0 confidence=0.95");
        assertThatThrownBy(() -> new Bootstrap(10, Double.NaN, 1)).isInstanceOf(WeftException.class);
    }

    @Test
    void foldsHaveToBeOfOneTask() {
        Map<String, FoldSummary> summary = FoldSummary.of(List.of(Map.of("f1", 0.5), Map.of("f1", 0.7)));
        assertThat(summary.get("f1").mean()).isCloseTo(0.6, within(1e-12));
        assertThat(summary.get("f1").standardDeviation()).isCloseTo(Math.sqrt(0.02), within(1e-12));
        assertThat(FoldSummary.of(List.of(Map.of("f1", 0.5))).get("f1").standardDeviation())
                .isNaN();
        assertThatThrownBy(() -> FoldSummary.of(List.of())).hasMessage("0 folds have no mean");
        assertThatThrownBy(() -> FoldSummary.of(List.of(Map.of("f1", 0.5), Map.of("loss", 0.7))))
                .hasMessage("a fold has no f1, only [loss]");
    }
}
