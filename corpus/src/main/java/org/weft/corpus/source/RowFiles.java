package org.weft.corpus.source;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.TaskCompletionListener;
import org.weft.core.Upcoming;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;
import org.weft.core.storage.Store.Entry;

/**
 * Labelled rows in files of text, read as documents are: the same bytes are refused, in the same words. Each row is the
 * text of a JSON object that also has its place, "file=… line=…", under a name of the reader's choice.
 *
 * @param placeField the key of the place
 * @param encoding of the files
 * @param replaced counts unpaired surrogates that became U+FFFD
 * @param wide gathers the keys under which a JSON file has whole numbers that a double would change
 */
public record RowFiles(
        JavaSparkContext spark,
        Store store,
        String placeField,
        TextEncoding encoding,
        LongAccumulator replaced,
        CollectionAccumulator<String> wide) {
    private static final long SPLIT_BYTES = 32 << 20;

    /** A split far into a file counts the lines before it: of a long file there are few. */
    private static final int MOST_SPLITS = 8;

    /**
     * The objects of JSON files.
     *
     * @param texts keys whose values must be strings or null
     */
    public JavaRDD<String> json(List<Entry> files, List<String> texts) {
        long longest = files.stream().mapToLong(Entry::length).max().orElse(0);
        return rows(files, Math.max(SPLIT_BYTES, longest / MOST_SPLITS), new JsonRows(texts, placeField, encoding));
    }

    /** The records of CSV files, whose values are strings and nulls. */
    public JavaRDD<String> csv(List<Entry> files, List<String> columns) {
        return rows(files, SPLIT_BYTES, new CsvRows(columns, placeField, encoding));
    }

    /**
     * What the first lines of CSV files say.
     *
     * @throws WeftException where a file has no such line, or others than the first
     */
    public List<String> csvColumns(List<Entry> files) throws IOException {
        List<String> columns = null;
        for (Entry file : files) {
            InputSplit whole = new InputSplit(file.path(), 0, Long.MAX_VALUE, null);
            List<String> found = CsvRows.columns(new InputText(store, whole, encoding));
            if (columns != null && !columns.equals(found)) {
                throw WeftException.invalidData(
                        "CSV files of other columns: file=" + file.path() + " has " + found + ", file="
                                + files.get(0).path() + " has " + columns,
                        "give files whose first lines are the same");
            }
            columns = found;
        }
        return columns;
    }

    private JavaRDD<String> rows(List<Entry> files, long splitBytes, SplitFormat format) {
        InputFiles input = InputFiles.cut(store, files, splitBytes, file -> format);
        Store from = store;
        LongAccumulator count = replaced;
        CollectionAccumulator<String> keys = wide;
        return spark.parallelize(input.parts(), Math.max(1, input.parts().size()))
                .flatMap(part -> Collections.unmodifiableList(part.splits()).iterator())
                .flatMap(split -> rows(from, split, count, keys));
    }

    private static Iterator<String> rows(
            Store store, InputSplit split, LongAccumulator replaced, CollectionAccumulator<String> wide)
            throws IOException {
        SplitFormat.Documents rows = split.format().open(store, split);
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) ended -> {
            try {
                rows.close();
            } catch (IOException nothingWritten) {
                // Only read.
            }
        });
        return new Upcoming<>() {
            @Override
            protected String find() {
                try {
                    byte[] row = rows.next();
                    if (row != null) {
                        return new String(row, StandardCharsets.UTF_8);
                    }
                    replaced.add(rows.replaced());
                    rows.wide().forEach(wide::add);
                    return null;
                } catch (IOException failure) {
                    throw new UncheckedIOException("cannot read " + split.path(), failure);
                }
            }
        };
    }
}
