package org.weft.corpus.dedup;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Serializable;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.config.DecontaminationConfig;
import org.weft.core.storage.Store;

/**
 * The runs of units that evaluations are known by, as hashes, each with the first row that has it. Its size is the
 * evaluations', not the corpus's: 12 bytes a hash, in one table by hash.
 */
public final class Evaluations implements Serializable {
    private static final long serialVersionUID = 1L;

    private final List<String> files = new ArrayList<>();
    private final List<Row> rows = new ArrayList<>();
    private int[] lengths = new int[0];
    private long[] hashes = new long[0];
    private int[] rowsOfHashes = new int[0];
    private int unused;

    /**
     * Where a run of units is from.
     *
     * @param file of the evaluation
     * @param row its line, from 1 on
     */
    record Row(String file, long row) implements Serializable {}

    private Evaluations() {}

    /** Reads all files; of no files where the configuration names none. */
    public static Evaluations read(Store store, DecontaminationConfig config) throws IOException {
        Evaluations evaluations = new Evaluations();
        Map<Long, Integer> found = new HashMap<>();
        TreeSet<Integer> lengths = new TreeSet<>();
        TreeSet<String> paths = new TreeSet<>();
        for (String input : config.against()) {
            List<String> named = paths(store, input);
            if (named.isEmpty()) {
                throw WeftException.usage(
                        "corpus.decontaminate.against: no such file: " + input,
                        "name the files of the evaluations, .jsonl or text");
            }
            paths.addAll(named);
        }
        RunHashes runs = new RunHashes();
        for (String path : paths) {
            evaluations.files.add(path);
            evaluations.readFile(
                    store, path, (text, row) -> evaluations.addText(runs, text, row, config, found, lengths));
        }
        evaluations.lengths = lengths.stream().mapToInt(Integer::intValue).toArray();
        evaluations.hashes =
                found.keySet().stream().mapToLong(Long::longValue).sorted().toArray();
        evaluations.rowsOfHashes =
                Arrays.stream(evaluations.hashes).mapToInt(found::get).toArray();
        if (evaluations.hashes.length == 0 && !config.against().isEmpty()) {
            throw WeftException.usage(
                    "corpus.decontaminate.against has no text of corpus.decontaminate.least_words=" + config.leastWords()
                            + " words: nothing would be found",
                    "name files with longer texts, or allow shorter ones");
        }
        return evaluations;
    }

    private static List<String> paths(Store store, String input) throws IOException {
        try {
            return store.files(input).stream().map(Store.Entry::path).toList();
        } catch (FileNotFoundException absent) {
            return List.of();
        }
    }

    /** Told each text with its row. */
    @FunctionalInterface
    private interface Texts {
        void text(String text, Row row);
    }

    private void readFile(Store store, String path, Texts to) throws IOException {
        String name = path.toLowerCase(Locale.ROOT).replaceFirst("\\.(gz|bz2|zst)$", "");
        boolean json = name.endsWith(".jsonl") || name.endsWith(".json");
        try (InputStream in = store.compressed(path) ? store.openDecompressed(path) : store.open(path);
                BufferedReader reader = new BufferedReader(new InputStreamReader(
                        in, StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPLACE)))) {
            long number = 0;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                if (!line.isBlank()) {
                    Row row = new Row(path, number);
                    if (json) {
                        texts(parse(line, row), row, to);
                    } else {
                        to.text(line, row);
                    }
                }
            }
        }
    }

    private static JsonNode parse(String line, Row row) {
        try {
            return Json.MAPPER.readTree(line);
        } catch (JsonProcessingException e) {
            throw WeftException.invalidData(
                    "broken JSON: file=" + row.file() + " line=" + row.row() + ": " + e.getOriginalMessage(),
                    "corpus.decontaminate.against takes a JSON value a line, or text");
        }
    }

    /** Every string in a row, however deep. */
    private static void texts(JsonNode node, Row row, Texts to) {
        if (node.isTextual()) {
            to.text(node.textValue(), row);
        }
        node.elements().forEachRemaining(value -> texts(value, row, to));
    }

    private void addText(
            RunHashes runs,
            String text,
            Row row,
            DecontaminationConfig config,
            Map<Long, Integer> found,
            TreeSet<Integer> lengths) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int units = TextUnits.count(utf8);
        int length = Math.min(units, config.ngram());
        if (length < config.leastWords()) {
            unused++;
            return;
        }
        int number = rows.size();
        rows.add(row);
        lengths.add(length);
        runs.of(utf8, new int[] {length}, hash -> {
            found.putIfAbsent(hash, number);
            return true;
        });
    }

    /** Finds runs of a document. One thread's. */
    final class Search {
        private final RunHashes runs = new RunHashes();
        private Row found;

        /** The first row, by the document's order, of which the document has a run; null where it has none. */
        Row find(byte[] utf8) {
            found = null;
            runs.of(utf8, lengths, hash -> {
                int at = Arrays.binarySearch(hashes, hash);
                if (at >= 0) {
                    found = rows.get(rowsOfHashes[at]);
                }
                return found == null;
            });
            return found;
        }
    }

    Search search() {
        return new Search();
    }

    /** What was read, for people. */
    String described() {
        return hashes.length + " runs of words from " + files.size() + " files of evaluations"
                + (unused == 0 ? "" : ", " + unused + " texts of these were too short");
    }
}
