package org.weft.tuning.report;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.weft.core.html.Html;
import org.weft.tuning.metrics.ByClass;
import org.weft.tuning.metrics.Interval;
import org.weft.tuning.metrics.Predictions;

/**
 * A report as one HTML page that needs nothing else: headline metrics with their intervals, then what makes sense for the
 * task. Whatever comes from data (texts, labels, names of classes and groups) is escaped.
 */
public final class EvaluationPage {
    /** Metrics that are shown large. */
    private static final int HEADLINES = 4;

    private static final String STYLE = """
            body { max-width: 60rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .3rem; }
            h3 { font-size: 1rem; margin: 1rem 0 0; font-weight: 600; }
            caption { text-align: left; color: var(--quiet); font-size: .9rem; padding: .2rem 0; }
            th[scope=row], .words { text-align: left; } tbody th { color: var(--ink); }
            .worst td { vertical-align: top; }
            td.text { text-align: left; white-space: pre-wrap; overflow-wrap: anywhere; min-width: 14rem; }
            td.text bdi { display: block; max-height: 9rem; overflow-y: auto; }
            td.said { text-align: left; white-space: normal; overflow-wrap: anywhere; min-width: 6rem; }
            .name { display: inline-block; max-width: 16rem; overflow: hidden; text-overflow: ellipsis; vertical-align: bottom; }
            .heat thead th { text-align: center; }
            .heat td { text-align: center; border: 1px solid var(--page);
              background: color-mix(in srgb, var(--c1) calc(var(--share) * 55%), transparent); }
            .heat td.wrong { background: color-mix(in srgb, var(--c2) calc(var(--share) * 55%), transparent); }
            .span { position: relative; height: .7rem; min-width: 7rem; background: var(--line); border-radius: .35rem; }
            .span i { position: absolute; top: 0; bottom: 0; background: var(--c1); opacity: .45; border-radius: .35rem; }
            .span b { position: absolute; top: -.1rem; bottom: -.1rem; width: 3px; margin-left: -1px; background: var(--c1); }
            .bin { fill: var(--c1); opacity: .55; } .dot { fill: var(--c1); opacity: .5; }
            """;

    private final EvaluationReport report;

    public EvaluationPage(EvaluationReport report) {
        this.report = report;
    }

    public String render() {
        EvaluationData data = report.data();
        Predictions predictions = data.predictions();
        Html page = new Html(data.title(), STYLE + ExplainedText.STYLE);
        page.append("<main>\n").text("h1", data.title());
        facts(page);
        headlines(page);
        metrics(page);
        ScoreTables tables = new ScoreTables(page);
        Plots plots = new Plots(page);
        Optional<ByClass> scores = predictions.byClass();
        scores.ifPresent(tables::classes);
        FairnessTables fairness = new FairnessTables(page, report);
        fairness.classes();
        predictions.confusionMatrix().ifPresent(matrix -> new ConfusionTable(predictions.names(), matrix).render(page));
        scores.filter(by -> by.ranking() != null).ifPresent(plots::rankings);
        predictions.calibration().ifPresent(plots::reliability);
        predictions.numbers().ifPresent(numbers -> plots.scatter(predictions, numbers));
        plots.training(data.training());
        tables.groups(report.groupings());
        fairness.render();
        tables.worst(report.worst(), !data.texts().isEmpty());
        return page.append("</main>\n").render();
    }

    private void facts(Html page) {
        page.append("<dl class=\"facts\">\n");
        fact(page, "task", report.data().predictions().task().replace('_', ' '));
        fact(
                page,
                "rows",
                String.format(Locale.ROOT, "%,d", report.data().predictions().rows()));
        report.data().facts().forEach((name, value) -> fact(page, name, value));
        page.append("</dl>\n");
    }

    private static void fact(Html page, String name, String value) {
        page.append("<div>").text("dt", name).text("dd", value).append("</div>\n");
    }

    private void headlines(Html page) {
        page.append("<div class=\"tiles\">\n");
        report.metrics().entrySet().stream().limit(HEADLINES).forEach(metric -> {
            Interval interval = report.intervals().get(metric.getKey());
            page.append("<div class=\"tile\">").text("span", spoken(metric.getKey()));
            page.text("b", number(metric.getValue()));
            page.text("span", number(interval.low()) + " to " + number(interval.high()));
            page.append("</div>\n");
        });
        page.append("</div>\n");
        page.format(
                "<p class=\"quiet\">Intervals hold %.0f&nbsp;%% of %,d resamples of the rows (percentile bootstrap, seed"
                        + " %d). A dash is a metric that has no value on these rows.</p>",
                100 * report.bootstrap().confidence(),
                report.bootstrap().resamples(),
                report.bootstrap().seed());
    }

    private void metrics(Html page) {
        page.append(
                "<h2>All metrics</h2>\n<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\" class=\"words\">metric"
                        + "</th><th scope=\"col\">value</th><th scope=\"col\">from</th><th scope=\"col\">to</th><td></td></tr></thead>"
                        + "\n<tbody>\n");
        for (Map.Entry<String, Double> metric : report.metrics().entrySet()) {
            Interval interval = report.intervals().get(metric.getKey());
            page.append("<tr>").text("th scope=\"row\"", spoken(metric.getKey()));
            page.text("td", number(metric.getValue()))
                    .text("td", number(interval.low()))
                    .text("td", number(interval.high()));
            page.append("<td>").append(bar(metric.getValue(), interval)).append("</td></tr>\n");
        }
        page.append("</tbody></table></div>\n");
    }

    /** The interval on a line from 0 to 1; nothing for metrics that go beyond. */
    static String bar(double value, Interval interval) {
        if (!(value >= 0 && value <= 1 && interval.low() >= 0 && interval.high() <= 1)) {
            return "";
        }
        return String.format(
                Locale.ROOT,
                "<div class=\"span\" aria-hidden=\"true\"><i style=\"left:%.1f%%;width:%.1f%%\"></i>"
                        + "<b style=\"left:%.1f%%\"></b></div>",
                100 * interval.low(),
                100 * (interval.high() - interval.low()),
                100 * value);
    }

    /** A metric's name for people. */
    static String spoken(String metric) {
        return metric.replace('_', ' ')
                .replace("roc auc", "ROC-AUC")
                .replace(" ovr", ", one against the rest")
                .replaceAll("^f1", "F1")
                .replace("brier", "Brier")
                .replace("cohen kappa", "Cohen's kappa")
                .replace("matthews corrcoef", "Matthews correlation")
                .replace("equalized odds", "equalised odds")
                .replace("pearsonr", "Pearson correlation")
                .replace("spearmanr", "Spearman correlation")
                .replaceAll("^r2$", "R2");
    }

    /** Four digits after the point, or as many in all; a dash for no value. */
    static String number(double value) {
        if (!Double.isFinite(value)) {
            return "\u2013";
        }
        return String.format(Locale.ROOT, Math.abs(value) < 1000 ? "%.4f" : "%.4g", value);
    }

    /** The same with its sign. */
    static String signed(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%+.4f", value + 0.0) : number(value);
    }
}
