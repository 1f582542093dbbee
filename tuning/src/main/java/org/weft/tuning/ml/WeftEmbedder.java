package org.weft.tuning.ml;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.weft.core.WeftException;
import org.weft.core.config.FinetuneConfig.Pooling;
import org.weft.core.storage.Store;
import org.weft.core.storage.UnreachableStorage;
import org.weft.driver.progress.Progress;
import org.weft.driver.spark.SparkApplication;
import org.weft.hub.ModelLocator;
import org.weft.hub.StoredModel;
import org.weft.tuning.finetune.Embedding;
import org.weft.tuning.finetune.PredictionColumns;
import org.weft.tuning.finetune.PredictionJob;
import org.weft.tuning.task.VectorTask;

/**
 * Adds a vector of each row's text, an array of floats, as {@code weft embed} does. Saved, it is its params: the model stays where it
 * lies. Params are for one thread, {@link #transform} for many.
 */
public final class WeftEmbedder extends Transformer implements DefaultParamsWritable {
    private static final long serialVersionUID = 1L;

    private static final int USUAL_BATCH = 32;

    private final String uid;
    private final Param<String> model;
    private final Param<String> textCol;
    private final Param<String> vectorCol;
    private final Param<String> pooling;
    private final BooleanParam normalize;
    private final Param<String> prompt;
    private final Param<String> prefix;
    private final IntParam maxLength;
    private final IntParam batchSize;

    public WeftEmbedder() {
        this(Identifiable$.MODULE$.randomUID("weftEmbedder"));
    }

    public WeftEmbedder(String uid) {
        this.uid = uid;
        model = new Param<>(uid, "model", "a Hugging Face directory, a checkpoint, or a run for its newest");
        textCol = new Param<>(uid, "textCol", "the text");
        vectorCol = new Param<>(uid, "vectorCol", "the column that is added, an array of floats");
        pooling = new Param<>(uid, "pooling", "mean, last, first, or auto: as the model says");
        normalize = new BooleanParam(
                uid, "normalize", "whether vectors are scaled to length 1; not set: as the model says");
        prompt = new Param<>(uid, "prompt", "name of the prompt before each text; not set: the model's usual one");
        prefix = new Param<>(uid, "prefix", "what stands before each text, instead of a prompt; not set: nothing else");
        maxLength = new IntParam(
                uid, "maxLength", "tokens of the longest text; 0: as the model says", ParamValidators.gtEq(0));
        batchSize = new IntParam(uid, "batchSize", "texts that are computed together", ParamValidators.gt(0));
        setDefault(batchSize, USUAL_BATCH);
        setDefault(textCol, "text");
        setDefault(vectorCol, "embedding");
        setDefault(pooling, Pooling.AUTO.word());
        setDefault(maxLength, 0);
    }

    /** What was saved with {@code save}. */
    public static WeftEmbedder load(String path) {
        return read().load(path);
    }

    /** As {@link #load}. */
    public static MLReader<WeftEmbedder> read() {
        return new DefaultParamsReader<>();
    }

    @Override
    public String uid() {
        return uid;
    }

    /** Where the model lies. */
    public Param<String> model() {
        return model;
    }

    public Param<String> textCol() {
        return textCol;
    }

    public Param<String> vectorCol() {
        return vectorCol;
    }

    public Param<String> pooling() {
        return pooling;
    }

    public BooleanParam normalize() {
        return normalize;
    }

    public Param<String> prompt() {
        return prompt;
    }

    public Param<String> prefix() {
        return prefix;
    }

    public IntParam maxLength() {
        return maxLength;
    }

    public IntParam batchSize() {
        return batchSize;
    }

    public String getModel() {
        return getOrDefault(model);
    }

    public String getTextCol() {
        return getOrDefault(textCol);
    }

    public String getVectorCol() {
        return getOrDefault(vectorCol);
    }

    public String getPooling() {
        return getOrDefault(pooling);
    }

    public int getMaxLength() {
        return (int) getOrDefault(maxLength);
    }

    public int getBatchSize() {
        return (int) getOrDefault(batchSize);
    }

    /** A run's name stands for its newest checkpoint each time that rows are transformed: name a checkpoint to stay with it. */
    public WeftEmbedder setModel(String value) {
        set(model, value);
        return this;
    }

    public WeftEmbedder setTextCol(String value) {
        set(textCol, value);
        return this;
    }

    public WeftEmbedder setVectorCol(String value) {
        set(vectorCol, value);
        return this;
    }

    /** Fails where there is no such pooling. */
    public WeftEmbedder setPooling(String value) {
        poolingOf(value);
        set(pooling, value);
        return this;
    }

    public WeftEmbedder setNormalize(boolean value) {
        set(normalize, value);
        return this;
    }

    public WeftEmbedder setPrompt(String value) {
        set(prompt, value);
        return this;
    }

    public WeftEmbedder setPrefix(String value) {
        set(prefix, value);
        return this;
    }

    /** Fails below 1. */
    public WeftEmbedder setBatchSize(int value) {
        if (value < 1) {
            throw WeftException.usage("batchSize " + value + " must be at least 1", "");
        }
        set(batchSize, value);
        return this;
    }

    /** Fails below 0, which stands for what the model says. */
    public WeftEmbedder setMaxLength(int value) {
        if (value < 0) {
            throw WeftException.usage("maxLength " + value + " must not be negative", "0 is what the model says");
        }
        set(maxLength, value);
        return this;
    }

    private static Pooling poolingOf(String value) {
        try {
            return Pooling.valueOf(value.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException none) {
            throw WeftException.usage("pooling " + value + " must be one of mean, last, first, auto", "");
        }
    }

    /** Rows with a vector each; computed when Spark runs it. */
    @Override
    public Dataset<Row> transform(Dataset<?> rows) {
        if (!isDefined(model)) {
            throw WeftException.usage("no model: it is not set", "setModel takes a directory or a run");
        }
        transformSchema(rows.schema());
        SparkContext spark = rows.sparkSession().sparkContext();
        Store store = SparkApplication.within(JavaSparkContext.fromSparkContext(spark))
                .store();
        String path = getOrDefault(model);
        try {
            StoredModel stored = new ModelLocator(store, Progress.onStderr()::say).at(path);
            return PredictionJob.ofVectors(stored, Embedding.of(stored, wish()), task(), getBatchSize())
                    .predict(rows.toDF(), spark.longAccumulator(), spark.longAccumulator());
        } catch (IOException e) {
            WeftException known = UnreachableStorage.explain(e);
            throw known != null ? known : WeftException.failed(path + ": " + e.getMessage(), "check the path");
        }
    }

    private Embedding.Wish wish() {
        return new Embedding.Wish(
                poolingOf(getOrDefault(pooling)),
                isDefined(normalize) ? (Boolean) (boolean) getOrDefault(normalize) : null,
                isDefined(prompt) ? getOrDefault(prompt) : null,
                isDefined(prefix) ? getOrDefault(prefix) : null,
                (int) getOrDefault(maxLength));
    }

    private VectorTask task() {
        return new VectorTask(getOrDefault(textCol), getOrDefault(vectorCol));
    }

    /** Fails, before anything is computed, where there is no column of texts. */
    @Override
    public StructType transformSchema(StructType rows) {
        String text = getTextCol();
        StructField found = Stream.of(rows.fields())
                .filter(field -> field.name().equals(text))
                .findFirst()
                .orElseThrow(() -> WeftException.usage(
                        "there is no column " + text + " among " + List.of(rows.fieldNames()),
                        "name it with setTextCol"));
        if (!found.dataType().equals(DataTypes.StringType)) {
            throw WeftException.usage(
                    "column " + text + " is of " + found.dataType().simpleString() + ", not of texts",
                    "cast it to string");
        }
        return PredictionColumns.DEFAULT.extend(rows, task());
    }

    @Override
    public MLWriter write() {
        return DefaultParamsWritable.super.write();
    }

    @Override
    public WeftEmbedder copy(ParamMap extra) {
        return defaultCopy(extra);
    }
}
