package org.weft.tuning.report;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.weft.core.html.Html;
import org.weft.core.scores.MatchCounts;
import org.weft.core.scores.Scores;
import org.weft.tuning.metrics.ByClass;

/** The page's tables of classes, groups and worst rows. */
final class ScoreTables {
    /** Fewer rows than this say little of a group. */
    private static final int FEW_ROWS = 30;

    private static final int MOST_CLASSES = 200;

    private final Html page;

    ScoreTables(Html page) {
        this.page = page;
    }

    /** Precision, recall and F1 by class, the weakest first. */
    void classes(ByClass by) {
        List<String> names = by.names();
        MatchCounts matches = by.matches();
        if (names.isEmpty()) {
            return;
        }
        page.text(
                        "h2",
                        by.of().substring(0, 1).toUpperCase(Locale.ROOT)
                                + by.of().substring(1))
                .append("<div class=\"scroll\" tabindex=\"0\"><table>\n");
        if (names.size() > MOST_CLASSES) {
            page.format("<caption>The %d weakest of %,d.</caption>", MOST_CLASSES, names.size());
        }
        page.append(
                "<thead><tr><th scope=\"col\" class=\"words\">name</th><th scope=\"col\">precision</th><th scope=\"col\">"
                        + "recall</th><th scope=\"col\">F1</th><th scope=\"col\">support</th></tr></thead>\n<tbody>\n");
        IntStream.range(0, names.size())
                .boxed()
                .sorted(Comparator.comparingDouble(i -> matches.of(i).f1()))
                .limit(MOST_CLASSES)
                .forEach(i -> {
                    Scores scores = matches.of(i);
                    page.append("<tr>").append(name(names.get(i)));
                    page.format(
                            "<td>%.4f</td><td>%.4f</td><td>%.4f</td><td>%,d</td></tr>",
                            scores.precision(), scores.recall(), scores.f1(), scores.support());
                });
        page.append("</tbody></table></div>\n");
    }

    void groups(List<Grouping> groupings) {
        if (groupings.isEmpty()) {
            return;
        }
        page.append("<h2>Groups</h2>\n");
        page.format(
                "<p class=\"quiet\">Each metric on the rows of one group, and how far that is from all rows. Groups of fewer"
                        + " than %d rows, marked *, say little.</p>",
                FEW_ROWS);
        groupings.forEach(this::grouping);
    }

    private void grouping(Grouping grouping) {
        page.text("h3", grouping.column());
        if (grouping.groups().isEmpty()) {
            page.append("<p class=\"quiet\">No rows.</p>\n");
            return;
        }
        page.append("<div class=\"scroll\" tabindex=\"0\"><table>\n");
        if (grouping.leftOut() > 0) {
            page.format(
                    "<caption>The %d largest groups; %,d more are left out.</caption>",
                    grouping.groups().size(), grouping.leftOut());
        }
        page.append("<thead><tr><th scope=\"col\" class=\"words\">group</th><th scope=\"col\">rows</th>");
        grouping.gaps().keySet().forEach(metric -> page.text("th scope=\"col\"", EvaluationPage.spoken(metric))
                .append("<th scope=\"col\">to all</th>"));
        page.append("</tr></thead>\n<tbody>\n");
        for (Grouping.Group group : grouping.groups()) {
            page.append("<tr>").append(name(group.value()));
            page.format("<td>%,d%s</td>", group.rows(), group.rows() < FEW_ROWS ? "*" : "");
            group.metrics().forEach((metric, value) -> page.text("td", EvaluationPage.number(value))
                    .text("td", EvaluationPage.signed(group.difference().get(metric))));
            page.append("</tr>\n");
        }
        page.append("</tbody>\n<tfoot><tr><th scope=\"row\">largest gap</th><td></td>");
        grouping.gaps().values().forEach(gap -> page.text("td", EvaluationPage.number(gap))
                .append("<td></td>"));
        page.append("</tr></tfoot></table></div>\n");
    }

    /** @param texts whether rows have any */
    void worst(List<WorstRow> rows, boolean texts) {
        if (rows.isEmpty()) {
            return;
        }
        page.append(
                "<h2>Worst errors</h2>\n<div class=\"scroll\" tabindex=\"0\"><table class=\"worst\">\n<thead><tr><th scope=\"col\">row</th>"
                        + "<th scope=\"col\">error</th><th scope=\"col\" class=\"words\">expected</th>"
                        + "<th scope=\"col\" class=\"words\">predicted</th>");
        page.append(texts ? "<th scope=\"col\" class=\"words\">text</th>" : "").append("</tr></thead>\n<tbody>\n");
        for (WorstRow row : rows) {
            page.append(String.format(Locale.ROOT, "<tr><td>%d</td><td>%.3f</td>", row.row(), row.error()));
            page.append("<td class=\"said\">").append(isolated(row.expected())).append("</td>");
            page.append("<td class=\"said\">").append(isolated(row.predicted())).append("</td>");
            if (texts) {
                page.append("<td class=\"text\">").append(isolated(row.text())).append("</td>");
            }
            page.append("</tr>\n");
            if (row.explanation() != null) {
                page.append(ExplainedText.row(row.explanation(), texts ? 5 : 4));
            }
        }
        page.append("</tbody></table></div>\n");
    }

    static String name(String name) {
        String escaped = Html.escaped(name);
        return "<th scope=\"row\"><bdi class=\"name\" title=\"" + escaped + "\">" + escaped + "</bdi></th>";
    }

    /** Writing from right to left stays within its cell. */
    private static String isolated(String text) {
        return "<bdi>" + Html.escaped(text) + "</bdi>";
    }
}
