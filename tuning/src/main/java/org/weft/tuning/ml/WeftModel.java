package org.weft.tuning.ml;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsReader$;
import org.apache.spark.ml.util.DefaultParamsWriter$;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.weft.core.WeftException;
import org.weft.core.config.DatasetConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.core.storage.UnreachableStorage;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.ModelFiles;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.driver.progress.Progress;
import org.weft.driver.spark.SparkApplication;
import org.weft.hub.ModelLocator;
import org.weft.hub.StoredModel;
import org.weft.tuning.finetune.PredictionJob;
import org.weft.tuning.finetune.TaskModel;
import org.weft.tuning.task.Task;
import scala.Option;

/**
 * A fine-tuned model as a stage of a Spark ML pipeline: adds what it says of each row, as {@code weft predict} does. Saved,
 * it is whole: the directory has its own copy of the checkpoint. Params are for one thread, {@link #transform} for many.
 */
public final class WeftModel extends Model<WeftModel> implements WeftColumns, MLWritable {
    private static final long serialVersionUID = 1L;

    private static final String FILES = "/model";
    private static final int BATCH = 32;

    private final String uid;
    private final Names names;
    private final BooleanParam numericLabels;
    private final Checkpoint checkpoint;

    WeftModel(String uid, Checkpoint checkpoint) {
        this.uid = uid == null ? Identifiable$.MODULE$.randomUID("weftModel") : uid;
        this.checkpoint = checkpoint;
        names = Names.of(this.uid);
        numericLabels = new BooleanParam(this, "numericLabels", "whether the prediction is a double");
        setDefaultColumns();
        setDefault(numericLabels, false);
    }

    /**
     * A model that was fine-tuned elsewhere, with its own columns' names.
     *
     * @param path a checkpoint of {@code weft finetune}, or its run directory
     * @throws WeftException where there is none, or it predicts tokens
     */
    public static WeftModel ofCheckpoint(SparkContext spark, String path) {
        return opened(null, spark, path);
    }

    private static WeftModel opened(String uid, SparkContext spark, String path) {
        try {
            Checkpoint found = new ModelLocator(store(spark), Progress.onStderr()::say).checkpointAt(path);
            WeftModel model = new WeftModel(uid, found);
            DatasetConfig columns = model.config().dataset();
            model.setTextCol(columns.textColumn()).setPairCol(columns.pairColumn());
            return model;
        } catch (IOException e) {
            throw unreachable(path, e);
        }
    }

    /** What was saved with {@code save}. */
    public static WeftModel load(String path) {
        return read().load(path);
    }

    /** As {@link #load}. */
    public static MLReader<WeftModel> read() {
        return new Reader();
    }

    @Override
    public MLWriter write() {
        return new Writer(this);
    }

    @Override
    public String uid() {
        return uid;
    }

    @Override
    public Names names() {
        return names;
    }

    /** Whether labels were numbers, and so predictions are doubles. */
    public BooleanParam numericLabels() {
        return numericLabels;
    }

    WeftModel setNumericLabels(boolean value) {
        set(numericLabels, value);
        return this;
    }

    /** What rows call the text that the model was trained on. */
    public WeftModel setTextCol(String value) {
        set(textCol(), value);
        return this;
    }

    /** What rows call the second text, where the model was trained on pairs. */
    public WeftModel setPairCol(String value) {
        set(pairCol(), value);
        return this;
    }

    public WeftModel setPredictionCol(String value) {
        set(predictionCol(), value);
        return this;
    }

    public WeftModel setProbabilitiesCol(String value) {
        set(probabilitiesCol(), value);
        return this;
    }

    /** The directory of the checkpoint that predicts. */
    public String checkpoint() {
        return checkpoint.directory();
    }

    /** In the order of the model's outputs; empty where the task has none. */
    public List<String> labels() {
        return config().finetune().labels();
    }

    private WeftConfig config() {
        return TaskModel.requireTask(checkpoint.directory(), ReplicaLoader.configOf(checkpoint));
    }

    /** Rows with what the model says of them; computed when Spark runs it. */
    @Override
    public Dataset<Row> transform(Dataset<?> rows) {
        transformSchema(rows.schema());
        SparkContext spark = rows.sparkSession().sparkContext();
        Dataset<Row> predicted = new PredictionJob(
                        StoredModel.of(store(spark), checkpoint), config(), BATCH, predictionColumns(renamed()))
                .predict(rows.toDF(), spark.longAccumulator(), spark.longAccumulator());
        return (boolean) getOrDefault(numericLabels)
                ? predicted.withColumn(
                        getPredictionCol(),
                        predicted
                                .col("`" + getPredictionCol().replace("`", "``") + "`")
                                .cast(DataTypes.DoubleType))
                : predicted;
    }

    private Map<String, String> renamed() {
        DatasetConfig trained = config().dataset();
        Map<String, String> renamed = new LinkedHashMap<>();
        renamed.put(trained.textColumn(), getTextCol());
        if (!trained.pairColumn().isEmpty()) {
            renamed.put(trained.pairColumn(), getPairCol());
        }
        return renamed;
    }

    @Override
    public StructType transformSchema(StructType rows) {
        return withPrediction(rows, Task.of(config()), (boolean) getOrDefault(numericLabels));
    }

    @Override
    public WeftModel copy(ParamMap extra) {
        WeftModel copy = new WeftModel(uid, checkpoint);
        copyValues(copy, extra);
        return copy.setParent(parent());
    }

    private static Store store(SparkContext spark) {
        return SparkApplication.within(JavaSparkContext.fromSparkContext(spark)).store();
    }

    private static WeftException unreachable(String path, IOException e) {
        WeftException known = UnreachableStorage.explain(e);
        return known != null ? known : WeftException.failed(path + ": " + e.getMessage(), "check the path");
    }

    /** Params as Spark ML writes them, the model's files beside them. */
    private static final class Writer extends MLWriter {
        private final WeftModel model;

        Writer(WeftModel model) {
            this.model = model;
        }

        @Override
        public void saveImpl(String path) {
            DefaultParamsWriter$.MODULE$.saveMetadata(model, path, sc(), Option.empty(), Option.empty());
            try {
                Store store = SparkApplication.within(JavaSparkContext.fromSparkContext(sc()))
                        .committing(model.config().checkpoint().commit())
                        .store();
                ModelFiles.copy(store, model.checkpoint, path + FILES);
            } catch (IOException e) {
                throw unreachable(path, e);
            }
        }
    }

    /** What {@link Writer} wrote. */
    private static final class Reader extends MLReader<WeftModel> {
        @Override
        public WeftModel load(String path) {
            DefaultParamsReader.Metadata saved =
                    DefaultParamsReader$.MODULE$.loadMetadata(path, sc(), ""); // 0.1.0 wrote another package's name
            if (!saved.className().endsWith(".WeftModel")) {
                throw WeftException.invalidData(
                        path + " is a " + saved.className() + ", not a WeftModel", "load it by its own class");
            }
            WeftModel model = opened(saved.uid(), sc(), path + FILES);
            saved.getAndSetParams(model, Option.empty());
            return model;
        }
    }
}
