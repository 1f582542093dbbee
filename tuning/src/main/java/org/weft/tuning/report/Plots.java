package org.weft.tuning.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.weft.core.html.Axes;
import org.weft.core.html.Html;
import org.weft.core.html.LineFigure;
import org.weft.core.html.LineFigure.Line;
import org.weft.core.scores.MatchCounts;
import org.weft.tuning.metrics.ByClass;
import org.weft.tuning.metrics.Curve;
import org.weft.tuning.metrics.Predictions;
import org.weft.tuning.metrics.Ranking;
import org.weft.tuning.metrics.Reliability;

/** The page's plots. Lines that share a plot differ in colour and in dashes. */
final class Plots {
    private static final int MOST_DOTS = 1500;
    private static final int TRAINING_POINTS = 300;
    private static final Axes.Range SHARE = new Axes.Range(0, 1);
    private static final double[] DIAGONAL = {0, 1};

    private final Html page;

    Plots(Html page) {
        this.page = page;
    }

    /** Of two classes the positive one's curves, of more, and of labels, the most frequent ones'. */
    void rankings(ByClass scores) {
        List<String> names = scores.names();
        List<Integer> shown = scores.opposed() ? List.of(1) : mostFrequent(scores.matches(), names.size());
        rankings(names, shown, scores.ranking());
    }

    private static List<Integer> mostFrequent(MatchCounts matches, int classes) {
        return IntStream.range(0, classes)
                .boxed()
                .sorted(Comparator.comparingLong((Integer i) -> -matches.of(i).support()))
                .limit(LineFigure.MOST_LINES)
                .toList();
    }

    private void rankings(List<String> names, List<Integer> shown, IntFunction<Ranking> ranking) {
        List<Line> roc = new ArrayList<>();
        List<Line> precision = new ArrayList<>();
        for (int i : shown) {
            Ranking of = ranking.apply(i);
            if (of.roc().isDefined()) {
                roc.add(line(names.get(i), of.rocAuc(), of.roc()));
                precision.add(line(names.get(i), of.averagePrecision(), of.precisionRecall()));
            }
        }
        if (roc.isEmpty()) {
            return;
        }
        page.append("<h2>Ranking</h2>\n");
        if (names.size() > 2) {
            page.format(
                    "<p class=\"quiet\">Each against the rest%s.</p>",
                    shown.size() < names.size() ? ", the " + shown.size() + " most frequent" : "");
        }
        page.append("<div class=\"plots\">\n");
        figure(
                "ROC curve, with its area",
                roc,
                new Axes("ROC curve", "false positive rate", SHARE, "true positive rate", SHARE)
                        .line("chance", DIAGONAL, DIAGONAL));
        figure(
                "Precision and recall, with average precision",
                precision,
                new Axes("Precision-recall curve", "recall", SHARE, "precision", SHARE));
        page.append("</div>\n");
    }

    private static Line line(String name, double area, Curve curve) {
        Curve thinned = curve.thinned(EvaluationJson.CURVE_POINTS);
        return new Line(String.format(Locale.ROOT, "%s (%.3f)", name, area), thinned.x(), thinned.y());
    }

    void reliability(Reliability reliability) {
        Axes axes = new Axes("Reliability diagram", "confidence", SHARE, "accuracy", SHARE);
        boolean some = false;
        for (int i = 0; i < reliability.bins(); i++) {
            Reliability.Bin bin = reliability.bin(i);
            if (bin.rows() > 0) {
                some = true;
                String title = String.format(
                        Locale.ROOT,
                        "confidence %.3f, accuracy %.3f, %,d rows",
                        bin.confidence(),
                        bin.accuracy(),
                        bin.rows());
                axes.bar("bin", bin.low(), bin.high(), bin.accuracy(), title);
                axes.dot("dot", bin.confidence(), bin.accuracy(), 4, title);
            }
        }
        if (some) {
            page.append(
                    "<h2>Reliability</h2>\n<p class=\"quiet\">Predictions by the probability that the model gave them, and"
                            + " how many of those were right: on the dashed line where probabilities can be believed.</p>\n"
                            + "<div class=\"plots\"><figure>\n");
            page.append(axes.line("chance", DIAGONAL, DIAGONAL).render()).append("</figure></div>\n");
        }
    }

    void scatter(Predictions predictions, Predictions.Numbers numbers) {
        double[] labels = numbers.labels();
        double[] said = numbers.predictions();
        if (labels.length == 0) {
            return;
        }
        Axes.Range range = Axes.Range.of(labels, said);
        Axes axes = new Axes("Predictions by label", "label", range, "prediction", range);
        double[] ends = {range.from(), range.to()};
        axes.line("chance", ends, ends);
        int dots = Math.min(MOST_DOTS, labels.length);
        for (int i = 0; i < dots; i++) {
            int row = (int) ((long) i * labels.length / dots);
            String title =
                    "row " + row + ": " + predictions.expected(row) + ", predicted " + predictions.predicted(row);
            axes.dot("dot", labels[row], said[row], 3, title);
        }
        page.append("<h2>Predictions</h2>\n");
        if (dots < labels.length) {
            page.format("<p class=\"quiet\">%,d of the rows, evenly spaced.</p>", dots);
        }
        page.append("<div class=\"plots\"><figure>\n" + axes.render() + "</figure></div>\n");
    }

    /** Losses share a plot, everything else another. */
    void training(List<TrainingCurve> curves) {
        Predicate<TrainingCurve> isLoss = curve -> curve.name().contains("loss");
        if (curves.stream().anyMatch(curve -> curve.steps().length > 0)) {
            page.append("<h2>Training</h2>\n<div class=\"plots\">\n");
            training("Loss by step", curves.stream().filter(isLoss).toList());
            training("Metrics by step", curves.stream().filter(isLoss.negate()).toList());
            page.append("</div>\n");
        }
    }

    private void training(String title, List<TrainingCurve> curves) {
        List<Line> lines = curves.stream()
                .filter(curve -> curve.steps().length > 0)
                .limit(LineFigure.MOST_LINES)
                .map(curve -> curve.averaged(TRAINING_POINTS))
                .map(curve -> new Line(curve.name(), curve.steps(), curve.values()))
                .toList();
        if (!lines.isEmpty()) {
            page.append(LineFigure.render(title, "step", "", lines));
        }
    }

    private void figure(String title, List<Line> lines, Axes axes) {
        page.append(LineFigure.render(title, lines, axes));
    }
}
