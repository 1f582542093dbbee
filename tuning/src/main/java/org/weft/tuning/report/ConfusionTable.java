package org.weft.tuning.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.weft.core.html.Html;
import org.weft.tuning.metrics.ConfusionMatrix;

/** Which class was taken for which: a heat table, or the most frequent confusions where the classes are too many. */
final class ConfusionTable {
    static final int MOST_CLASSES = 20;
    private static final int MOST_PAIRS = 40;

    private final List<String> classes;
    private final ConfusionMatrix matrix;

    ConfusionTable(List<String> classes, ConfusionMatrix matrix) {
        this.classes = classes;
        this.matrix = matrix;
    }

    void render(Html page) {
        page.append("<h2>Confusion matrix</h2>\n");
        if (classes.size() <= MOST_CLASSES) {
            heat(page);
        } else {
            pairs(page);
        }
    }

    private void heat(Html page) {
        page.append(
                "<div class=\"scroll\" tabindex=\"0\"><table class=\"heat\">\n<caption>Rows are true classes, columns predicted ones;"
                        + " darker is a larger share of the row, in blue where it is right.</caption>\n<thead><tr><td></td>");
        classes.forEach(name -> page.append("<th scope=\"col\">" + name(name) + "</th>"));
        page.append("</tr></thead>\n<tbody>\n");
        for (int label = 0; label < classes.size(); label++) {
            page.append("<tr><th scope=\"row\">" + name(classes.get(label)) + "</th>");
            for (int prediction = 0; prediction < classes.size(); prediction++) {
                page.format(
                        "<td%s style=\"--share:%.3f\">%,d</td>",
                        label == prediction ? "" : " class=\"wrong\"",
                        (double) matrix.count(label, prediction) / Math.max(1, matrix.support(label)),
                        matrix.count(label, prediction));
            }
            page.append("</tr>\n");
        }
        page.append("</tbody></table></div>\n");
    }

    /** A pair of classes and how often one was taken for the other. */
    private record Pair(int label, int prediction, long rows) {}

    private void pairs(Html page) {
        List<Pair> pairs = new ArrayList<>();
        for (int label = 0; label < classes.size(); label++) {
            for (int prediction = 0; prediction < classes.size(); prediction++) {
                if (label != prediction && matrix.count(label, prediction) > 0) {
                    pairs.add(new Pair(label, prediction, matrix.count(label, prediction)));
                }
            }
        }
        pairs.sort(Comparator.comparingLong(pair -> -pair.rows()));
        page.format(
                "<p class=\"quiet\">Of %d classes: the pairs that were confused most often; results.json has all.</p>",
                classes.size());
        page.append(
                "<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\" class=\"words\">class</th>"
                        + "<th scope=\"col\" class=\"words\">taken for</th><th scope=\"col\">rows</th>"
                        + "<th scope=\"col\">share of the class</th></tr></thead>\n<tbody>\n");
        for (Pair pair : pairs.subList(0, Math.min(MOST_PAIRS, pairs.size()))) {
            page.append("<tr><th scope=\"row\">" + name(classes.get(pair.label())) + "</th><td class=\"words\">"
                    + name(classes.get(pair.prediction())) + "</td>");
            page.format(
                    "<td>%,d</td><td>%.1f&nbsp;%%</td></tr>",
                    pair.rows(), 100.0 * pair.rows() / matrix.support(pair.label()));
        }
        page.append("</tbody></table></div>\n");
    }

    private static String name(String name) {
        String escaped = Html.escaped(name);
        return "<bdi class=\"name\" title=\"" + escaped + "\">" + escaped + "</bdi>";
    }
}
