package org.weft.trainer.sweep;

import org.weft.core.html.Html;

/** A study as one HTML page that needs nothing else: plot, table, law; light and dark, wide and narrow. */
public final class StudyPage {
    private static final String STYLE = """
            :root { --fitted: var(--c1); --held: var(--c2); }
            .law { fill: none; stroke: var(--quiet); stroke-width: 2; } .beyond { stroke-dasharray: 6 5; }
            .fitted { fill: var(--fitted); } .heldout { fill: var(--held); }
            .predicted { fill: var(--page); stroke: var(--held); stroke-width: 2; }
            .interval { stroke: var(--held); stroke-width: 2; }
            .key span::before { content: "\\25CF"; } .key .f::before { color: var(--fitted); }
            .key .h::before { color: var(--held); } .key .p::before { content: "\\25C7"; color: var(--held); }
            .key .l::before { content: "\\2014"; } tr.held td { color: var(--held); }
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
        Html page = new Html(name + ": what a bigger model buys", STYLE);
        page.append("<h1>What a bigger model buys</h1>\n");
        page.text("p class=\"quiet\"", name + ": " + facts);
        page.format(
                "<p>Fitted to all sizes but the largest, the law says <b>%.3f</b> nats a token for %,d parameters; the"
                        + " run came to <b>%.3f</b>. The prediction is off by <b>%+.2f&nbsp;%%</b>. Doubling the largest"
                        + " size would gain %.3f nats more, on the same tokens.</p>",
                study.predicted(),
                study.heldOut().member().parameters(),
                study.heldOut().loss(),
                study.errorPercent(),
                study.gainOfDoubling(study.heldOut().member().parameters()));
        page.append(new StudyPlot(study).render());
        page.append("<p class=\"key\"><span class=\"f\">fitted sizes</span><span class=\"l\">the law, dashed beyond its"
                + " data</span><span class=\"p\">predicted, two standard errors (jackknife)</span>"
                + "<span class=\"h\">held out, measured</span></p>\n");
        table(page);
        law(page);
        return page.render();
    }

    private void table(Html page) {
        page.append("<div class=\"scroll\"><table>\n<tr><th>parameters</th><th>without embeddings</th><th>blocks</th>"
                + "<th>width</th><th>loss</th><th>law</th><th>residual</th><th>seconds</th></tr>\n");
        study.fitted().forEach(result -> row(page, result, "<tr>"));
        row(page, study.heldOut(), "<tr class=\"held\">");
        page.append("</table></div>\n");
    }

    private void row(Html page, SizeResult result, String opening) {
        FamilyMember member = result.member();
        page.format(
                "%s<td>%,d</td><td>%,d</td><td>%d</td><td>%d</td><td>%.4f</td><td>%.4f</td><td>%+.2f&nbsp;%%</td>"
                        + "<td>%,.0f</td></tr>",
                opening,
                member.parameters(),
                member.bodyParameters(),
                member.layers(),
                member.width(),
                result.loss(),
                study.law().loss(member.parameters()),
                study.residualPercent(result),
                result.seconds());
    }

    private void law(Html page) {
        page.format(
                "<p>Law: loss = %.4f + %.4g &middot; N<sup>&minus;%.4f</sup>, N all parameters, embeddings included;"
                        + " Huber's loss of the logarithms' difference, as in Hoffmann et al. 2022. Losses are of the whole"
                        + " validation split.</p>",
                study.law().floor(), study.law().scale(), study.law().exponent());
    }
}
