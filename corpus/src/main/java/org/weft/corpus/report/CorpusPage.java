package org.weft.corpus.report;

import static org.weft.corpus.report.Written.number;
import static org.weft.corpus.report.Written.ratio;
import static org.weft.corpus.report.Written.share;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.function.UnaryOperator;
import org.weft.core.html.Html;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.CorpusSource;
import org.weft.core.tokens.CorpusSplit;
import org.weft.corpus.privacy.Scrubber;
import org.weft.corpus.statistics.CorpusStatistics;

/**
 * A corpus as one HTML page that needs nothing else: where its documents went, and what its tokens are. Every number is the
 * manifest's, the provenance's or counted from the shards; whatever comes from files is escaped. For one thread.
 */
public final class CorpusPage {
    private static final int MOST_INPUTS = 200;
    private static final int MOST_SAMPLE = 300;
    private static final String MASKED = "privacy."; // rules whose examples are kept without what they found

    private static final String STYLE = """
            body { max-width: 60rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .3rem; }
            td.name, th.name { text-align: left; }
            .tiles { grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); }
            .bar { fill: var(--c1); opacity: .8; }
            td.words, th.words { text-align: left; white-space: normal; overflow-wrap: anywhere; }
            td.hash { font-family: ui-monospace, monospace; font-size: .8rem; text-align: left; }
            details { margin: .6rem 0; } summary { cursor: pointer; }
            blockquote { margin: .4rem 0; padding: .3rem .8rem; border-left: 3px solid var(--line);
              white-space: pre-wrap; overflow-wrap: anywhere; font-size: .9rem; }
            .cut { max-height: 30rem; overflow: auto; }
            """;

    private final CorpusFiles files;
    private final CorpusManifest manifest;
    private final UnaryOperator<String> shown;
    private final SortedMap<String, Long> counts;
    private final Html page;

    private CorpusPage(CorpusFiles files, UnaryOperator<String> shown) {
        this.files = files;
        this.manifest = files.manifest();
        this.shown = shown;
        this.counts = files.counts();
        this.page = new Html("corpus " + files.directory(), STYLE);
    }

    /** The page of a corpus, from its files alone; of texts it shows no more than what a scrubber leaves. */
    public static String of(Store store, String directory) throws IOException {
        return new CorpusPage(
                        CorpusFiles.read(store, directory),
                        Scrubber.ofExamples(List.of()).texts())
                .render();
    }

    private String render() {
        page.append("<main>\n").text("h1", "Corpus " + files.directory());
        facts();
        tiles();
        new StageTable(page, files, counts).render();
        sources();
        new RuleTables(page, files.provenance().path("rules"), counts).render();
        figures();
        examples();
        badRecords();
        inputs();
        return page.append("</main>\n").render();
    }

    private void facts() {
        JsonNode provenance = files.provenance();
        page.append("<dl class=\"facts\">\n");
        fact("vocabulary", number(manifest.vocabSize()));
        fact("tokenizer_sha256", manifest.tokenizerSha256());
        if (!provenance.isMissingNode()) {
            fact(
                    "manifest_sha256",
                    provenance.path("corpus").path("manifest_sha256").asText());
            fact("prepared by Weft", provenance.path("weft").asText());
        }
        page.append("</dl>\n");
        if (provenance.isMissingNode()) {
            page.text(
                    "p",
                    "This corpus has no provenance.json: it was prepared by a version that did not record what a corpus was"
                            + " made from. Only what its token shards say is here.");
        }
    }

    private void fact(String name, String value) {
        page.append("<div>").text("dt", name).text("dd", value).append("</div>\n");
    }

    private void tiles() {
        CorpusSplit train = manifest.train();
        CorpusStatistics statistics = files.statistics();
        page.append("<div class=\"tiles\">\n");
        tile("training tokens", number(train.tokens()), number(train.documents()) + " documents");
        tile(
                "validation tokens",
                number(manifest.val().tokens()),
                number(manifest.val().documents()) + " documents");
        tile("bytes per token", ratio(train.textBytes(), train.tokens()), number(train.textBytes()) + " bytes of text");
        tile(
                "vocabulary used",
                share(statistics.used(), statistics.vocabulary()),
                number(statistics.used()) + " of " + number(statistics.vocabulary()) + " tokens");
        tile(
                "entropy",
                String.format(Locale.ROOT, "%.3f", statistics.entropyBits()),
                "bits a token, by frequency alone");
        tile(
                "tokens a document",
                ratio(train.tokens(), train.documents()),
                "the longest has " + number(statistics.longest()));
        page.append("</div>\n");
    }

    private void tile(String name, String value, String note) {
        page.append("<div class=\"tile\">").text("span", name).text("b", value);
        page.text("span", note).append("</div>\n");
    }

    private void sources() {
        if (manifest.sources().isEmpty()) {
            return;
        }
        double weights =
                manifest.sources().stream().mapToDouble(CorpusSource::weight).sum();
        page.append("<h2>Sources</h2>\n");
        PageTable table = new PageTable(
                page,
                "name:source",
                "weight",
                "share",
                "documents",
                "text bytes",
                "tokens",
                "bytes per token",
                "validation tokens");
        for (CorpusSource source : manifest.sources()) {
            CorpusSplit train = source.train();
            table.row(
                    source.name(),
                    String.format(Locale.ROOT, "%.4g", source.weight()),
                    weights == 0 ? "" : String.format(Locale.ROOT, "%.1f%%", 100 * source.weight() / weights),
                    number(train.documents()),
                    number(train.textBytes()),
                    number(train.tokens()),
                    ratio(train.textBytes(), train.tokens()),
                    number(source.val().tokens()));
        }
        table.end();
    }

    private void figures() {
        page.append("<h2>Tokens</h2>\n<div class=\"plots\">\n");
        CorpusFigures figures = new CorpusFigures(page);
        figures.lengths(files.statistics().lengths());
        figures.ranks(files.statistics());
        figures.coverage(files.statistics());
        JsonNode jaccard =
                files.provenance().path("deduplication").path("near_duplicates").path("candidates_by_jaccard");
        if (!jaccard.isEmpty()) {
            figures.jaccard(jaccard);
        }
        page.append("</div>\n<details><summary>Documents by length, as numbers</summary>\n");
        PageTable table = new PageTable(page, "from tokens", "to", "documents");
        files.statistics()
                .lengths()
                .forEach(length -> table.row(number(length.from()), number(length.to()), number(length.documents())));
        table.end();
        page.append("</details>\n");
    }

    private void examples() {
        SortedMap<String, List<String>> examples = files.examples();
        if (examples.isEmpty()) {
            return;
        }
        page.append("<h2>Examples</h2>\n");
        page.text(
                "p class=\"quiet\"",
                "What rules met: of all such texts those with the smallest hashes, cut short, with"
                        + " what is of a person replaced.");
        examples.forEach((rule, texts) -> {
            page.append("<details>").text("summary", rule + ", " + texts.size() + " examples");
            // Masks look like what they stand for.
            texts.forEach(text -> page.text("blockquote", rule.startsWith(MASKED) ? text : shown.apply(text)));
            page.append("</details>\n");
        });
    }

    private void badRecords() {
        long bad = files.ofSources("bad_records");
        if (bad == 0) {
            return;
        }
        page.append("<h2>Bad records</h2>\n");
        page.format("<p class=\"quiet\">%,d were left out. bad-records.jsonl has more of them than are here.</p>", bad);
        PageTable table = new PageTable(page, "words:file", "name:place", "words:cause", "words:sample");
        for (JsonNode record : files.bad()) {
            String sample = shown.apply(record.path("sample").asText());
            table.row(
                    record.path("file").asText(),
                    shown.apply(record.path("place").asText()),
                    shown.apply(record.path("cause").asText()),
                    sample.length() > MOST_SAMPLE ? sample.substring(0, MOST_SAMPLE) + "…" : sample);
        }
        table.end();
    }

    private void inputs() {
        JsonNode inputs = files.provenance().path("inputs");
        if (inputs.isEmpty()) {
            return;
        }
        page.append("<details><summary>Inputs</summary>\n");
        PageTable table = new PageTable(page, "words:path", "bytes", "words:sha256");
        for (int i = 0; i < Math.min(MOST_INPUTS, inputs.size()); i++) {
            JsonNode input = inputs.get(i);
            String bytes = input.has("bytes") ? number(input.path("bytes").asLong()) : "";
            table.row(input.path("path").asText(), bytes, input.path("sha256").asText());
        }
        table.end();
        if (inputs.size() > MOST_INPUTS) {
            page.format("<p class=\"quiet\">The first %d of %,d.</p>", MOST_INPUTS, inputs.size());
        }
        page.append("</details>\n");
    }
}
