package org.weft.tuning.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.weft.core.SplitMix64;
import org.weft.core.WeftException;

/**
 * Confidence intervals by the percentile bootstrap (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993,
 * section 13.3): rows are drawn with replacement, as many as there are, again and again, and the metric's quantiles over
 * these resamples are the interval. What is drawn is a function of (seed, resample, place) alone. A resample costs what
 * the metrics cost: N rows of C classes or labels are sorted C times. Rows that come twice favour average precision and the
 * calibration error, so that their intervals lie high.
 *
 * @param resamples how often, 1 or more
 * @param confidence in (0, 1): the share of resamples within the interval
 */
public record Bootstrap(int resamples, double confidence, long seed) {
    /** A thousand resamples, 95 percent. */
    public static final Bootstrap DEFAULT = new Bootstrap(1000, 0.95, 42);

    public Bootstrap {
        if (resamples < 1 || !(confidence > 0 && confidence < 1)) {
            throw WeftException.usage(
                    "bootstrap: resamples=" + resamples + " confidence=" + confidence,
                    "give 1 resample or more and a confidence between 0 and 1, such as 1000 and 0.95");
        }
    }

    /** For each of the predictions' metrics. Resamples are computed side by side, on the common pool. */
    public Map<String, Interval> intervals(Predictions predictions) {
        return intervals(predictions.rows(), rows -> predictions.select(rows).metrics());
    }

    /**
     * For metrics of any kind.
     *
     * @param metrics of chosen rows: always the same names; called from many threads
     */
    public Map<String, Interval> intervals(int rows, Function<int[], Map<String, Double>> metrics) {
        List<Map<String, Double>> drawn = IntStream.range(0, resamples)
                .parallel()
                .mapToObj(resample -> metrics.apply(resample(resample, rows)))
                .toList();
        Map<String, Interval> intervals = new LinkedHashMap<>();
        for (String name : new ArrayList<>(drawn.get(0).keySet())) {
            intervals.put(
                    name,
                    interval(drawn.stream()
                            .mapToDouble(values -> values.get(name))
                            .toArray()));
        }
        return intervals;
    }

    /**
     * One metric's value in each resample.
     *
     * @param metric of chosen rows; called from many threads
     */
    public double[] values(int rows, ToDoubleFunction<int[]> metric) {
        return IntStream.range(0, resamples)
                .parallel()
                .mapToDouble(resample -> metric.applyAsDouble(resample(resample, rows)))
                .toArray();
    }

    /** The rows of one resample, each in [0, rows). */
    int[] resample(int resample, int rows) {
        long start = SplitMix64.start(seed, resample);
        return IntStream.range(0, rows)
                .map(place -> (int) (SplitMix64.uniform(start, place) * rows))
                .toArray();
    }

    /** Within which the confidence's share of a metric's values in resamples lies. */
    public Interval interval(double[] values) {
        double[] defined = Arrays.stream(values)
                .filter(value -> !Double.isNaN(value))
                .sorted()
                .toArray();
        double tail = (1 - confidence) / 2;
        return new Interval(quantile(defined, tail), quantile(defined, 1 - tail), values.length - defined.length);
    }

    /** Between two values where it falls there, as NumPy has it by default. */
    private static double quantile(double[] sorted, double share) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        double at = share * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] == sorted[above]
                ? sorted[below]
                : sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
}
