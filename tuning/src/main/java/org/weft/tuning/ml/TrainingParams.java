package org.weft.tuning.ml;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.ml.util.Identifiable$;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.TrainingConfig;
import org.weft.core.config.WeftConfig;
import org.weft.tuning.finetune.FinetuneSettings;

/**
 * The params that say how a model learns: keys of the configuration under names as Spark ML has them. Defaults are those of
 * {@code weft finetune}.
 */
public abstract class TrainingParams extends Estimator<WeftModel> implements WeftColumns {
    /** The tasks whose rows have labels. */
    private static final String LABELLED = Arrays.stream(TaskName.values())
            .filter(name -> name.head().layered())
            .map(TaskName::word)
            .collect(Collectors.joining(", "));

    private static final WeftConfig DEFAULTS =
            ConfigLoader.load("defaults", FinetuneSettings.DEFAULTS, List.of("run.dir=unused"));

    private static final Set<String> SET_BY_FIT = Set.of("dataset.train", "dataset.format", "run.name");

    private final String uid;
    private final Names names;
    private final Param<String> from;
    private final Param<String> runDir;
    private final Param<String> task;
    private final Param<String> method;
    private final Param<String> labelCol;
    private final IntParam loraRank;
    private final DoubleParam epochs;
    private final DoubleParam learningRate;
    private final IntParam batchSize;
    private final IntParam workers;
    private final IntParam servers;
    private final IntParam maxLength;
    private final LongParam seed;
    private final StringArrayParam config;

    TrainingParams(String uid) {
        this.uid = uid == null ? Identifiable$.MODULE$.randomUID("weftClassifier") : uid;
        names = Names.of(this.uid);
        from = new Param<>(this, "from", "the model to fine-tune: finetune.from");
        runDir = new Param<>(this, "runDir", "a directory that each fit has one of its own in");
        task = new Param<>(this, "task", LABELLED + ": finetune.task");
        method = new Param<>(this, "method", "full or lora: finetune.method");
        labelCol = new Param<>(this, "labelCol", "the label: dataset.label_column");
        loraRank = new IntParam(this, "loraRank", "rank of an adapter: finetune.lora_rank");
        epochs = new DoubleParam(this, "epochs", "times that the rows are seen: finetune.epochs");
        learningRate = new DoubleParam(this, "learningRate", "its peak: training.learning_rate");
        batchSize = new IntParam(this, "batchSize", "rows of one step over all workers: training.global_batch");
        workers = new IntParam(this, "workers", "tasks that compute gradients: cluster.workers");
        servers = new IntParam(this, "servers", "tasks that own parameters: cluster.servers");
        maxLength = new IntParam(this, "maxLength", "tokens of the longest row: dataset.max_length");
        seed = new LongParam(this, "seed", "run.seed");
        config = new StringArrayParam(this, "config", "any other settings: section.key=value");
        setDefaultColumns();
        setDefault(task, TaskName.CLASSIFICATION.word());
        setDefault(method, DEFAULTS.finetune().method().word());
        setDefault(labelCol, DEFAULTS.dataset().labelColumn());
        setDefault(loraRank, DEFAULTS.finetune().loraRank());
        setDefault(epochs, DEFAULTS.finetune().epochs());
        setDefault(learningRate, DEFAULTS.training().learningRate());
        setDefault(batchSize, DEFAULTS.training().globalBatch());
        setDefault(workers, DEFAULTS.cluster().workers());
        setDefault(servers, DEFAULTS.cluster().servers());
        setDefault(maxLength, DEFAULTS.dataset().maxLength());
        setDefault(seed, DEFAULTS.run().seed());
        setDefault(config, new String[0]);
    }

    @Override
    public String uid() {
        return uid;
    }

    @Override
    public Names names() {
        return names;
    }

    public Param<String> from() {
        return from;
    }

    public Param<String> runDir() {
        return runDir;
    }

    public Param<String> task() {
        return task;
    }

    public Param<String> method() {
        return method;
    }

    public Param<String> labelCol() {
        return labelCol;
    }

    public IntParam loraRank() {
        return loraRank;
    }

    public DoubleParam epochs() {
        return epochs;
    }

    public DoubleParam learningRate() {
        return learningRate;
    }

    public IntParam batchSize() {
        return batchSize;
    }

    public IntParam workers() {
        return workers;
    }

    public IntParam servers() {
        return servers;
    }

    public IntParam maxLength() {
        return maxLength;
    }

    public LongParam seed() {
        return seed;
    }

    /** Settings without a param of their own, {@code section.key=value} each. */
    public StringArrayParam config() {
        return config;
    }

    /** A param that has no default. */
    String required(Param<String> param, String such) {
        if (!isDefined(param)) {
            throw WeftException.usage(param.name() + " is not set", "give " + such);
        }
        return getOrDefault(param);
    }

    /** The keys of the configuration that params stand for. */
    private Map<String, Param<?>> keys() {
        Map<String, Param<?>> keys = new LinkedHashMap<>();
        keys.put("finetune.task", task);
        keys.put("finetune.method", method);
        keys.put("finetune.lora_rank", loraRank);
        keys.put("finetune.epochs", epochs);
        keys.put("training.learning_rate", learningRate);
        keys.put("training.global_batch", batchSize);
        keys.put("cluster.workers", workers);
        keys.put("cluster.servers", servers);
        keys.put("dataset.max_length", maxLength);
        keys.put("dataset.text_column", textCol());
        keys.put("dataset.pair_column", pairCol());
        keys.put("dataset.label_column", labelCol);
        keys.put("run.seed", seed);
        return keys;
    }

    /** Fails for a key that a param stands for, or that a fit sets itself. */
    void requireWithoutParam(String key) {
        Map<String, Param<?>> all = keys();
        all.put("finetune.from", from);
        all.put("run.dir", runDir);
        Param<?> param = all.get(key);
        if (param != null) {
            throw WeftException.usage(key + " is the param " + param.name(), "set that");
        }
        if (SET_BY_FIT.contains(key)) {
            throw WeftException.usage(key + " is what fit is given", "leave it out");
        }
    }

    /** All params as {@code section.key=value}, those of {@link #config} last. */
    List<String> settings() {
        List<String> settings = new ArrayList<>();
        keys().forEach((key, param) -> settings.add(setting(key, getOrDefault(param))));
        settings.add(setting("training.micro_batch", microBatch()));
        settings.addAll(List.of(getOrDefault(config)));
        return settings;
    }

    /** The default, or less where it does not divide a lane's share of the batch. */
    private int microBatch() {
        TrainingConfig defaults = DEFAULTS.training();
        int lane = Math.max(1, (int) getOrDefault(batchSize) / defaults.lanes());
        return BigInteger.valueOf(lane)
                .gcd(BigInteger.valueOf(defaults.microBatch()))
                .intValueExact();
    }

    static String setting(String key, Object value) {
        return key + "=" + (value instanceof String text ? ConfigLoader.quoted(text) : value);
    }
}
