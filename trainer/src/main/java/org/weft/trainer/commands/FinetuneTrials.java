package org.weft.trainer.commands;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.weft.core.WeftException;
import org.weft.core.config.Metric;
import org.weft.core.config.WeftConfig;
import org.weft.core.config.Word;
import org.weft.core.storage.Store;
import org.weft.driver.progress.Progress;
import org.weft.driver.run.RunResult;
import org.weft.driver.run.StopSource;
import org.weft.driver.run.TrainingRun;
import org.weft.driver.spark.SparkApplication;
import org.weft.engine.Engines;
import org.weft.tuning.dataset.DatasetJob;
import org.weft.tuning.finetune.BaseModel;
import org.weft.tuning.finetune.FinetuneRun;
import org.weft.tuning.finetune.FinetuneSettings;

/** Trials that are fine-tuned from one model, on one set of rows. */
final class FinetuneTrials implements TrialRuns {
    private final ConfigOptions options;
    private final BaseModel base;
    private SparkApplication application;

    private FinetuneTrials(ConfigOptions options, BaseModel base) {
        this.options = options;
        this.base = base;
    }

    /** Reads the model that {@code finetune.from} names, all but its parameters. */
    static FinetuneTrials open(ConfigOptions options, Store store, Progress progress) throws IOException {
        String from = options.peek("finetune", "from");
        if (from.isBlank()) {
            throw WeftException.usage(
                    "no model to fine-tune: finetune.task is set, and finetune.from is not",
                    "set finetune.from to a Hugging Face directory, a checkpoint or a run directory");
        }
        return new FinetuneTrials(options, BaseModel.open(store, from, progress::say));
    }

    @Override
    public String command() {
        return "finetune";
    }

    @Override
    public WeftConfig config(List<String> overrides) {
        WeftConfig config = options.loadOver(FinetuneSettings.under(base), overrides);
        Engines.require(config.cluster().engine());
        FinetuneSettings.require(base, config, notice -> {});
        return config;
    }

    @Override
    public int vocabSize(WeftConfig config) {
        return base.vocabSize();
    }

    @Override
    public List<String> scores(WeftConfig config) {
        String first = config.finetune().metric();
        List<String> others = config.finetune().task().metrics().stream()
                .filter(metric -> config.finetune().judgesTexts() || !Metric.OF_TEXTS.contains(metric))
                .map(Word::word)
                .filter(metric -> !metric.equals(first))
                .toList();
        return Stream.concat(Stream.of(first), others.stream()).toList();
    }

    @Override
    public boolean takesBest() {
        return true;
    }

    @Override
    public void begin(SparkApplication spark, WeftConfig config, List<WeftConfig> trials) throws IOException {
        application = spark;
        Store store = spark.store();
        DatasetJob rows = new DatasetJob(spark.context(), store, line -> {});
        rows.check(base.withChatTemplate(store, config, line -> {}));
    }

    @Override
    public String facts() {
        return "each trial fine-tuned from " + base.from()
                + ", and judged by its best evaluation, whose checkpoint is taken.";
    }

    @Override
    public boolean sharesCorpus() {
        return false;
    }

    @Override
    public String fingerprint(WeftConfig config) {
        return FinetuneSettings.fingerprint(config);
    }

    /** With a tokenizer of its own: one is for one thread. */
    @Override
    public RunResult train(WeftConfig config, Progress said, StopSource stops) throws IOException {
        BaseModel own = BaseModel.open(application.store(), base.from(), notice -> {});
        return new FinetuneRun(application, config, own, said, stops).run(TrainingRun.LATEST, false);
    }
}
