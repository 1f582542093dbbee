package org.weft.tuning.dataset;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.DatasetConfig.Format;
import org.weft.core.storage.Store;

/** Opens JSONL, CSV with a header, Parquet and tables of Spark's catalogue as rows. Used by the driver's thread. */
public final class DatasetReader {
    private final SparkSession session;
    private final Store store;

    public DatasetReader(JavaSparkContext spark, Store store) {
        this.session = SparkSession.builder().sparkContext(spark.sc()).getOrCreate();
        this.store = store;
    }

    /**
     * The rows of some inputs.
     *
     * @param key names the setting that the inputs stand in, for errors
     * @param inputs files, directories or globs; with format table one table's name
     * @param format as {@code dataset.format}
     */
    public Dataset<Row> read(String key, List<String> inputs, Format format) throws IOException {
        if (format == Format.TABLE) {
            return table(key, inputs);
        }
        List<Store.Entry> files = files(key, inputs);
        Format actual = format == Format.AUTO ? formatOf(key, files) : format;
        String[] paths = files.stream().map(file -> escaped(file.path())).toArray(String[]::new);
        try {
            return switch (actual) {
                case CSV ->
                    session.read()
                            .option("header", true)
                            .option("multiLine", true)
                            .option("escape", "\"")
                            .option("mode", "FAILFAST")
                            .csv(paths);
                case PARQUET -> session.read().parquet(paths);
                default -> session.read().option("mode", "FAILFAST").json(paths);
            };
        } catch (Exception failure) { // Spark's is checked, and undeclared
            throw unreadable(key + "=" + inputs, failure);
        }
    }

    /** Fails unless a data set has some columns, and tells those that it has. */
    public static void requireColumns(String key, Dataset<Row> rows, List<String> columns) {
        List<String> present = List.of(rows.columns());
        List<String> missing =
                columns.stream().filter(column -> !present.contains(column)).toList();
        if (!missing.isEmpty()) {
            throw WeftException.invalidData(
                    key + " has no column " + String.join(", ", missing) + ": its columns are "
                            + String.join(", ", present),
                    "name the columns in the dataset section, such as dataset.text_column");
        }
    }

    /** The error for an input that Spark could not read. */
    static WeftException unreadable(String source, Exception failure) {
        WeftException known = WeftException.within(failure);
        if (known != null) {
            return known;
        }
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = cause.getMessage() == null
                ? cause.getClass().getSimpleName()
                : cause.getMessage().lines().findFirst().orElse("");
        return new WeftException(
                ExitStatus.INVALID_DATA,
                source + " cannot be read: " + message,
                "check the file, and dataset.format; --verbose shows the whole error",
                failure);
    }

    private Dataset<Row> table(String key, List<String> inputs) {
        if (inputs.size() != 1) {
            throw WeftException.usage(
                    key + "=" + inputs + " must be one table's name with dataset.format=table",
                    "make a view of several tables");
        }
        try {
            return session.table(inputs.get(0));
        } catch (Exception absent) {
            if (absent instanceof AnalysisException) {
                throw WeftException.usage(
                        key + ": no table " + inputs.get(0) + " in Spark's catalogue",
                        "give its name as catalogue.schema.table, or files with another dataset.format");
            }
            throw unreadable(key + "=" + inputs, absent);
        }
    }

    private List<Store.Entry> files(String key, List<String> inputs) throws IOException {
        List<Store.Entry> files = new ArrayList<>();
        for (String input : inputs) {
            try {
                files.addAll(store.files(input));
            } catch (FileNotFoundException absent) {
                throw WeftException.usage(key + ": no such file: " + input, "give files, directories or globs");
            }
        }
        if (files.isEmpty()) {
            throw WeftException.usage(
                    key + "=" + inputs + " holds no file", "names that begin with '.' or '_' are passed over");
        }
        return files;
    }

    /** A path that Spark takes for itself and not for a glob; its CSV reader does so all the same, and finds no file. */
    private static String escaped(String path) {
        return path.replaceAll("[\\\\{}\\[\\]*?]", "\\\\$0");
    }

    private static Format formatOf(String key, List<Store.Entry> files) {
        TreeSet<Format> formats = new TreeSet<>();
        for (Store.Entry file : files) {
            formats.add(formatOf(key, file.name().toLowerCase(Locale.ROOT)));
        }
        if (formats.size() > 1) {
            throw WeftException.usage(
                    key + " has files of several formats: "
                            + formats.stream().map(Format::word).collect(Collectors.joining(", ")),
                    "give files of one format, or say which with dataset.format");
        }
        return formats.first();
    }

    private static Format formatOf(String key, String name) {
        String bare = name.replaceFirst("\\.(gz|bz2|zst|snappy|lz4)$", "");
        if (bare.endsWith(".csv")) {
            return Format.CSV;
        }
        if (bare.endsWith(".parquet")) {
            return Format.PARQUET;
        }
        if (bare.endsWith(".jsonl") || bare.endsWith(".json") || bare.endsWith(".ndjson")) {
            return Format.JSONL;
        }
        throw WeftException.usage(
                key + ": the name of " + name + " does not tell its format",
                "set dataset.format to jsonl, csv or parquet");
    }
}
