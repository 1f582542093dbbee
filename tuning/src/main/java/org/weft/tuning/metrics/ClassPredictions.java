package org.weft.tuning.metrics;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.weft.core.WeftException;
import org.weft.core.scores.MatchCounts;
import org.weft.core.scores.Scores;

/**
 * A text belongs to one of C classes. The prediction is the most probable class, the first of equals; of two classes the
 * second is the positive one. Averages by class are over the classes that occur among labels or predictions.
 */
public final class ClassPredictions implements Predictions {
    /** How far a row's probabilities may be from adding up to 1. */
    private static final double TOLERANCE = 1e-3;

    /** What scikit-learn clips probabilities to before their logarithm: float64's epsilon. */
    private static final double SMALLEST = Math.ulp(1.0);

    private final List<String> classes;
    private final int[] labels; // (N)
    private final double[] probabilities; // (N, C)
    private final int[] predicted; // (N)

    /**
     * @param label the number of its class
     * @param probabilities (C)
     */
    public record Row(int label, double[] probabilities) implements Predictions.Row {}

    /**
     * A row whose probabilities are still to be computed.
     *
     * @param label the number of its class
     * @param logits the head's outputs, (C)
     */
    public record Logits(int label, float[] logits) {}

    private ClassPredictions(List<String> classes, int[] labels, double[] probabilities, int[] predicted) {
        this.classes = classes;
        this.labels = labels;
        this.probabilities = probabilities;
        this.predicted = predicted;
    }

    /**
     * @param classes names of the C classes, two or more
     * @throws WeftException where a label is no class, or a logit is missing or not finite
     */
    public static ClassPredictions ofLogits(List<String> classes, List<Logits> rows) {
        int[] labels = new int[rows.size()];
        double[] probabilities = new double[Rows.size(rows.size(), classes.size())];
        for (int row = 0; row < labels.length; row++) {
            float[] logits = rows.get(row).logits();
            Rows.check(logits.length == classes.size(), logits.length + " logits, not " + classes.size(), row);
            for (float logit : logits) {
                Rows.checkFinite(logit, "logit", row);
            }
            labels[row] = rows.get(row).label();
            double[] own = Probabilities.softmax(logits, 0, 1, classes.size());
            System.arraycopy(own, 0, probabilities, row * classes.size(), classes.size());
        }
        return of(classes, labels, probabilities);
    }

    /** @throws WeftException where a label is no class, or probabilities are none or too few */
    public static ClassPredictions ofRows(List<String> classes, List<Row> rows) {
        double[] probabilities = Rows.flat(rows.stream().map(Row::probabilities).toList(), classes.size());
        return of(classes, rows.stream().mapToInt(Row::label).toArray(), probabilities);
    }

    /**
     * @param labels (N)
     * @param probabilities (N, C), kept and not copied
     * @throws WeftException where a label is no class, or probabilities are none
     */
    public static ClassPredictions of(List<String> classes, int[] labels, double[] probabilities) {
        Rows.checkDistinct(classes, 2, "classes");
        int width = classes.size();
        Rows.checkSameLength(Rows.size(labels.length, width), probabilities.length, "probabilities");
        int[] predicted = new int[labels.length];
        for (int row = 0; row < labels.length; row++) {
            int label = labels[row];
            Rows.check(label >= 0 && label < width, "label " + label + " of " + width + " classes", row);
            double sum = 0;
            for (int i = row * width; i < (row + 1) * width; i++) {
                Rows.check(probabilities[i] >= 0 && probabilities[i] <= 1, "probability " + probabilities[i], row);
                sum += probabilities[i];
            }
            Rows.check(Math.abs(sum - 1) <= TOLERANCE, "probabilities add up to " + sum, row);
            predicted[row] = Probabilities.largest(probabilities, row * width, width);
        }
        return new ClassPredictions(List.copyOf(classes), labels, probabilities, predicted);
    }

    @Override
    public String task() {
        return "single_label_classification";
    }

    @Override
    public int rows() {
        return labels.length;
    }

    @Override
    public Row row(int row) {
        return new Row(
                labels[row], Arrays.copyOfRange(probabilities, row * classes.size(), (row + 1) * classes.size()));
    }

    @Override
    public List<String> names() {
        return classes;
    }

    public int label(int row) {
        return labels[row];
    }

    /** The number of the class that a row was taken for. */
    public int prediction(int row) {
        return predicted[row];
    }

    public double probability(int row, int of) {
        return probabilities[row * classes.size() + of];
    }

    public ConfusionMatrix confusion() {
        ConfusionMatrix matrix = new ConfusionMatrix(classes.size());
        for (int row = 0; row < labels.length; row++) {
            matrix.add(labels[row], predicted[row]);
        }
        return matrix;
    }

    /** The rows by their probability of one class, those of the class against the rest. */
    public Ranking ranking(int of) {
        boolean[] positive = new boolean[labels.length];
        double[] scores = new double[labels.length];
        for (int row = 0; row < labels.length; row++) {
            positive[row] = labels[row] == of;
            scores[row] = probability(row, of);
        }
        return new Ranking(positive, scores);
    }

    /** The probability of the predicted class against whether it was right. */
    public Reliability reliability() {
        Reliability reliability = new Reliability(Reliability.BINS);
        for (int row = 0; row < labels.length; row++) {
            reliability.add(probability(row, predicted[row]), predicted[row] == labels[row]);
        }
        return reliability;
    }

    @Override
    public Optional<ByClass> byClass() {
        return Optional.of(new ByClass("classes", classes, confusion().matches(), this::ranking, classes.size() == 2));
    }

    @Override
    public Optional<Decisions> decisions() {
        return Optional.of(Decisions.ofClasses(classes, labels, predicted));
    }

    @Override
    public Optional<ConfusionMatrix> confusionMatrix() {
        return Optional.of(confusion());
    }

    @Override
    public Optional<Reliability> calibration() {
        return Optional.of(reliability());
    }

    /** Accuracy, macro F1 and, of two classes, the share of rows that was taken for the positive one. */
    @Override
    public Map<String, Double> groupMetrics() {
        ConfusionMatrix matrix = confusion();
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("accuracy", matrix.accuracy());
        metrics.put("f1_macro", matrix.matches().present().macro().f1());
        if (matrix.classes() == 2) {
            metrics.put("positive_rate", matrix.rate(1));
        }
        return metrics;
    }

    @Override
    public Map<String, Double> metrics() {
        ConfusionMatrix matrix = confusion();
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("accuracy", matrix.accuracy());
        metrics.put("balanced_accuracy", matrix.balancedAccuracy());
        if (classes.size() == 2) {
            Scores positive = matrix.matches().of(1);
            metrics.put("f1", positive.f1());
            metrics.put("precision", positive.precision());
            metrics.put("recall", positive.recall());
        }
        MatchCounts present = matrix.matches().present();
        Averages.put(metrics, "macro", present.macro());
        Averages.put(metrics, "weighted", present.weighted());
        Averages.put(metrics, "micro", present.micro());
        rankings(metrics, matrix);
        metrics.put("log_loss", logLoss());
        metrics.put("brier_score", brierScore());
        metrics.put("matthews_corrcoef", matrix.matthewsCorrelation());
        metrics.put("cohen_kappa", matrix.cohenKappa());
        metrics.put("expected_calibration_error", reliability().expectedCalibrationError());
        return metrics;
    }

    private void rankings(Map<String, Double> metrics, ConfusionMatrix matrix) {
        if (classes.size() == 2) {
            Ranking ranking = ranking(1);
            metrics.put("roc_auc", ranking.rocAuc());
            metrics.put("average_precision", ranking.averagePrecision());
            return;
        }
        double areas = 0;
        double weighted = 0;
        double precisions = 0;
        for (int i = 0; i < classes.size(); i++) {
            Ranking ranking = ranking(i);
            double area = ranking.rocAuc();
            areas += area;
            weighted += area * matrix.support(i);
            precisions += ranking.averagePrecision();
        }
        metrics.put("roc_auc_ovr", areas / classes.size());
        metrics.put("roc_auc_ovr_weighted", weighted / rows());
        metrics.put("average_precision_macro", precisions / classes.size());
    }

    private double logLoss() {
        double sum = 0;
        for (int row = 0; row < labels.length; row++) {
            sum += logLoss(row);
        }
        return sum / rows();
    }

    /** Brier's own of 1950 for three classes and more, the sum over the classes; of two classes half of it. */
    private double brierScore() {
        double sum = 0;
        for (int row = 0; row < labels.length; row++) {
            for (int i = classes.size() == 2 ? 1 : 0; i < classes.size(); i++) {
                double distance = probability(row, i) - (labels[row] == i ? 1 : 0);
                sum += distance * distance;
            }
        }
        return sum / rows();
    }

    @Override
    public ClassPredictions select(int[] rows) {
        return new ClassPredictions(
                classes,
                Rows.select(labels, 1, rows),
                Rows.select(probabilities, classes.size(), rows),
                Rows.select(predicted, 1, rows));
    }

    /** The row's log loss in nats where it was taken for another class, 0 where it was not. */
    @Override
    public double error(int row) {
        return predicted[row] == labels[row] ? 0 : logLoss(row);
    }

    /** Of probabilities clipped to float64's epsilon and made to add up to 1 again. */
    private double logLoss(int row) {
        double sum = 0;
        for (int i = 0; i < classes.size(); i++) {
            sum += clipped(row, i);
        }
        return Math.max(0, Math.log(sum) - Math.log(clipped(row, labels[row])));
    }

    private double clipped(int row, int of) {
        return Math.min(1 - SMALLEST, Math.max(SMALLEST, probability(row, of)));
    }

    @Override
    public String expected(int row) {
        return classes.get(labels[row]);
    }

    @Override
    public String predicted(int row) {
        double confidence = 100 * probability(row, predicted[row]);
        return String.format(Locale.ROOT, "%s (%.0f %%)", classes.get(predicted[row]), confidence);
    }
}
