package org.weft.tuning.finetune;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.TaskCompletionListener;
import org.weft.core.WeftException;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.WeftConfig;
import org.weft.engine.sampling.BeamOptions;
import org.weft.hub.StoredModel;
import org.weft.tuning.dataset.CheckedRows;
import org.weft.tuning.dataset.DatasetReader;
import org.weft.tuning.dataset.RowFields;
import org.weft.tuning.task.Fields;
import org.weft.tuning.task.Prediction;
import org.weft.tuning.task.PredictionColumn;
import org.weft.tuning.task.Task;
import org.weft.tuning.task.VectorTask;

/**
 * A fine-tuned model, or one that gives vectors, over any rows, on the executors: each task loads the model once and adds {@link PredictionColumns} to
 * its share.
 */
public final class PredictionJob {
    private static final int CHUNK_BATCHES = 16;

    private final Predictor predictor;
    private final int batch;
    private final PredictionColumns columns;

    /** A model that says something of rows; opened on each executor. */
    private interface Predictor extends Serializable {
        /** Which columns it reads and adds. */
        Task task();

        RowModel open(int batch) throws IOException;

        /** What it adds. */
        default List<PredictionColumn> added() {
            return task().predictionColumns();
        }

        /** How columns are named that the input has not. */
        String columnHint(List<String> missing);
    }

    /**
     * A fine-tuned model.
     *
     * @param beams how texts are searched for, where it answers with text
     * @param steps of explanations; null for none
     */
    private record Tuned(StoredModel model, WeftConfig config, BeamOptions beams, ExplanationSteps steps)
            implements Predictor {
        @Override
        public Task task() {
            return Task.of(config);
        }

        @Override
        public RowModel open(int batch) throws IOException {
            return steps == null
                    ? RowModel.open(model, config, beams, batch)
                    : ExplainingModel.open(model, config, batch, steps);
        }

        @Override
        public List<PredictionColumn> added() {
            List<PredictionColumn> columns = new ArrayList<>(task().predictionColumns());
            columns.addAll(steps == null ? List.of() : Explained.COLUMNS);
            return columns;
        }

        @Override
        public String columnHint(List<String> missing) {
            return DatasetReader.columnHint(config.dataset(), missing);
        }
    }

    /** A model that gives texts vectors. */
    private record Embedder(StoredModel model, Embedding how, VectorTask task) implements Predictor {
        @Override
        public RowModel open(int batch) throws IOException {
            return new TextVectors(EmbeddingModel.open(model, how, batch), task);
        }

        @Override
        public String columnHint(List<String> missing) {
            return "give the column of texts with --text-column";
        }
    }

    /**
     * @param rows whose section dataset says what columns are called
     * @param batch rows that are computed together
     */
    public PredictionJob(StoredModel model, WeftConfig rows, int batch, PredictionColumns columns) {
        this(new Tuned(model, tuned(model, rows), BeamOptions.NONE, null), batch, columns);
    }

    private static WeftConfig tuned(StoredModel model, WeftConfig rows) {
        requireTask(model);
        return TaskModel.config(model, rows);
    }

    /** Fails where a model was not fine-tuned to say something of a row: a label, a value, a span, or an answer to its prompt. */
    public static void requireTask(StoredModel model) {
        if (!answers(model.config())) {
            TaskModel.requireTask(model);
        }
    }

    /** Whether a model's answers are texts that it generates. */
    public static boolean answers(WeftConfig config) {
        return config.finetune().task() == TaskName.INSTRUCTION;
    }

    private PredictionJob(Predictor predictor, int batch, PredictionColumns columns) {
        this.predictor = predictor;
        this.batch = batch;
        this.columns = columns;
    }

    /**
     * Rows with what the model says of them, and how much each of their tokens has to do with it.
     *
     * @throws WeftException where the model says something of tokens
     */
    public static PredictionJob explaining(StoredModel model, WeftConfig rows, int batch, ExplanationSteps steps)
            throws IOException {
        WeftConfig config = tuned(model, rows);
        Explaining.require(model, config);
        return new PredictionJob(new Tuned(model, config, BeamOptions.NONE, steps), batch, PredictionColumns.DEFAULT);
    }

    /**
     * Rows with what the model says of them.
     *
     * @param batch rows that are computed together
     * @param beams how texts are searched for, where it {@linkplain #answers answers with text}
     */
    public static PredictionJob searching(StoredModel model, WeftConfig rows, int batch, BeamOptions beams) {
        return new PredictionJob(new Tuned(model, tuned(model, rows), beams, null), batch, PredictionColumns.DEFAULT);
    }

    /**
     * Rows with a vector of a text of theirs each.
     *
     * @param batch texts that are computed together
     */
    public static PredictionJob ofVectors(StoredModel model, Embedding how, VectorTask task, int batch) {
        return new PredictionJob(new Embedder(model, how, task), batch, PredictionColumns.DEFAULT);
    }

    /** The columns of texts that the model reads, under the rows' own names. */
    public List<String> textColumns() {
        Task task = predictor.task();
        List<String> read = task.inputColumns().stream()
                .filter(task.textColumns()::contains)
                .toList();
        return List.copyOf(columns.inputs(read).values());
    }

    /**
     * Looks at all rows without the model.
     *
     * @throws WeftException where a column is missing or there already, or of a row that cannot be read
     */
    public void check(Dataset<Row> rows) {
        Task task = predictor.task();
        Map<String, String> inputs = columns.inputs(task.inputColumns());
        DatasetReader.requireColumns("the input", rows, List.copyOf(inputs.values()), predictor::columnHint);
        columns.extend(rows.schema(), predictor.added());
        CheckedRows.count(
                "the input", rows.toJavaRDD().map(row -> RowFields.of(row, inputs)), row -> task.check(row, false));
    }

    /**
     * Rows with what the model says of them; computed when Spark runs it.
     *
     * @param truncated counts rows of which a part was cut off
     * @param predicted counts rows
     * @throws WeftException where a column is missing that the model reads
     */
    public Dataset<Row> predict(Dataset<Row> rows, LongAccumulator truncated, LongAccumulator predicted) {
        Task task = predictor.task();
        Map<String, String> inputs = columns.inputs(task.inputColumns());
        DatasetReader.requireColumns("the input", rows, List.copyOf(inputs.values()), predictor::columnHint);
        List<String> given = DatasetReader.columns(rows);
        Dataset<Row> placed = DatasetReader.select(rows, given); // the place, where there is one, comes last
        StructType schema = columns.extend(rows.drop(DatasetReader.PLACE).schema(), predictor.added());
        Share share = new Share(predictor, inputs, given.size(), batch, truncated, predicted);
        return placed.mapPartitions((MapPartitionsFunction<Row, Row>) share::predict, Encoders.row(schema));
    }

    /**
     * One task's rows.
     *
     * @param inputs the model's columns, and what they are called in the rows
     * @param width columns of a row that are the data's
     */
    private record Share(
            Predictor predictor,
            Map<String, String> inputs,
            int width,
            int batch,
            LongAccumulator truncated,
            LongAccumulator counted)
            implements Serializable {
        private static final long serialVersionUID = 1L;

        Iterator<Row> predict(Iterator<Row> rows) throws IOException {
            if (!rows.hasNext()) {
                return rows;
            }
            RowModel model = predictor.open(batch);
            TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> model.close());
            return new Iterator<>() {
                private Iterator<Row> ready = List.<Row>of().iterator();

                @Override
                public boolean hasNext() {
                    return ready.hasNext() || rows.hasNext();
                }

                @Override
                public Row next() {
                    if (!ready.hasNext()) {
                        ready = chunk(model, rows).iterator();
                    }
                    return ready.next();
                }
            };
        }

        private List<Row> chunk(RowModel model, Iterator<Row> rows) {
            List<Row> taken = new ArrayList<>();
            List<Fields> fields = new ArrayList<>();
            while (rows.hasNext() && taken.size() < CHUNK_BATCHES * batch) {
                Row row = rows.next();
                taken.add(row);
                fields.add(RowFields.of(row, inputs));
            }
            long before = model.truncated();
            List<Prediction> predictions = model.predict(fields);
            truncated.add(model.truncated() - before);
            counted.add(taken.size());
            List<Row> extended = new ArrayList<>();
            for (int i = 0; i < taken.size(); i++) {
                extended.add(PredictionColumns.extended(taken.get(i), width, predictions.get(i)));
            }
            return extended;
        }
    }
}
