package org.weft.tuning.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What holds for any predictions. */
class MetricsPropertiesTest {
    private static final double EXACT = 1e-12;

    @Property(tries = 200)
    void orderOfRowsIsNothing(@ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int rows) {
        ClassPredictions predictions = predictions(seed, rows, 4);
        int[] shuffled = IntStream.range(0, rows).map(row -> rows - 1 - row).toArray();
        Map<String, Double> again = predictions.select(shuffled).metrics();
        predictions
                .metrics()
                .forEach((name, value) -> assertThat(again.get(name)).as(name).isCloseTo(value, within(EXACT)));
    }

    @Property(tries = 200)
    void averagesLieBetweenTheirClasses(@ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int rows) {
        ClassPredictions predictions = predictions(seed, rows, 3);
        Map<String, Double> metrics = predictions.metrics();
        assertThat(metrics.get("f1_micro")).isCloseTo(metrics.get("accuracy"), within(EXACT));
        assertThat(metrics.get("recall_weighted")).isCloseTo(metrics.get("accuracy"), within(EXACT));
        assertThat(metrics.get("matthews_corrcoef")).isBetween(-1 - EXACT, 1 + EXACT);
        assertThat(metrics.get("expected_calibration_error")).isBetween(0.0, 1.0);
        double[] f1 = IntStream.range(0, 3)
                .mapToDouble(i -> predictions.confusion().matches().of(i).f1())
                .toArray();
        assertThat(metrics.get("f1_weighted"))
                .isBetween(
                        Arrays.stream(f1).min().orElseThrow() - EXACT,
                        Arrays.stream(f1).max().orElseThrow() + EXACT);
    }

    @Property(tries = 200)
    void theAreaIsTheShareOfPairsInOrder(@ForAll long seed, @ForAll @IntRange(min = 2, max = 40) int rows) {
        Random random = new Random(seed);
        boolean[] positive = new boolean[rows];
        double[] scores = new double[rows];
        for (int i = 0; i < rows; i++) {
            positive[i] = random.nextBoolean();
            scores[i] = random.nextInt(7);
        }
        double inOrder = 0;
        int pairs = 0;
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < rows; j++) {
                if (positive[i] && !positive[j]) {
                    pairs++;
                    inOrder += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
                }
            }
        }
        double area = new Ranking(positive, scores).rocAuc();
        assertThat(area).isCloseTo(pairs == 0 ? Double.NaN : inOrder / pairs, within(EXACT));
        boolean[] reversed = new boolean[rows];
        IntStream.range(0, rows).forEach(i -> reversed[i] = !positive[i]);
        assertThat(new Ranking(reversed, scores).rocAuc()).isCloseTo(1 - area, within(EXACT));
        assertThat(new Ranking(positive, Arrays.stream(scores).map(Math::exp).toArray()).rocAuc())
                .isCloseTo(area, within(EXACT));
    }

    @Property(tries = 100)
    void aThinnedCurveStaysNear(@ForAll long seed, @ForAll @IntRange(min = 3, max = 50) int most) {
        Random random = new Random(seed);
        boolean[] positive = new boolean[300];
        double[] scores = random.doubles(300).toArray();
        IntStream.range(0, 300).forEach(i -> positive[i] = random.nextDouble() < scores[i]);
        Curve all = new Ranking(positive, scores).roc();
        Curve thinned = all.thinned(most);
        assertThat(thinned.points()).isBetween(2, most);
        assertThat(thinned.x()[thinned.points() - 1]).isEqualTo(1);
        assertThat(thinned.thresholds()[0]).isInfinite();
        for (int i = 1; i < thinned.points(); i++) {
            double step = thinned.x()[i] - thinned.x()[i - 1] + thinned.y()[i] - thinned.y()[i - 1];
            assertThat(step).isBetween(0.0, 2.0 / (most - 1) + 0.03);
        }
    }

    @Property(tries = 100)
    void correlationDoesNotSeeUnits(@ForAll long seed, @ForAll @IntRange(min = 2, max = 40) int rows) {
        Random random = new Random(seed);
        double[] x = random.doubles(rows).toArray();
        double[] y = random.doubles(rows).toArray();
        double[] other = Arrays.stream(y).map(value -> 3 - 20 * value).toArray();
        assertThat(Correlation.pearson(x, other)).isCloseTo(-Correlation.pearson(x, y), within(1e-9));
        assertThat(Correlation.spearman(x, other)).isCloseTo(-Correlation.spearman(x, y), within(1e-9));
        assertThat(Arrays.stream(Correlation.ranks(x)).sum()).isCloseTo(rows * (rows + 1) / 2.0, within(EXACT));
    }

    @Property(tries = 100)
    void intervalsAreAFunctionOfTheSeed(@ForAll long seed, @ForAll @IntRange(min = 1, max = 30) int rows) {
        ClassPredictions predictions = predictions(seed, rows, 2);
        Bootstrap bootstrap = new Bootstrap(50, 0.9, seed);
        Map<String, Interval> intervals = bootstrap.intervals(predictions);
        assertThat(bootstrap.intervals(predictions)).isEqualTo(intervals);
        assertThat(intervals.keySet()).isEqualTo(predictions.metrics().keySet());
        Interval accuracy = intervals.get("accuracy");
        assertThat(accuracy.low()).isBetween(0.0, accuracy.high());
        int[] drawn = bootstrap.resample(3, rows);
        assertThat(drawn).hasSize(rows);
        assertThat(Arrays.stream(drawn).allMatch(row -> row >= 0 && row < rows)).isTrue();
    }

    /** Random labels and scores, a third of the rows confident and right. */
    static ClassPredictions predictions(long seed, int rows, int classes) {
        Random random = new Random(seed);
        int[] labels = random.ints(rows, 0, classes).toArray();
        double[] probabilities = new double[rows * classes];
        for (int row = 0; row < rows; row++) {
            double sum = 0;
            for (int i = 0; i < classes; i++) {
                double sure = i == labels[row] && row % 3 == 0 ? 5 : 0;
                probabilities[row * classes + i] = random.nextInt(1, 9) + sure;
                sum += probabilities[row * classes + i];
            }
            for (int i = 0; i < classes; i++) {
                probabilities[row * classes + i] /= sum;
            }
        }
        return ClassPredictions.of(
                IntStream.range(0, classes).mapToObj(i -> "c" + i).toList(), labels, probabilities);
    }
}
