package org.weft.trainer.sweep;

import java.util.Locale;

/** A study as one HTML page that needs nothing else: plot, table, law; light and dark, wide and narrow. */
public final class StudyPage {
    private static final String HEAD = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>%s: what a bigger model buys</title>
            <style>
            :root { color-scheme: light dark; --ink: #1c2430; --quiet: #5b6675; --line: #dfe4ea; --page: #ffffff;
              --fitted: #1f6feb; --held: #c2410c; }
            @media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --quiet: #9aa7b8; --line: #2b3440;
              --page: #12161c; --fitted: #6ea8fe; --held: #fb923c; } }
            body { margin: 0 auto; padding: 1.2rem; max-width: 46rem; background: var(--page); color: var(--ink);
              font: 16px/1.5 system-ui, sans-serif; }
            h1 { font-size: 1.5rem; line-height: 1.2; margin: 0 0 .4rem; }
            p { margin: .5rem 0; } .quiet { color: var(--quiet); font-size: .9rem; }
            svg { width: 100%%; height: auto; display: block; margin: .8rem 0; }
            svg text { fill: var(--quiet); font-size: 13px; } .grid { stroke: var(--line); }
            .law { fill: none; stroke: var(--quiet); stroke-width: 2; } .beyond { stroke-dasharray: 6 5; }
            .fitted { fill: var(--fitted); } .heldout { fill: var(--held); }
            .predicted { fill: var(--page); stroke: var(--held); stroke-width: 2; }
            .interval { stroke: var(--held); stroke-width: 2; }
            .key { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; font-size: .9rem; color: var(--quiet); }
            .key span::before { content: "\\25CF"; margin-right: .4rem; } .key .f::before { color: var(--fitted); }
            .key .h::before { color: var(--held); } .key .p::before { content: "\\25C7"; color: var(--held); }
            .key .l::before { content: "\\2014"; }
            .scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%%; font-size: .9rem;
              font-variant-numeric: tabular-nums; }
            th, td { text-align: right; padding: .35rem .5rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
            th { color: var(--quiet); font-weight: 500; } tr.held td { color: var(--held); }
            </style>
            </head>
            <body>
            """;

    private final String name;
    private final String facts;
    private final Study study;

    /**
     * @param name of the sweep
     * @param facts about corpus and budget, a sentence or two
     */
    public StudyPage(String name, String facts, Study study) {
        this.name = name;
        this.facts = facts;
        this.study = study;
    }

    public String render() {
        StringBuilder page = new StringBuilder(String.format(Locale.ROOT, HEAD, escaped(name)));
        page.append("<h1>What a bigger model buys</h1>\n");
        page.append("<p class=\"quiet\">").append(escaped(name + ": " + facts)).append("</p>\n");
        page.append(String.format(
                Locale.ROOT,
                "<p>Fitted to all sizes but the largest, the law says <b>%.3f</b> nats a token for %,d parameters; the"
                        + " run came to <b>%.3f</b>. The prediction is off by <b>%+.2f&nbsp;%%</b>. Doubling the largest"
                        + " size would gain %.3f nats more, on the same tokens.</p>%n",
                study.predicted(),
                study.heldOut().member().parameters(),
                study.heldOut().loss(),
                study.errorPercent(),
                study.gainOfDoubling(study.heldOut().member().parameters())));
        page.append(new StudyPlot(study).render());
        page.append("<p class=\"key\"><span class=\"f\">fitted sizes</span><span class=\"l\">the law, dashed beyond its"
                + " data</span><span class=\"p\">predicted, two standard errors (jackknife)</span>"
                + "<span class=\"h\">held out, measured</span></p>\n");
        table(page);
        law(page);
        return page.append("</body>\n</html>\n").toString();
    }

    private void table(StringBuilder page) {
        page.append("<div class=\"scroll\"><table>\n<tr><th>parameters</th><th>without embeddings</th><th>blocks</th>"
                + "<th>width</th><th>loss</th><th>law</th><th>residual</th><th>seconds</th></tr>\n");
        study.fitted().forEach(result -> row(page, result, "<tr>"));
        row(page, study.heldOut(), "<tr class=\"held\">");
        page.append("</table></div>\n");
    }

    private void row(StringBuilder page, SizeResult result, String opening) {
        FamilyMember member = result.member();
        page.append(String.format(
                Locale.ROOT,
                "%s<td>%,d</td><td>%,d</td><td>%d</td><td>%d</td><td>%.4f</td><td>%.4f</td><td>%+.2f&nbsp;%%</td>"
                        + "<td>%,.0f</td></tr>%n",
                opening,
                member.parameters(),
                member.bodyParameters(),
                member.layers(),
                member.width(),
                result.loss(),
                study.law().loss(member.parameters()),
                study.residualPercent(result),
                result.seconds()));
    }

    private void law(StringBuilder page) {
        page.append(String.format(
                Locale.ROOT,
                "<p>Law: loss = %.4f + %.4g &middot; N<sup>&minus;%.4f</sup>, N all parameters, embeddings included;"
                        + " Huber's loss of the logarithms' difference, as in Hoffmann et al. 2022. Losses are of the whole"
                        + " validation split.</p>%n",
                study.law().floor(),
                study.law().scale(),
                study.law().exponent()));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
