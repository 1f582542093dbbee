package org.weft.tuning.dataset;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.LongAccumulator;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.DatasetConfig;
import org.weft.core.config.DatasetConfig.Format;
import org.weft.core.storage.Store;
import org.weft.corpus.source.InputPaths;
import org.weft.corpus.source.RowFiles;
import org.weft.corpus.source.TextEncoding;

/**
 * Opens JSONL, CSV with a header, Parquet and tables of Spark's catalogue as rows. Used by the driver's thread.
 *
 * <p>What is text is read by {@link RowFiles}, as {@code prepare} reads; Spark finds the types of its columns.
 */
public final class DatasetReader {
    /** The column that says where a row of JSONL or CSV stands; it is none of the data's. */
    public static final String PLACE = "__weft_place";

    private final JavaSparkContext spark;
    private final SparkSession session;

    /** Of files, which may have columns text and Text. */
    private final SparkSession exact;

    private final Store store;
    private final List<String> textColumns;
    private final LongAccumulator replaced;

    /** @param textColumns in which JSON must have strings */
    public DatasetReader(JavaSparkContext spark, Store store, List<String> textColumns) {
        this.spark = spark;
        this.textColumns = List.copyOf(textColumns);
        this.session = SparkSession.builder().sparkContext(spark.sc()).getOrCreate();
        this.exact = session.newSession();
        exact.conf().set("spark.sql.caseSensitive", true);
        this.store = store;
        this.replaced = spark.sc().longAccumulator("unpaired surrogates");
    }

    /** Unpaired surrogates that became U+FFFD in the rows that were computed since this was last asked. */
    long takeReplaced() {
        long count = replaced.value();
        replaced.reset();
        return count;
    }

    /** As {@link #read(String, List, Format, TextEncoding)}, in the form that the configuration says. */
    Dataset<Row> read(String key, List<String> inputs, DatasetConfig dataset) throws IOException {
        return read(key, inputs, dataset.format(), new TextEncoding(dataset.encoding(), "dataset.encoding"));
    }

    /**
     * The rows of some inputs; those of JSONL and CSV also have their {@link #PLACE}.
     *
     * @param key names the setting that the inputs stand in, for errors
     * @param inputs files, directories or globs; with format table one table's name
     * @param format as {@code dataset.format}
     * @param encoding of JSONL and CSV, with the setting that names it
     */
    public Dataset<Row> read(String key, List<String> inputs, Format format, TextEncoding encoding) throws IOException {
        if (format == Format.TABLE) {
            return table(key, inputs);
        }
        List<Store.Entry> files = files(key, inputs);
        Format actual = format == Format.AUTO ? formatOf(key, files) : format;
        CollectionAccumulator<String> wide = spark.sc().collectionAccumulator("wide numbers");
        RowFiles rows = new RowFiles(spark, store, PLACE, encoding, replaced, wide);
        try {
            return switch (actual) {
                case CSV -> {
                    List<String> columns = rows.csvColumns(files);
                    yield parsed(exact.read().schema(texts(columns)), rows.csv(files, columns));
                }
                case PARQUET ->
                    exact.read()
                            .parquet(files.stream()
                                    .map(file -> escaped(file.path()))
                                    .toArray(String[]::new));
                default -> {
                    JavaRDD<String> objects = rows.json(files, textColumns);
                    Dataset<Row> found = parsed(exact.read(), objects);
                    StructType whole = whole(found.schema(), Set.copyOf(wide.value()));
                    yield whole.equals(found.schema())
                            ? found
                            : parsed(exact.read().schema(whole), objects);
                }
            };
        } catch (Exception failure) { // Spark's is checked, and undeclared
            throw unreadable(key + "=" + inputs, failure);
        }
    }

    private Dataset<Row> parsed(DataFrameReader reader, JavaRDD<String> objects) {
        Dataset<Row> rows =
                reader.option("mode", "FAILFAST").json(exact.createDataset(objects.rdd(), Encoders.STRING()));
        replaced.reset(); // What was read for the sake of the columns' types is read again.
        return rows;
    }

    /** Doubles as texts where they would change whole numbers, such as ids and labels, which stand beside fractions. */
    private static StructType whole(StructType found, Set<String> wide) {
        StructType whole = new StructType();
        for (StructField field : found.fields()) {
            DataType type = field.dataType();
            if (wide.contains(field.name()) && type.equals(DataTypes.DoubleType)) {
                type = DataTypes.StringType;
            } else if (wide.contains(field.name()) && type.equals(DataTypes.createArrayType(DataTypes.DoubleType))) {
                type = DataTypes.createArrayType(DataTypes.StringType);
            }
            whole = whole.add(field.name(), type);
        }
        return whole;
    }

    private static StructType texts(List<String> columns) {
        StructType schema = new StructType();
        for (String column : columns) {
            schema = schema.add(column, DataTypes.StringType);
        }
        return schema.add(PLACE, DataTypes.StringType);
    }

    /** The columns of the data. */
    public static List<String> columns(Dataset<Row> rows) {
        return Arrays.stream(rows.columns())
                .filter(column -> !column.equals(PLACE))
                .toList();
    }

    /** Some columns, and last where the rows stand. */
    public static Dataset<Row> select(Dataset<Row> rows, List<String> columns) {
        boolean placed = Arrays.asList(rows.columns()).contains(PLACE);
        return rows.select(Stream.concat(columns.stream(), placed ? Stream.of(PLACE) : Stream.empty())
                .map(column -> functions.col("`" + column.replace("`", "``") + "`")) // of the rows' session, by case
                .toArray(Column[]::new));
    }

    /**
     * Fails unless a data set has some columns, and tells those that it has.
     *
     * @param dataset whose keys name the columns
     */
    public static void requireColumns(String key, Dataset<Row> rows, List<String> columns, DatasetConfig dataset) {
        requireColumns(key, rows, columns, missing -> columnHint(dataset, missing));
    }

    /** How columns are named that rows have not. */
    public static String columnHint(DatasetConfig dataset, List<String> missing) {
        List<String> keys = missing.stream()
                .flatMap(column -> dataset.keysOf(column).stream())
                .toList();
        return keys.isEmpty()
                ? "name the columns in the dataset section, such as dataset.text_column"
                : "give the column that is meant with " + String.join(", ", keys);
    }

    /**
     * The same.
     *
     * @param hint how columns that are missing are named
     */
    public static void requireColumns(
            String key, Dataset<Row> rows, List<String> columns, Function<List<String>, String> hint) {
        List<String> present = columns(rows);
        List<String> missing =
                columns.stream().filter(column -> !present.contains(column)).toList();
        for (String column : missing) {
            List<String> alike = IntStream.range(0, present.size())
                    .mapToObj(i -> column + i)
                    .filter(present::contains)
                    .toList();
            if (alike.size() > 1) {
                throw WeftException.invalidData(
                        key + " has column " + column + " more than once: read as " + String.join(", ", alike),
                        "name one of these in the dataset section, or give each column a name of its own");
            }
        }
        if (!missing.isEmpty()) {
            throw WeftException.invalidData(
                    key + " has no column " + String.join(", ", missing) + ": its columns are "
                            + String.join(", ", present),
                    hint.apply(missing));
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
        List<Store.Entry> files = InputPaths.files(store, key, inputs);
        if (files.isEmpty()) {
            throw WeftException.usage(
                    key + "=" + inputs + " holds no file", "names that begin with '.' or '_' are passed over");
        }
        return files;
    }

    /** A path that Spark takes for itself and not for a glob. */
    static String escaped(String path) {
        return path.replaceAll("[\\\\{}\\[\\]*?]", "\\\\$0");
    }

    private static Format formatOf(String key, List<Store.Entry> files) {
        TreeSet<Format> formats = new TreeSet<>();
        for (Store.Entry file : files) {
            formats.add(formatOf(key, file));
        }
        if (formats.size() > 1) {
            throw WeftException.usage(
                    key + " has files of several formats: "
                            + formats.stream().map(Format::word).collect(Collectors.joining(", ")),
                    "give files of one format, or say which with dataset.format");
        }
        return formats.first();
    }

    private static Format formatOf(String key, Store.Entry file) {
        String bare = file.name().toLowerCase(Locale.ROOT).replaceFirst("\\.(gz|bz2|zst|snappy|lz4)$", "");
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
                key + ": the name of " + file.path() + " does not tell its format",
                "set dataset.format to jsonl, csv (with commas) or parquet, or leave the file out with a glob; other"
                        + " formats must be converted");
    }
}
