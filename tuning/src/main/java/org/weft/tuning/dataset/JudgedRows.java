package org.weft.tuning.dataset;

import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.weft.core.config.DatasetConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.tuning.task.Fields;
import org.weft.tuning.task.Task;

/** The rows that a model is judged on. */
public final class JudgedRows {
    private JudgedRows() {}

    /**
     * {@code input} where it is given, else {@code dataset.test}, else what validation was: its files, or the share of
     * training's rows that their hash gave it. Rows are as they were read; which are validation's is told by what training
     * saw of them, without what {@code dataset.privacy} takes out.
     *
     * @throws org.weft.core.WeftException where a column is missing that the task needs
     */
    public static Dataset<Row> read(JavaSparkContext spark, Store store, WeftConfig config, List<String> input)
            throws IOException {
        DatasetConfig dataset = config.dataset();
        Task task = Task.of(config);
        DatasetReader reader = new DatasetReader(spark, store, task.textColumns());
        List<String> columns = task.columns();
        if (!input.isEmpty()) {
            return given(reader, dataset, input, columns);
        }
        if (!dataset.test().isEmpty()) {
            return checked("dataset.test", reader.read("dataset.test", dataset.test(), dataset), columns, dataset);
        }
        if (!dataset.validation().isEmpty()) {
            return checked(
                    "dataset.validation",
                    reader.read("dataset.validation", dataset.validation(), dataset),
                    columns,
                    dataset);
        }
        return checked("dataset.train", reader.read("dataset.train", dataset.train(), dataset), columns, dataset)
                .filter(new OfValidation(ScrubbedRows.of(dataset.privacy(), task, store), task, dataset));
    }

    /**
     * Rows from files or a table.
     *
     * @param columns that they must have
     */
    public static Dataset<Row> given(
            DatasetReader reader, DatasetConfig dataset, List<String> input, List<String> columns) throws IOException {
        return given("--input", reader, dataset, input, columns);
    }

    /**
     * The same.
     *
     * @param option that names them, for errors
     */
    public static Dataset<Row> given(
            String option, DatasetReader reader, DatasetConfig dataset, List<String> input, List<String> columns)
            throws IOException {
        return checked(option, reader.read(option, input, dataset), columns, dataset);
    }

    /** Whether one of train's rows was validation's. Each task has one of its own. */
    private static final class OfValidation implements FilterFunction<Row> {
        private static final long serialVersionUID = 1L;

        private final ScrubbedRows scrubbed;
        private final Task task;
        private final DatasetConfig dataset;
        private transient UnaryOperator<Fields> scrub;

        OfValidation(ScrubbedRows scrubbed, Task task, DatasetConfig dataset) {
            this.scrubbed = scrubbed;
            this.task = task;
            this.dataset = dataset;
        }

        @Override
        public boolean call(Row row) {
            if (scrub == null) {
                scrub = scrubbed.rows();
            }
            Fields fields = scrub.apply(RowFields.of(row, task.columns()));
            return DatasetRow.of(fields, task).isValidation(dataset);
        }
    }

    private static Dataset<Row> checked(String key, Dataset<Row> rows, List<String> columns, DatasetConfig dataset) {
        DatasetReader.requireColumns(key, rows, columns, dataset);
        return rows;
    }
}
