package org.weft.trainer.example;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.weft.core.Sha256;
import org.weft.core.WeftException;

/**
 * Texts by class, on their way to files: {@code train.jsonl} and {@code test.jsonl} of text and label, and {@code text.jsonl}, text to
 * pre-train on, in which nothing of test is.
 */
final class Topics {
    static final String TEXT = "text";
    static final String LABEL = "label";

    /** What is small in one thing is small in all: texts to pre-train on for each row of a class. */
    private static final long TEXTS_A_ROW = 100;

    private static final Comparator<Row> BY_HASH =
            Comparator.comparing(Row::hash).thenComparing(Row::label);

    private final List<Row> train = new ArrayList<>();
    private final List<Row> test = new ArrayList<>();
    private final List<Row> unlabelled = new ArrayList<>();

    /**
     * A text and its class.
     *
     * @param hash of the text, by which rows are ordered, chosen and split: nothing of the files that they came from
     */
    record Row(String text, String label, String hash) {
        static Row of(String text, String label) {
            byte[] hash = Sha256.digest().digest(text.getBytes(StandardCharsets.UTF_8));
            return new Row(text, label, HexFormat.of().formatHex(hash));
        }

        /** A number from 0 to {@code parts} - 1. */
        int part(int parts) {
            return Integer.parseInt(hash.substring(hash.length() - 6), 16) % parts;
        }
    }

    void addTrain(Row row) {
        train.add(row);
    }

    void addTest(Row row) {
        test.add(row);
    }

    /** A text to pre-train on that has no class. */
    void addUnlabelled(Row row) {
        unlabelled.add(row);
    }

    /**
     * Writes all.
     *
     * @param perClass of training, at most, and a fourth as many of test, the first by their hash; 0 for all
     */
    void writeTo(DataFolder folder, String origin, int perClass) throws IOException {
        List<Row> learnt = some(train, perClass);
        List<Row> judged = some(test, perClass == 0 ? 0 : Math.max(1, perClass / 4));
        Map<String, Integer> counts = counts(learnt);
        for (String label : counts(judged).keySet()) {
            if (!counts.containsKey(label)) {
                throw WeftException.invalidData(
                        "class " + label + " is in test and has no training text", "give each class texts of both");
            }
        }
        if (counts.size() < 2 || judged.isEmpty()) {
            throw WeftException.invalidData(
                    origin + ": " + counts.size() + " classes in training, " + judged.size() + " texts of test",
                    "there must be two classes or more, and texts to judge by");
        }
        Stream<Row> texts = Stream.concat(train.stream(), unlabelled.stream()).sorted(BY_HASH);
        if (perClass != 0) {
            texts = texts.limit(perClass * TEXTS_A_ROW);
        }
        folder.write("text.jsonl", texts.map(row -> Map.of(TEXT, row.text())).toList());
        folder.write("test.jsonl", judged.stream().map(Topics::labelled).toList());
        folder.write("train.jsonl", learnt.stream().map(Topics::labelled).toList());
        folder.commit(origin, counts);
    }

    private static List<Row> some(Collection<Row> rows, int perClass) {
        Map<String, Integer> taken = new TreeMap<>();
        return rows.stream()
                .sorted(BY_HASH)
                .filter(row -> taken.merge(row.label(), 1, Integer::sum) <= perClass || perClass == 0)
                .toList();
    }

    private static Map<String, Integer> counts(List<Row> rows) {
        Map<String, Integer> counts = new TreeMap<>();
        rows.forEach(row -> counts.merge(row.label(), 1, Integer::sum));
        return counts;
    }

    private static Map<String, String> labelled(Row row) {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put(TEXT, row.text());
        columns.put(LABEL, row.label());
        return columns;
    }
}
