package org.weft.dl4j.examples;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.weft.core.html.Html;
import org.weft.core.html.LineFigure;

/** An example's result as one page that needs nothing else: bar, curves, ten predictions, which class was taken for which. */
record ExamplePage(ExampleResult result) {
    /** Classes of which a table of confusions can be read. */
    private static final int MOST_CLASSES = 20;

    private static final String STYLE = """
            .passes { color: var(--c3); } .fails { color: var(--c2); }
            .words { text-align: left; white-space: normal; }
            .pictures { display: flex; flex-wrap: wrap; gap: .8rem; padding: 0; }
            .pictures figure { margin: 0; text-align: center; } .pictures figcaption { margin: .2rem 0 0; font-weight: 400; }
            .pictures img { width: 5rem; height: 5rem; image-rendering: pixelated; border: 1px solid var(--line); }
            .heat td { background: color-mix(in srgb, var(--c1) calc(var(--share) * 70%), transparent); }
            .heat td.wrong { background: color-mix(in srgb, var(--c2) calc(var(--share) * 100%), transparent); }
            """;

    String render() {
        Html page = Html.withPictures(result.name(), STYLE);
        page.append("<main>\n").text("h1", result.title());
        page.text("p class=\"quiet\"", "./weft example " + result.name() + ", the network " + result.network());
        tiles(page);
        result.data().notes().forEach(note -> page.text("p", note + "."));
        curves(page);
        epochs(page);
        predictions(page);
        if (result.data().classes().size() <= MOST_CLASSES) {
            confusions(page);
        }
        page.append("<h2>The run</h2>\n<dl class=\"facts\">\n");
        result.facts()
                .forEach((name, value) ->
                        page.append("<div>").text("dt", name).text("dd", value).append("</div>\n"));
        return page.append("</dl>\n</main>\n").render();
    }

    private void tiles(Html page) {
        String verdict = result.passes() ? "passes" : "fails";
        page.append("<div class=\"tiles\">\n");
        tile(page, result.bar().number(result.measured()), result.bar().metric() + " on the test part");
        page.append("<div class=\"tile\"><b class=\"" + verdict + "\">" + verdict + "</b><span>"
                + Html.escaped(result.bar().words()) + "</span></div>\n");
        tile(page, result.bar().number(result.data().guess()), "by guessing from frequencies");
        tile(page, String.format(Locale.ROOT, "%,.0f s", result.seconds()), result.workers() + " workers");
        page.append("</div>\n");
    }

    private static void tile(Html page, String value, String name) {
        page.append("<div class=\"tile\"><b>" + Html.escaped(value) + "</b><span>" + Html.escaped(name)
                + "</span></div>\n");
    }

    private void curves(Html page) {
        double[] at = values(EpochTable.Epoch::epoch);
        page.append("<div class=\"plots\">\n");
        page.append(LineFigure.render(
                "Loss",
                "epoch",
                "mean of -log p",
                List.of(
                        new LineFigure.Line("training", at, values(EpochTable.Epoch::trainLoss)),
                        new LineFigure.Line("validation", at, values(EpochTable.Epoch::valLoss)))));
        page.append(LineFigure.render(
                "Accuracy",
                "epoch",
                "share that is right",
                List.of(new LineFigure.Line("validation", at, values(EpochTable.Epoch::valAccuracy)))));
        page.append("</div>\n");
    }

    private double[] values(ToDoubleFunction<EpochTable.Epoch> value) {
        return result.epochs().stream().mapToDouble(value).toArray();
    }

    private void epochs(Html page) {
        page.append(
                "<h2>Epochs</h2>\n<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">epoch</th>"
                        + "<th scope=\"col\">training loss</th><th scope=\"col\">validation loss</th>"
                        + "<th scope=\"col\">validation accuracy</th><th scope=\"col\">seconds</th></tr></thead>\n<tbody>\n");
        for (EpochTable.Epoch epoch : result.epochs()) {
            page.format(
                    "<tr><td>%d</td><td>%.4f</td><td>%.4f</td><td>%.4f</td><td>%.1f</td></tr>",
                    epoch.epoch(), epoch.trainLoss(), epoch.valLoss(), epoch.valAccuracy(), epoch.seconds());
        }
        page.append("</tbody></table></div>\n");
    }

    private void predictions(Html page) {
        page.append("<h2>Ten predictions</h2>\n");
        List<ExampleResult.Prediction> all = result.predictions();
        if (!all.isEmpty() && !all.get(0).shown().picture().isEmpty()) {
            page.append("<div class=\"pictures\">\n");
            for (ExampleResult.Prediction one : all) {
                page.append("<figure><img alt=\"" + Html.escaped("a " + one.right()) + "\" src=\""
                        + one.shown().picture() + "\"><figcaption class=\"" + kind(one) + "\">"
                        + Html.escaped(one.predicted()) + (one.isRight() ? "" : Html.escaped(", is " + one.right()))
                        + "</figcaption></figure>\n");
            }
            page.append("</div>\n");
            return;
        }
        page.append(
                "<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\" class=\"words\">row</th>"
                        + "<th scope=\"col\" class=\"words\">predicted</th><th scope=\"col\" class=\"words\">right</th></tr></thead>\n"
                        + "<tbody>\n");
        for (ExampleResult.Prediction one : all) {
            page.append("<tr>")
                    .text("td class=\"words\"", one.shown().words())
                    .text("td class=\"words " + kind(one) + "\"", one.predicted())
                    .text("td class=\"words\"", one.right())
                    .append("</tr>\n");
        }
        page.append("</tbody></table></div>\n");
    }

    private static String kind(ExampleResult.Prediction one) {
        return one.isRight() ? "passes" : "fails";
    }

    private void confusions(Html page) {
        List<String> classes = result.data().classes();
        long[][] counts = result.test().confusion(classes.size());
        page.append("<h2>Confusion matrix</h2>\n<p class=\"quiet\">Rows are true classes, columns predicted ones.</p>\n"
                + "<div class=\"scroll\" tabindex=\"0\"><table class=\"heat\">\n<thead><tr><td></td>");
        classes.forEach(name -> page.append("<th scope=\"col\">" + Html.escaped(name) + "</th>"));
        page.append("</tr></thead>\n<tbody>\n");
        for (int right = 0; right < classes.size(); right++) {
            page.append("<tr><th scope=\"row\">" + Html.escaped(classes.get(right)) + "</th>");
            long rows = 0;
            for (long count : counts[right]) {
                rows += count;
            }
            for (int predicted = 0; predicted < classes.size(); predicted++) {
                long count = counts[right][predicted];
                page.format(
                        "<td%s style=\"--share:%.3f\">%,d</td>",
                        right == predicted ? "" : " class=\"wrong\"", (double) count / Math.max(1, rows), count);
            }
            page.append("</tr>\n");
        }
        page.append("</tbody></table></div>\n");
    }
}
