package org.weft.tuning.dataset;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.weft.core.config.DatasetConfig;
import org.weft.core.storage.Store;
import org.weft.tuning.task.Task;

/**
 * Training, validation and test rows as the dataset section gives them: with {@code dataset.validation} empty, validation is
 * the rows of train whose inputs' hash says so. Rows have the task's columns. Used by the driver's thread.
 */
final class DatasetSplits {
    static final String TRAIN = "train";
    static final String VALIDATION = "validation";
    static final String TEST = "test";

    private final Task task;
    private final DatasetReader reader;
    private final Store store;

    DatasetSplits(JavaSparkContext spark, Store store, Task task) {
        this.store = store;
        this.task = task;
        this.reader = new DatasetReader(spark, store, task.textColumns());
    }

    /** Train, validation and, where there is one, test. */
    List<SplitRows> read(DatasetConfig dataset) throws IOException {
        List<SplitRows> splits = new ArrayList<>();
        SplitRows train = split(TRAIN, dataset.train(), dataset);
        if (dataset.validation().isEmpty()) {
            JavaRDD<DatasetRow> all = train.rows();
            splits.add(train.with(TRAIN, all.filter(row -> !row.isValidation(dataset))));
            splits.add(train.with(VALIDATION, all.filter(row -> row.isValidation(dataset))));
        } else {
            splits.add(train);
            splits.add(split(VALIDATION, dataset.validation(), dataset));
        }
        if (!dataset.test().isEmpty()) {
            splits.add(split(TEST, dataset.test(), dataset));
        }
        return splits;
    }

    /** As {@link DatasetReader#takeReplaced}. */
    long takeReplaced() {
        return reader.takeReplaced();
    }

    private SplitRows split(String name, List<String> inputs, DatasetConfig dataset) throws IOException {
        String key = "dataset." + name;
        Dataset<Row> rows = reader.read(key, inputs, dataset);
        Task task = this.task; // goes to the executors without the reader
        List<String> columns = task.columns();
        DatasetReader.requireColumns(key, rows, columns, dataset);
        if (!dataset.groupColumn().isEmpty()) {
            DatasetReader.requireColumns(key, rows, List.of(dataset.groupColumn()), dataset); // evaluation will want it
        }
        ScrubbedRows scrubbed = ScrubbedRows.of(dataset.privacy(), task, store);
        JavaRDD<DatasetRow> read = DatasetReader.select(rows, columns)
                .toJavaRDD()
                .map(row -> RowFields.of(row, columns))
                .mapPartitions(scrubbed::counted)
                .map(row -> DatasetRow.of(row, task));
        return new SplitRows(name, key + "=" + inputs, read);
    }
}
