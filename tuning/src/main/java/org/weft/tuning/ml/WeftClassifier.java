package org.weft.tuning.ml;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructType;
import org.weft.core.WeftException;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.HeadKind;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.UnreachableStorage;
import org.weft.driver.spark.SparkApplication;
import org.weft.tuning.task.Labels;
import org.weft.tuning.task.Task;

/**
 * {@code weft finetune} as a stage of a Spark ML pipeline: {@link #fit} fine-tunes a pre-trained model on rows, with workers
 * and servers as tasks of the Spark application that the rows are of.
 *
 * <p>Each fit has a directory under {@code runDir} that is named by its rows and settings: the same fit again goes on from
 * its newest checkpoint, and a finished one is found finished. Where labels of a classification are numbers, such as a
 * {@code StringIndexer} makes, predictions are doubles, else strings. For one thread.
 */
public class WeftClassifier extends TrainingParams implements DefaultParamsWritable {
    private static final long serialVersionUID = 1L;

    public WeftClassifier() {
        this(null);
    }

    /** With an id of its own, as Spark makes copies; null for a fresh one. */
    public WeftClassifier(String uid) {
        super(uid);
    }

    /** What was saved with {@code save}. */
    public static WeftClassifier load(String path) {
        return read().load(path);
    }

    /** As {@link #load}. */
    public static MLReader<WeftClassifier> read() {
        return new DefaultParamsReader<>();
    }

    /** The model to fine-tune: a Hugging Face directory, a checkpoint, or a run's newest. */
    public WeftClassifier setFrom(String value) {
        set(from(), value);
        return this;
    }

    /** A directory on any Hadoop file system. */
    public WeftClassifier setRunDir(String value) {
        set(runDir(), value);
        return this;
    }

    /** A task whose rows have labels: {@code finetune.task}. */
    public WeftClassifier setTask(String value) {
        set(task(), value);
        return this;
    }

    /** full or lora. */
    public WeftClassifier setMethod(String value) {
        set(method(), value);
        return this;
    }

    public WeftClassifier setTextCol(String value) {
        set(textCol(), value);
        return this;
    }

    public WeftClassifier setPairCol(String value) {
        set(pairCol(), value);
        return this;
    }

    public WeftClassifier setLabelCol(String value) {
        set(labelCol(), value);
        return this;
    }

    public WeftClassifier setPredictionCol(String value) {
        set(predictionCol(), value);
        return this;
    }

    public WeftClassifier setProbabilitiesCol(String value) {
        set(probabilitiesCol(), value);
        return this;
    }

    public WeftClassifier setLoraRank(int value) {
        set(loraRank(), value);
        return this;
    }

    public WeftClassifier setEpochs(double value) {
        set(epochs(), value);
        return this;
    }

    public WeftClassifier setLearningRate(double value) {
        set(learningRate(), value);
        return this;
    }

    /** Rows of one step; divisible by training.lanes, 4 by default. */
    public WeftClassifier setBatchSize(int value) {
        set(batchSize(), value);
        return this;
    }

    public WeftClassifier setWorkers(int value) {
        set(workers(), value);
        return this;
    }

    public WeftClassifier setServers(int value) {
        set(servers(), value);
        return this;
    }

    /** Tokens; a longer text is cut. */
    public WeftClassifier setMaxLength(int value) {
        set(maxLength(), value);
        return this;
    }

    public WeftClassifier setSeed(long value) {
        set(seed(), value);
        return this;
    }

    /**
     * Any key of the configuration that no param stands for, such as {@code training.eval_every}.
     *
     * @param key {@code section.key}
     * @param value as in YAML
     */
    public WeftClassifier setConfig(String key, String value) {
        requireWithoutParam(key);
        String setting = key + "=" + value;
        set(
                config(),
                Stream.concat(
                                Arrays.stream(getOrDefault(config())).filter(other -> !other.startsWith(key + "=")),
                                Stream.of(setting))
                        .toArray(String[]::new));
        return this;
    }

    /**
     * Fine-tunes, in the calling thread, until the last step.
     *
     * @throws WeftException where model, rows, settings or slots cannot be used, with what to do
     */
    @Override
    public WeftModel fit(Dataset<?> rows) {
        StructType columns = rows.schema();
        transformSchema(columns);
        try (SparkApplication application = SparkApplication.within(
                JavaSparkContext.fromSparkContext(rows.sparkSession().sparkContext()))) {
            WeftModel model = new WeftModel(null, new ClassifierFit(application, this).run(rows));
            copyValues(model, ParamMap.empty());
            model.setNumericLabels(numericLabels(columns)).setParent(this);
            return model;
        } catch (IOException e) {
            WeftException known = UnreachableStorage.explain(e);
            throw known != null ? known : WeftException.failed("runDir or model: " + e.getMessage(), "");
        }
    }

    /** Fails where a column is missing, or one is there that the model adds. */
    @Override
    public StructType transformSchema(StructType rows) {
        TaskName kind = TaskName.named(getOrDefault(task()));
        if (kind.head().ofSequence()) {
            List<String> present = List.of(rows.fieldNames());
            for (String column : List.of(getTextCol(), getPairCol(), getOrDefault(labelCol()))) {
                if (!column.isEmpty() && !present.contains(column)) {
                    throw WeftException.invalidData(
                            "the rows have no column " + column + ": their columns are " + String.join(", ", present),
                            "set textCol, pairCol and labelCol");
                }
            }
        }
        Task task = Task.of(
                kind, WeftConfig.defaults().dataset(), Labels.of(List.of()), Task.conversation(WeftConfig.defaults()));
        return withPrediction(rows, task, numericLabels(rows));
    }

    private boolean numericLabels(StructType rows) {
        return TaskName.named(getOrDefault(task())).head() == HeadKind.CLASSES
                && rows.apply(getOrDefault(labelCol())).dataType() instanceof NumericType;
    }

    @Override
    public WeftClassifier copy(ParamMap extra) {
        return defaultCopy(extra);
    }
}
