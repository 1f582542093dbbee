package org.weft.tuning.dataset;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;
import org.weft.tuning.dataset.SplitRows.Content;

/**
 * Rows of a program's own, written down: what computes them may give others the next time, and a run reads its rows more
 * than once.
 *
 * @param path a directory of Parquet files, whose name is a function of the rows
 * @param sha256 of the rows whatever their order, in hexadecimal
 */
public record SavedRows(String path, String sha256) {
    private static final int NAME_DIGITS = 16;

    /**
     * Computes some columns of rows once and keeps them in a directory, where equal rows are kept once.
     *
     * @throws WeftException where a column is missing, or what Spark said when a row could not be computed
     */
    public static SavedRows write(Store store, Dataset<?> rows, List<String> columns, String directory)
            throws IOException {
        SplitRows.requireSerializer(rows.sparkSession().sparkContext().getConf());
        DatasetReader.requireColumns(
                "the rows",
                rows.toDF(),
                columns,
                missing -> "name the columns that are there by the params of columns");
        String incoming = directory + "/rows-incoming-" + UUID.randomUUID();
        try {
            rows.select(columns.stream()
                            .map(column -> rows.col("`" + column.replace("`", "``") + "`"))
                            .toArray(Column[]::new))
                    .write()
                    .parquet(incoming);
            String sha256 = sha256(rows.sparkSession().read().parquet(incoming), columns);
            String path = directory + "/rows-" + sha256.substring(0, NAME_DIGITS);
            if (!store.exists(path)) {
                store.rename(incoming, path);
            }
            return new SavedRows(path, sha256);
        } catch (Exception failure) { // Spark's is checked, and undeclared
            throw DatasetReader.unreadable("the rows", failure);
        } finally {
            store.delete(incoming);
        }
    }

    private static String sha256(Dataset<Row> rows, List<String> columns) {
        Content content = rows.toJavaRDD()
                .map(row -> HexFormat.of().parseHex(RowFields.id(RowFields.of(row, columns))))
                .aggregate(Content.NONE, Content::withKey, Content::plus);
        return Sha256.hex(content.toString().getBytes(StandardCharsets.UTF_8));
    }
}
