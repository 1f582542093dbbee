package org.weft.tuning.dataset;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.weft.core.config.PrivacyConfig;
import org.weft.core.storage.Store;
import org.weft.corpus.privacy.Scrubber;
import org.weft.corpus.text.Tally;
import org.weft.corpus.text.TextStep;
import org.weft.tuning.task.Fields;
import org.weft.tuning.task.Task;

/**
 * Takes what is of a person, or a secret, out of rows' texts, as {@code prepare} takes it out of documents; within arrays and
 * objects out of every string. A label stays as it is.
 *
 * @param columns that have texts; none where nothing is to be taken out
 */
public record ScrubbedRows(Scrubber scrubber, List<String> columns)
        implements FlatMapFunction<Iterator<Fields>, Fields> {

    /**
     * What {@code dataset.privacy} asks for.
     *
     * @param columns that have texts
     */
    public static ScrubbedRows of(PrivacyConfig privacy, List<String> columns, Store store) throws IOException {
        return new ScrubbedRows(
                Scrubber.of(privacy, "dataset.privacy", store),
                privacy.active().isEmpty() ? List.of() : List.copyOf(columns));
    }

    static ScrubbedRows of(PrivacyConfig privacy, Task task, Store store) throws IOException {
        return of(privacy, task.writtenColumns(), store);
    }

    @Override
    public Iterator<Fields> call(Iterator<Fields> rows) {
        if (columns.isEmpty()) {
            return rows;
        }
        UnaryOperator<Fields> scrub = rows();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return rows.hasNext();
            }

            @Override
            public Fields next() {
                return scrub.apply(rows.next());
            }
        };
    }

    /**
     * A row with what was taken out of it.
     *
     * @param found how often, by kind; empty mostly
     */
    record Scrubbed(Fields fields, Map<String, Long> found) {}

    /** As {@link #call}, with what was found in each row. */
    Iterator<Scrubbed> counted(Iterator<Fields> rows) {
        TextStep.Pass pass = columns.isEmpty() ? null : scrubber.counting();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return rows.hasNext();
            }

            @Override
            public Scrubbed next() {
                Fields row = rows.next();
                if (pass == null) {
                    return new Scrubbed(row, Map.of());
                }
                Tally found = new Tally();
                Fields scrubbed = scrubbed(row, text -> pass.apply(text, found).text());
                return new Scrubbed(scrubbed, found.counts(Scrubber.FOUND));
            }
        };
    }

    /** One row after the other; for one thread. */
    UnaryOperator<Fields> rows() {
        UnaryOperator<String> scrub = columns.isEmpty() ? UnaryOperator.identity() : scrubber.texts();
        return row -> scrubbed(row, scrub);
    }

    private Fields scrubbed(Fields row, UnaryOperator<String> scrub) {
        Map<String, Object> values = new LinkedHashMap<>(row.values());
        columns.forEach(column -> values.computeIfPresent(column, (name, value) -> scrubbed(value, scrub)));
        return new Fields(values, row.place());
    }

    private static Object scrubbed(Object value, UnaryOperator<String> scrub) {
        if (value instanceof String text) {
            return scrub.apply(text);
        }
        if (value instanceof List<?> list) {
            List<Object> scrubbed = new ArrayList<>();
            list.forEach(each -> scrubbed.add(scrubbed(each, scrub)));
            return scrubbed;
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> scrubbed = new LinkedHashMap<>();
            map.forEach((key, each) -> scrubbed.put(key, scrubbed(each, scrub)));
            return scrubbed;
        }
        return value;
    }
}
