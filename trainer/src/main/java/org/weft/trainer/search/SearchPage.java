package org.weft.trainer.search;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.weft.core.html.Html;

/** A search as one HTML page that needs nothing else: the best, a plot for each key, the rungs, all trials. */
public final class SearchPage {
    private static final String STYLE = """
            .trial { fill: var(--c1); } .best { fill: var(--c2); } .lost { fill: var(--quiet); }
            .way { fill: none; stroke: var(--c1); stroke-opacity: .45; } .bestway { fill: none; stroke: var(--c2); stroke-width: 2.5; }
            .key span::before { content: "\\25CF"; } .key .t::before { color: var(--c1); }
            .key .b::before { color: var(--c2); } .key .l::before { color: var(--quiet); }
            pre { overflow-x: auto; border: 1px solid var(--line); border-radius: .5rem; padding: .7rem .9rem; font-size: .85rem; }
            tr.first td { color: var(--c2); }
            """;

    private final String name;
    private final String facts;
    private final SearchResult result;
    private final String command;

    /**
     * @param name of the search
     * @param facts about what trials learn from, a sentence or two
     * @param command that runs the best; null where there is none
     */
    public SearchPage(String name, String facts, SearchResult result, String command) {
        this.name = name;
        this.facts = facts;
        this.result = result;
        this.command = command;
    }

    public String render() {
        Html page = new Html(name + ": settings searched", STYLE);
        page.append("<h1>Settings searched</h1>\n");
        page.text("p class=\"quiet\"", name + ": " + facts);
        page.text(
                "p class=\"quiet\"",
                result.kind() + " search of "
                        + result.space().keys().stream()
                                .map(key -> key.name() + " (" + key.described() + ")")
                                .collect(Collectors.joining(", "))
                        + ". " + result.rungs().described() + "; judged by "
                        + result.objective().name() + ", "
                        + (result.objective().less() ? "less" : "more") + " is better.");
        TrialResult best = result.best();
        if (best == null) {
            page.append("<p>No trial came to a value that is a number.</p>\n");
        } else {
            page.text(
                    "p",
                    "Best: " + best.trial() + " with "
                            + String.format(Locale.ROOT, "%.4f", best.value(result.objective())) + " at step "
                            + best.step() + ". To train it:");
            page.text("pre", command);
        }
        SearchPlots plots = new SearchPlots(result);
        page.append("<div class=\"plots\">\n");
        result.space().keys().forEach(key -> page.append(plots.ofKey(key)));
        if (result.rungs().rungs().size() > 1) {
            page.append(plots.ofRungs());
        }
        page.append("</div>\n<p class=\"key\"><span class=\"t\">trials</span><span class=\"b\">the best</span>"
                + "<span class=\"l\">diverged, or not finite</span></p>\n");
        table(page);
        return page.render();
    }

    private void table(Html page) {
        List<List<String>> rows = SearchTable.rows(result);
        page.append("<div class=\"scroll\"><table>\n");
        for (int i = 0; i < rows.size(); i++) {
            String cell = i == 0 ? "th" : "td";
            page.append(i == 1 && result.best() != null ? "<tr class=\"first\">" : "<tr>");
            rows.get(i).forEach(text -> page.append("<" + cell + ">" + Html.escaped(text) + "</" + cell + ">"));
            page.append("</tr>\n");
        }
        page.append("</table></div>\n");
    }
}
