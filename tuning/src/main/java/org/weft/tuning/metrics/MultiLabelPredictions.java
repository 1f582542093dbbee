package org.weft.tuning.metrics;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.weft.core.WeftException;
import org.weft.core.scores.MatchCounts;
import org.weft.core.scores.Scores;

/**
 * A text has any of L labels, none and all included. A label is predicted where its probability is above one half.
 * Averages over labels are over all L, whether they occur or not.
 */
public final class MultiLabelPredictions implements Predictions {
    private static final double THRESHOLD = 0.5;

    private final List<String> names;
    private final boolean[] labels; // (N, L)
    private final double[] probabilities; // (N, L)
    private final int rows;

    /**
     * @param labels which it has, (L)
     * @param probabilities (L)
     */
    public record Row(boolean[] labels, double[] probabilities) implements Predictions.Row {}

    /**
     * A row whose probabilities are still to be computed.
     *
     * @param labels which it has, (L)
     * @param logits the head's outputs, (L)
     */
    public record Logits(boolean[] labels, float[] logits) {}

    private MultiLabelPredictions(List<String> names, boolean[] labels, double[] probabilities) {
        this.names = names;
        this.labels = labels;
        this.probabilities = probabilities;
        this.rows = labels.length / names.size();
    }

    /**
     * @param names of the L labels, one or more
     * @throws WeftException where a logit is missing or not finite
     */
    public static MultiLabelPredictions ofLogits(List<String> names, List<Logits> rows) {
        int width = names.size();
        boolean[] labels = new boolean[Rows.size(rows.size(), width)];
        double[] probabilities = new double[labels.length];
        for (int row = 0; row < rows.size(); row++) {
            Logits of = rows.get(row);
            Rows.check(of.labels().length == width, of.labels().length + " labels, not " + width, row);
            Rows.check(of.logits().length == width, of.logits().length + " logits, not " + width, row);
            System.arraycopy(of.labels(), 0, labels, row * width, width);
            for (int i = 0; i < width; i++) {
                Rows.checkFinite(of.logits()[i], "logit", row);
                probabilities[row * width + i] = Probabilities.sigmoid(of.logits()[i]);
            }
        }
        return of(names, labels, probabilities);
    }

    /** @throws WeftException where labels or probabilities are none or too few */
    public static MultiLabelPredictions ofRows(List<String> names, List<Row> rows) {
        int width = names.size();
        boolean[] labels = new boolean[Rows.size(rows.size(), width)];
        for (int row = 0; row < rows.size(); row++) {
            boolean[] own = rows.get(row).labels();
            Rows.check(own.length == width, own.length + " labels, not " + width, row);
            System.arraycopy(own, 0, labels, row * width, width);
        }
        return of(names, labels, Rows.flat(rows.stream().map(Row::probabilities).toList(), width));
    }

    /**
     * @param labels (N, L), kept and not copied
     * @param probabilities (N, L), kept and not copied
     * @throws WeftException where probabilities are none
     */
    public static MultiLabelPredictions of(List<String> names, boolean[] labels, double[] probabilities) {
        Rows.checkDistinct(names, 1, "labels");
        Rows.checkSameLength(labels.length, probabilities.length, "probabilities");
        for (int i = 0; i < labels.length; i++) {
            double probability = probabilities[i];
            Rows.check(probability >= 0 && probability <= 1, "probability " + probability, i / names.size());
        }
        return new MultiLabelPredictions(List.copyOf(names), labels, probabilities);
    }

    @Override
    public String task() {
        return "multi_label_classification";
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public Row row(int row) {
        int width = names.size();
        return new Row(
                Arrays.copyOfRange(labels, row * width, (row + 1) * width),
                Arrays.copyOfRange(probabilities, row * width, (row + 1) * width));
    }

    @Override
    public List<String> names() {
        return names;
    }

    public boolean has(int row, int label) {
        return labels[row * names.size() + label];
    }

    public double probability(int row, int label) {
        return probabilities[row * names.size() + label];
    }

    /** Whether the model gives a row a label. */
    public boolean predicts(int row, int label) {
        return probability(row, label) > THRESHOLD;
    }

    /** For precision, recall and F1 by label. */
    public MatchCounts matches() {
        MatchCounts matches = new MatchCounts(names.size());
        for (int row = 0; row < rows; row++) {
            for (int label = 0; label < names.size(); label++) {
                int truly = has(row, label) ? 1 : 0;
                int predicted = predicts(row, label) ? 1 : 0;
                matches.add(label, truly & predicted, predicted, truly);
            }
        }
        return matches;
    }

    /** The rows by their probability of one label. */
    public Ranking ranking(int label) {
        boolean[] positive = new boolean[rows];
        double[] scores = new double[rows];
        for (int row = 0; row < rows; row++) {
            positive[row] = has(row, label);
            scores[row] = probability(row, label);
        }
        return new Ranking(positive, scores);
    }

    @Override
    public Optional<ByClass> byClass() {
        return Optional.of(new ByClass("labels", names, matches(), this::ranking, false));
    }

    @Override
    public Optional<Decisions> decisions() {
        return Optional.of(Decisions.ofSets(names, sets(this::has), sets(this::predicts)));
    }

    private int[][] sets(LabelOfRow chosen) {
        return IntStream.range(0, rows)
                .mapToObj(row -> IntStream.range(0, names.size())
                        .filter(label -> chosen.test(row, label))
                        .toArray())
                .toArray(int[][]::new);
    }

    /** Whether a row has a label. */
    private interface LabelOfRow {
        boolean test(int row, int label);
    }

    @Override
    public Map<String, Double> metrics() {
        MatchCounts matches = matches();
        Map<String, Double> metrics = new LinkedHashMap<>();
        Averages.put(metrics, "micro", matches.micro());
        Averages.put(metrics, "macro", matches.macro());
        Averages.put(metrics, "weighted", matches.weighted());
        Averages.put(metrics, "samples", samples());
        int wrong = 0;
        int exact = 0;
        for (int row = 0; row < rows; row++) {
            int wrongHere = wrong(row);
            wrong += wrongHere;
            exact += wrongHere == 0 ? 1 : 0;
        }
        metrics.put("subset_accuracy", (double) exact / rows);
        metrics.put("hamming_loss", (double) wrong / labels.length);
        double areas = 0;
        double precisions = 0;
        for (int label = 0; label < names.size(); label++) {
            Ranking ranking = ranking(label);
            areas += ranking.rocAuc();
            precisions += ranking.averagePrecision();
        }
        metrics.put("roc_auc_macro", areas / names.size());
        metrics.put("average_precision_macro", precisions / names.size());
        return metrics;
    }

    /** The mean over the rows of each row's own scores; a row without labels and predictions has 0. */
    private Scores samples() {
        MatchCounts byRow = new MatchCounts(rows);
        for (int row = 0; row < rows; row++) {
            for (int label = 0; label < names.size(); label++) {
                int truly = has(row, label) ? 1 : 0;
                int predicted = predicts(row, label) ? 1 : 0;
                byRow.add(row, truly & predicted, predicted, truly);
            }
        }
        return byRow.macro();
    }

    private int wrong(int row) {
        int wrong = 0;
        for (int label = 0; label < names.size(); label++) {
            wrong += has(row, label) == predicts(row, label) ? 0 : 1;
        }
        return wrong;
    }

    @Override
    public MultiLabelPredictions select(int[] chosen) {
        return new MultiLabelPredictions(
                names, Rows.select(labels, names.size(), chosen), Rows.select(probabilities, names.size(), chosen));
    }

    /** How many labels are wrong, and below that how far their probabilities are off; 0 where none is wrong. */
    @Override
    public double error(int row) {
        double off = 0;
        for (int label = 0; label < names.size(); label++) {
            off += Math.abs(probability(row, label) - (has(row, label) ? 1 : 0));
        }
        int wrong = wrong(row);
        return wrong == 0 ? 0 : wrong + off / (names.size() + 1);
    }

    @Override
    public String expected(int row) {
        return IntStream.range(0, names.size())
                .filter(label -> has(row, label))
                .mapToObj(names::get)
                .collect(Collectors.joining(", "));
    }

    @Override
    public String predicted(int row) {
        return IntStream.range(0, names.size())
                .filter(label -> predicts(row, label))
                .mapToObj(names::get)
                .collect(Collectors.joining(", "));
    }
}
