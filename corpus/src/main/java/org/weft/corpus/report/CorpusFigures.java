package org.weft.corpus.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import org.weft.core.html.Axes;
import org.weft.core.html.Axes.Range;
import org.weft.core.html.Html;
import org.weft.core.html.LineFigure;
import org.weft.core.html.LineFigure.Line;
import org.weft.corpus.statistics.CorpusStatistics;
import org.weft.corpus.statistics.CorpusStatistics.Length;

/** The plots of a corpus's page. */
final class CorpusFigures {
    private static final double ROOM = 1.05;
    private static final double JACCARD_STEP = 0.05;

    private final Html page;

    CorpusFigures(Html page) {
        this.page = page;
    }

    /** Documents by length, a bar for each power of two. */
    void lengths(List<Length> lengths) {
        int first = 0;
        while (first < lengths.size() && lengths.get(first).documents() == 0) {
            first++;
        }
        long most = lengths.stream().mapToLong(Length::documents).max().orElse(1);
        Axes axes = new Axes(
                "documents by length",
                "length in tokens, as a power of two",
                new Range(first, Math.max(first + 1, lengths.size())),
                "documents",
                new Range(0, most * ROOM));
        for (int power = first; power < lengths.size(); power++) {
            Length length = lengths.get(power);
            String told = String.format(
                    Locale.ROOT, "%,d to %,d tokens: %,d documents", length.from(), length.to(), length.documents());
            axes.bar("bar", power, power + 1, length.documents(), told);
        }
        figure("Documents by length", axes.render());
    }

    /** How often the token of each rank stands there: near a line of slope -1 in natural text. */
    void ranks(CorpusStatistics statistics) {
        double[] rank = statistics.ranks().stream()
                .mapToDouble(at -> Math.log10(at.rank()))
                .toArray();
        double[] tokens = statistics.ranks().stream()
                .mapToDouble(at -> Math.log10(at.tokens()))
                .toArray();
        page.append(LineFigure.render(
                "Tokens by rank of frequency",
                "rank, as a power of ten",
                "occurrences, as a power of ten",
                List.of(new Line("tokens of the training documents", rank, tokens))));
    }

    /** Which share of all tokens the most frequent ones are. */
    void coverage(CorpusStatistics statistics) {
        double[] rank = statistics.ranks().stream()
                .mapToDouble(at -> Math.log10(at.rank()))
                .toArray();
        double[] share = statistics.ranks().stream()
                .mapToDouble(CorpusStatistics.Rank::share)
                .toArray();
        Axes axes = new Axes(
                "share of all tokens",
                "as many of the most frequent tokens, as a power of ten",
                Range.of(rank),
                "share of all tokens",
                new Range(0, 1));
        page.append(
                LineFigure.render("How much the frequent tokens cover", List.of(new Line("share", rank, share)), axes));
    }

    /** Pairs of documents that were compared, by what they share. */
    void jaccard(JsonNode histogram) {
        double most = 1;
        for (JsonNode count : histogram) {
            most = Math.max(most, count.asDouble());
        }
        Axes axes =
                new Axes("pairs by Jaccard", "Jaccard of a pair", new Range(0, 1), "pairs", new Range(0, most * ROOM));
        for (int i = 0; i < histogram.size(); i++) {
            double from = i * JACCARD_STEP;
            double to = Math.min(1, from + JACCARD_STEP);
            if (from < 1) {
                String told = String.format(
                        Locale.ROOT,
                        "%.2f to %.2f: %,d pairs",
                        from,
                        to,
                        histogram.get(i).asLong());
                axes.bar("bar", from, to, histogram.get(i).asDouble(), told);
            }
        }
        figure("Candidate pairs by Jaccard", axes.render());
    }

    private void figure(String title, String drawn) {
        page.append("<figure>").text("figcaption", title).append(drawn).append("</figure>\n");
    }
}
