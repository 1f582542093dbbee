package org.weft.tuning.report;

import java.util.Locale;
import org.weft.core.html.Html;

/**
 * A row's tokens on the page, each the darker the more it has to do with what the model says: in one colour what speaks for it, in
 * another, and underlined, what speaks against it.
 */
final class ExplainedText {
    static final String STYLE = """
            .why td { text-align: left; white-space: normal; padding-top: 0; }
            .why p { margin: 0; } .why .tokens { white-space: pre-wrap; overflow-wrap: anywhere; max-height: 12rem;
              overflow-y: auto; line-height: 1.8; }
            .why .tokens span { border-radius: .2rem; padding: .15rem 0; margin-right: .12rem; }
            .why .for { background: color-mix(in srgb, var(--c1) calc(var(--share) * 55%), transparent); }
            .why .against { background: color-mix(in srgb, var(--c2) calc(var(--share) * 55%), transparent);
              text-decoration: underline dotted; text-underline-offset: .25rem; }
            """;

    private ExplainedText() {}

    /** A row of the table of worst rows, below the one that it explains. */
    static String row(RowExplanation why, int columns) {
        double largest = why.largest();
        StringBuilder row =
                new StringBuilder("<tr class=\"why\"><td colspan=\"" + columns + "\"><p class=\"tokens\"><bdi>");
        for (RowExplanation.Token token : why.tokens()) {
            row.append(String.format(
                    Locale.ROOT,
                    "<span class=\"%s\" style=\"--share:%.3f\" title=\"%s\">%s</span>",
                    token.score() < 0 ? "against" : "for",
                    largest > 0 ? Math.abs(token.score()) / largest : 0,
                    EvaluationPage.signed(token.score()),
                    Html.escaped(token.text())));
        }
        return row.append("</bdi></p><p class=\"quiet\">")
                .append(Html.escaped(told(why)))
                .append("</p></td></tr>\n")
                .toString();
    }

    private static String told(RowExplanation why) {
        if (!why.signed()) {
            return "attention rollout: shares of 1 that attention lets through";
        }
        return String.format(
                Locale.ROOT,
                "attributions for what is predicted, underlined against it; their sum misses the difference to an empty text"
                        + " by %s (%d points)",
                String.format(Locale.ROOT, "%.2g", why.convergenceDelta() + 0.0),
                why.steps());
    }
}
