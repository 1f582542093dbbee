package org.weft.tuning.metrics;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.weft.core.WeftException;

/** A text has a number. */
public final class RegressionPredictions implements Predictions {
    private final double[] labels; // (N)
    private final double[] predicted; // (N)

    /** A row as it leaves an executor. */
    public record Row(double label, double prediction) implements Predictions.Row {}

    private RegressionPredictions(double[] labels, double[] predicted) {
        this.labels = labels;
        this.predicted = predicted;
    }

    /** @throws WeftException where a number is not finite */
    public static RegressionPredictions of(List<Row> rows) {
        double[] labels = rows.stream().mapToDouble(Row::label).toArray();
        double[] predicted = rows.stream().mapToDouble(Row::prediction).toArray();
        for (int row = 0; row < labels.length; row++) {
            Rows.checkFinite(labels[row], "label", row);
            Rows.checkFinite(predicted[row], "prediction", row);
        }
        return new RegressionPredictions(labels, predicted);
    }

    @Override
    public String task() {
        return "regression";
    }

    @Override
    public int rows() {
        return labels.length;
    }

    @Override
    public Row row(int row) {
        return new Row(labels[row], predicted[row]);
    }

    @Override
    public Optional<Numbers> numbers() {
        return Optional.of(new Numbers(labels, predicted));
    }

    /** In this order: the errors, in the label's unit or its square; R2, NaN of less than two rows; correlations. */
    @Override
    public Map<String, Double> metrics() {
        double squares = 0;
        double distances = 0;
        for (int row = 0; row < labels.length; row++) {
            double distance = error(row);
            squares += distance * distance;
            distances += distance;
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("mean_squared_error", squares / rows());
        metrics.put("root_mean_squared_error", Math.sqrt(squares / rows()));
        metrics.put("mean_absolute_error", distances / rows());
        metrics.put("r2", r2(squares));
        metrics.put("pearsonr", Correlation.pearson(labels, predicted));
        metrics.put("spearmanr", Correlation.spearman(labels, predicted));
        return metrics;
    }

    /** Of constant labels it is 1 where every prediction is right, else 0. */
    private double r2(double squares) {
        if (rows() < 2) {
            return Double.NaN;
        }
        if (squares == 0) {
            return 1;
        }
        double spread = Correlation.isConstant(labels) ? 0 : Correlation.sumOfSquares(Correlation.centred(labels));
        return spread == 0 ? 0 : 1 - squares / spread;
    }

    @Override
    public RegressionPredictions select(int[] rows) {
        return new RegressionPredictions(Rows.select(labels, 1, rows), Rows.select(predicted, 1, rows));
    }

    /** The absolute error. */
    @Override
    public double error(int row) {
        return Math.abs(predicted[row] - labels[row]);
    }

    @Override
    public String expected(int row) {
        return String.format(Locale.ROOT, "%.4g", labels[row]);
    }

    @Override
    public String predicted(int row) {
        return String.format(Locale.ROOT, "%.4g", predicted[row]);
    }
}
