package org.weft.corpus.report;

import static org.weft.corpus.report.Written.less;
import static org.weft.corpus.report.Written.number;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.SortedMap;
import org.weft.core.html.Html;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.CorpusSplit;

/**
 * From what was read to what is trained on: what each stage took and what it left. What no stage has counted has a row of its
 * own, so that the rows always come to the splits.
 *
 * @param counts of all sources, by name
 */
record StageTable(Html page, CorpusFiles files, SortedMap<String, Long> counts) {
    private static final String EMPTIED = "emptied_documents";

    void render() {
        JsonNode provenance = files.provenance();
        if (provenance.isMissingNode()) {
            return;
        }
        page.append("<h2>Where the documents went</h2>\n");
        PageTable table = new PageTable(page, "name:stage", "documents", "bytes", "words:");
        read(table);
        long left = files.ofSources("documents") - files.ofSources("duplicate_ids");
        table.row("left", number(left), number(files.ofSources("text_bytes")), "UTF-8");
        long equal = provenance.path("corpus").path("repeated_documents").asLong();
        table.row("equal to another", less(equal), "", "");
        others(table, left - equal - deduplicated(table, provenance.path("deduplication")));
        split(table, "training", files.manifest().train());
        split(table, "validation", files.manifest().val());
        table.end();
    }

    private void read(PageTable table) {
        long cleaned = counts.entrySet().stream()
                .filter(count -> count.getKey().startsWith("dropped."))
                .mapToLong(Map.Entry::getValue)
                .sum();
        String of = number(files.ofSources("files")) + " files, as stored";
        table.row("read", number(files.ofSources("records")), number(files.ofSources("bytes")), of);
        table.row("bad records", less(files.ofSources("bad_records")), "", "");
        table.row("dropped by rules", less(cleaned), "", "");
    }

    /** Returns what all of it dropped. */
    private long deduplicated(PageTable table, JsonNode deduplication) {
        long emptied = files.ofSources(EMPTIED);
        if (deduplication.has("repeated_lines_removed") && countsEmptied()) {
            table.row("left empty without repeated lines", less(emptied), "", "");
        }
        JsonNode near = deduplication.path("near_duplicates").path("dropped");
        return emptied
                + dropped(table, "equal but for case, spaces, punctuation", deduplication.path("normalized_duplicates"))
                + dropped(table, "near duplicates", near)
                + dropped(table, "shared with an evaluation", deduplication.path("contaminated_documents"));
    }

    private static long dropped(PageTable table, String stage, JsonNode documents) {
        if (!documents.isMissingNode()) {
            table.row(stage, less(documents.asLong()), "", "");
        }
        return documents.asLong();
    }

    /** Of a document that a stage drops, the copies are gone with it, and nobody has counted them. */
    private void others(PageTable table, long left) {
        CorpusManifest manifest = files.manifest();
        long others = left - manifest.train().documents() - manifest.val().documents();
        if (others != 0) {
            String empty = countsEmptied() ? "" : ", and what repeated lines left empty";
            table.row("copies of those" + empty, less(others), "", "");
        }
    }

    /** Versions before did not. */
    private boolean countsEmptied() {
        return files.provenance().path("sources").path(0).has(EMPTIED);
    }

    private static void split(PageTable table, String name, CorpusSplit split) {
        table.row(
                name,
                number(split.documents()),
                number(split.textBytes()),
                "UTF-8, " + number(split.tokens()) + " tokens");
    }
}
