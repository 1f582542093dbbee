package org.weft.corpus;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StringType;
import org.weft.core.Sha256;
import org.weft.core.UnpairedSurrogates;
import org.weft.core.WeftException;
import org.weft.core.config.SourceConfig;
import org.weft.core.storage.Store;
import org.weft.corpus.source.BadRecord;
import org.weft.corpus.text.TextStep;

/**
 * Reads a table of Spark's catalogue, partition by partition, as {@link ReadStage} does files. Whether a table changed
 * since is not known, so that it is read anew each time.
 */
record TableStage(
        Store store, String directory, TextStep steps, SourceConfig source, int sourceIndex, boolean badAllowed)
        implements java.io.Serializable {

    private static final int BAD_SHOWN = 100;

    List<ReadStage.Done> run(JavaSparkContext spark, String table) {
        TableStage stage = this;
        return columns(table)
                .toJavaRDD()
                .mapPartitionsWithIndex(
                        (index, rows) -> List.of(stage.read(table, index, rows)).iterator(), false)
                .collect();
    }

    private Dataset<Row> columns(String table) {
        Dataset<Row> all;
        try {
            all = SparkSession.builder().getOrCreate().table(table);
        } catch (Exception absent) { // Spark's is checked, and undeclared
            if (absent instanceof AnalysisException) {
                throw WeftException.usage(
                        source.key("input") + ": no such table: " + table + ": "
                                + String.valueOf(absent.getMessage())
                                        .lines()
                                        .findFirst()
                                        .orElse(""),
                        "give DATABASE.TABLE of the session's catalogue; of Hive's with --conf"
                                + " spark.sql.catalogImplementation=hive");
            }
            throw absent;
        }
        requireColumn(all, table, source.textField(), "text_field", true);
        if (source.idField().isEmpty()) {
            return all.select(all.col(quoted(source.textField())));
        }
        requireColumn(all, table, source.idField(), "id_field", false);
        return all.select(
                all.col(quoted(source.textField())),
                all.col(quoted(source.idField())).cast("string"));
    }

    /** As Spark takes a column's name as it stands, with a dot in it too. */
    private static String quoted(String column) {
        return "`" + column.replace("`", "``") + "`";
    }

    private void requireColumn(Dataset<Row> all, String table, String column, String setting, boolean text) {
        if (!List.of(all.columns()).contains(column)) {
            throw WeftException.invalidData(
                    "no column \"" + column + "\": table=" + table + " columns=" + Arrays.asList(all.columns()),
                    "name another with " + source.key(setting));
        }
        DataType actual = all.schema().apply(column).dataType();
        if (text && !(actual instanceof StringType)) { // of whatever collation
            throw WeftException.invalidData(
                    "column \"" + column + "\" is no string but " + actual.simpleString() + ": table=" + table,
                    "name another with " + source.key(setting));
        }
    }

    private ReadStage.Done read(String table, int partition, Iterator<Row> rows) throws IOException {
        String decisive = "table " + sourceIndex + " " + table + " " + partition;
        String file = Sha256.hex(decisive.getBytes(StandardCharsets.UTF_8)).substring(0, 32) + ".docs";
        BadRecords bad = new BadRecords(BAD_SHOWN);
        try (DocumentsWriter documents =
                new DocumentsWriter(new PartFile.Writer(store, directory + "/" + file), steps)) {
            long row = 0;
            while (rows.hasNext()) {
                Row next = rows.next();
                row++;
                if (!next.isNullAt(0)) {
                    add(documents, next, bad, "table=" + table + " partition=" + partition + " row=" + row);
                }
            }
            return new ReadStage.Done(sourceIndex, file, false, documents.commit(bad, List.of()));
        }
    }

    private void add(DocumentsWriter documents, Row row, BadRecords bad, String where) throws IOException {
        String id = null;
        if (!source.idField().isEmpty()) {
            id = row.isNullAt(1) ? null : row.getString(1);
            if (id == null) {
                WeftException error = WeftException.invalidData(
                        "no id: " + where + " has no value in " + source.idField(),
                        "each row must have one: mend it, or leave " + source.key("id_field") + " out");
                if (!badAllowed) {
                    throw error;
                }
                bad.add(new BadRecord(where, "", error.getMessage(), false, ""));
                return;
            }
        }
        String text = row.getString(0);
        documents.replaced(UnpairedSurrogates.count(text));
        documents.addLong(id, UnpairedSurrogates.replaced(text).getBytes(StandardCharsets.UTF_8));
    }
}
