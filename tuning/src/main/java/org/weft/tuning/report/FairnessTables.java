package org.weft.tuning.report;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.weft.core.html.Html;
import org.weft.tuning.metrics.Fairness;
import org.weft.tuning.metrics.Interval;

/** What a page says of gaps between groups, and the rates that they are of. */
final class FairnessTables {
    private static final int MOST_CLASSES = 6;

    private final Html page;
    private final EvaluationReport report;
    private final Fairness fairness;

    FairnessTables(Html page, EvaluationReport report) {
        this.page = page;
        this.report = report;
        this.fairness = report.fairness();
    }

    /** How far classes lie apart, whatever the groups. */
    void classes() {
        double gap = fairness == null ? Double.NaN : fairness.gaps().get(Fairness.CLASS_RECALL);
        if (Double.isFinite(gap)) {
            Interval interval = report.gapIntervals().get(Fairness.CLASS_RECALL);
            page.format(
                    "<p class=\"quiet\">The recalls of the best and of the worst class lie %s apart (%s to %s).</p>",
                    EvaluationPage.number(gap),
                    EvaluationPage.number(interval.low()),
                    EvaluationPage.number(interval.high()));
        }
    }

    /** Nothing where there are no groups. */
    void render() {
        if (fairness == null || fairness.groups().isEmpty()) {
            return;
        }
        page.append("<h2>Fairness</h2>\n");
        page.format(
                "<p class=\"quiet\">How far groups lie apart: the greatest of a figure less the least. Shares of fewer than %d"
                        + " rows are in no gap; a dash is a gap of which fewer than two groups are left. A gap is never negative: of"
                        + " groups that are served alike it is above 0 by chance, and its interval with it.</p>\n",
                fairness.leastRows());
        notices(fairness, report.groupings().get(0).column()).forEach(notice -> page.text("p class=\"quiet\"", notice));
        gaps();
        groups();
    }

    private void gaps() {
        page.append(
                "<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\" class=\"words\">gap</th>"
                        + "<th scope=\"col\">value</th><th scope=\"col\">from</th><th scope=\"col\">to</th><td></td></tr></thead>\n"
                        + "<tbody>\n");
        for (Map.Entry<String, Double> gap : fairness.gaps().entrySet()) {
            Interval interval = report.gapIntervals().get(gap.getKey());
            page.append("<tr>").text("th scope=\"row\"", EvaluationPage.spoken(gap.getKey()));
            page.text("td", EvaluationPage.number(gap.getValue()))
                    .text("td", EvaluationPage.number(interval.low()))
                    .text("td", EvaluationPage.number(interval.high()));
            page.append("<td>")
                    .append(EvaluationPage.bar(gap.getValue(), interval))
                    .append("</td></tr>\n");
        }
        page.append("</tbody></table></div>\n");
    }

    /** Of each class a few columns; of many classes those whose rates lie farthest apart. */
    private void groups() {
        List<String> shown = fairness.byClass().stream()
                .sorted((a, b) -> Double.compare(widest(b), widest(a)))
                .limit(MOST_CLASSES)
                .map(Fairness.OfClass::name)
                .toList();
        page.append("<div class=\"scroll\" tabindex=\"0\"><table>\n");
        if (shown.size() < fairness.judgedClasses().size()) {
            page.format(
                    "<caption>The %d classes of %d that groups lie farthest apart in; results.json has all.</caption>\n",
                    shown.size(), fairness.judgedClasses().size());
        }
        page.append("<thead><tr><th scope=\"col\" class=\"words\">group</th><th scope=\"col\">rows</th>"
                + "<th scope=\"col\">accuracy</th><th scope=\"col\" class=\"words\">class</th><th scope=\"col\">of it</th>"
                + "<th scope=\"col\">selection rate</th><th scope=\"col\">true positive rate</th>"
                + "<th scope=\"col\">false positive rate</th></tr></thead>\n<tbody>\n");
        fairness.groups().stream().limit(Grouping.MOST).forEach(group -> group.rates().stream()
                .filter(rates -> shown.contains(rates.name()))
                .forEach(rates -> row(group, rates)));
        page.append("</tbody></table></div>\n");
    }

    private static double widest(Fairness.OfClass of) {
        return of.gaps().values().stream()
                .mapToDouble(Double::doubleValue)
                .filter(Double::isFinite)
                .max()
                .orElse(-1);
    }

    private void row(Fairness.Group group, Fairness.Rates rates) {
        page.append("<tr>").append(ScoreTables.name(group.value()));
        page.format("<td>%,d%s</td>", group.rows(), group.compared() ? "" : "*");
        page.text("td", EvaluationPage.number(group.accuracy()));
        page.append("<td class=\"words\"><bdi class=\"name\">" + Html.escaped(rates.name()) + "</bdi></td>");
        page.format("<td>%,d</td>", rates.positives());
        page.text("td", EvaluationPage.number(rates.selectionRate()))
                .text("td", EvaluationPage.number(rates.truePositiveRate()))
                .text("td", EvaluationPage.number(rates.falsePositiveRate()))
                .append("</tr>\n");
    }

    /** What there is to say of groups that are too small to be compared, and of rows that are of none. */
    static List<String> notices(Fairness fairness, String column) {
        return List.of(small(fairness, column), ungrouped(fairness, column)).stream()
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<String> small(Fairness fairness, String column) {
        List<Fairness.Group> small =
                fairness.groups().stream().filter(group -> !group.compared()).toList();
        return small.isEmpty()
                ? Optional.empty()
                : Optional.of("groups of " + column + " with fewer than " + fairness.leastRows()
                        + " rows, which are in no gap: "
                        + small.stream()
                                .limit(MOST_CLASSES)
                                .map(group -> group.value() + " (" + group.rows() + ")")
                                .collect(Collectors.joining(", "))
                        + (small.size() > MOST_CLASSES ? " and " + (small.size() - MOST_CLASSES) + " more" : ""));
    }

    private static Optional<String> ungrouped(Fairness fairness, String column) {
        long rows = fairness.withoutGroup();
        return rows == 0
                ? Optional.empty()
                : Optional.of("rows without a group in " + column + ", which are in no gap between groups: " + rows);
    }
}
