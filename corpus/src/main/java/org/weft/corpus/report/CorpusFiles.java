package org.weft.corpus.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.weft.core.Json;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.corpus.statistics.CorpusStatistics;

/**
 * What the files of a corpus say, as far as they are there: only the manifest has to be.
 *
 * @param provenance what it was made from; missing of a corpus that was prepared before it was recorded
 * @param bad the first of the records that were left out
 */
record CorpusFiles(
        String directory,
        CorpusManifest manifest,
        JsonNode provenance,
        CorpusStatistics statistics,
        List<JsonNode> bad) {
    private static final String BAD_RECORDS = "bad-records.jsonl";
    private static final int MOST_BAD = 50;

    static CorpusFiles read(Store store, String directory) throws IOException {
        CorpusManifest manifest = CorpusManifest.load(store, directory);
        String provenance = directory + "/" + CorpusManifest.PROVENANCE_FILE;
        return new CorpusFiles(
                directory,
                manifest,
                store.exists(provenance) ? Json.RECORDS.readTree(store.readAll(provenance)) : MissingNode.getInstance(),
                CorpusStatistics.load(store, directory, manifest),
                bad(store, directory + "/" + BAD_RECORDS));
    }

    private static List<JsonNode> bad(Store store, String path) throws IOException {
        List<JsonNode> records = new ArrayList<>();
        if (store.exists(path)) {
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(store.open(path), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine();
                        line != null && records.size() < MOST_BAD;
                        line = lines.readLine()) {
                    records.add(Json.MAPPER.readTree(line));
                }
            }
        }
        return records;
    }

    /** A number that each source has, over all of them. */
    long ofSources(String key) {
        long sum = 0;
        for (JsonNode source : provenance.path("sources")) {
            sum += source.path(key).asLong();
        }
        return sum;
    }

    /** What was counted on the way of documents, over all sources. */
    SortedMap<String, Long> counts() {
        SortedMap<String, Long> counts = new TreeMap<>();
        for (JsonNode source : provenance.path("sources")) {
            source.path("counts")
                    .fields()
                    .forEachRemaining(count ->
                            counts.merge(count.getKey(), count.getValue().asLong(), Long::sum));
        }
        return counts;
    }

    /** What rules met, by rule; of equal texts one. */
    SortedMap<String, List<String>> examples() {
        SortedMap<String, SortedMap<String, String>> byHash = new TreeMap<>();
        for (JsonNode source : provenance.path("sources")) {
            source.path("examples").fields().forEachRemaining(rule -> rule.getValue()
                    .fields()
                    .forEachRemaining(text -> byHash.computeIfAbsent(rule.getKey(), absent -> new TreeMap<>())
                            .put(text.getKey(), text.getValue().asText())));
        }
        SortedMap<String, List<String>> examples = new TreeMap<>();
        byHash.forEach((rule, texts) -> examples.put(rule, List.copyOf(texts.values())));
        return examples;
    }
}
