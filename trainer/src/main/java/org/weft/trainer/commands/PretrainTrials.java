package org.weft.trainer.commands;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.weft.core.WeftException;
import org.weft.core.config.Metric;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.tokens.CorpusManifest;
import org.weft.driver.plan.MemoryModel;
import org.weft.driver.progress.Progress;
import org.weft.driver.run.RunResult;
import org.weft.driver.run.StopSource;
import org.weft.driver.run.TrainingRun;
import org.weft.driver.spark.SparkApplication;
import org.weft.engine.Engines;
import org.weft.trainer.pretrain.Pretraining;

/** Trials that are pre-trained on one corpus. */
final class PretrainTrials implements TrialRuns {
    private final ConfigOptions options;
    private final Progress progress;
    private SparkApplication application;
    private CorpusManifest corpus;

    PretrainTrials(ConfigOptions options, Progress progress) {
        this.options = options;
        this.progress = progress;
    }

    @Override
    public String command() {
        return "pretrain";
    }

    @Override
    public WeftConfig config(List<String> overrides) {
        return options.loadOver(List.of(), overrides);
    }

    @Override
    public int vocabSize(WeftConfig config) {
        return corpus == null ? MemoryModel.expectedVocabulary(config) : corpus.vocabSize();
    }

    @Override
    public List<String> scores(WeftConfig config) {
        List<String> scores = new ArrayList<>(List.of(Metric.LOSS.word()));
        config.corpus().sources().forEach(source -> scores.add(Metric.LOSS.word() + "_" + source.name()));
        return scores;
    }

    @Override
    public boolean takesBest() {
        return false;
    }

    @Override
    public void begin(SparkApplication spark, WeftConfig config, List<WeftConfig> trials) throws Exception {
        application = spark;
        corpus = PrepareCommand.prepared(spark, config, progress);
        for (WeftConfig trial : trials) {
            Engines.require(trial, new ModelShape(trial.model(), corpus.vocabSize()));
            if (corpus.val().tokens() < trial.textTokens()) {
                throw WeftException.invalidData(
                        "the validation split of " + config.run().directory().corpus() + " holds no sequence of "
                                + trial.textTokens() + " tokens: there is nothing to judge trials by",
                        "prepare with a larger corpus.val_fraction");
            }
        }
    }

    @Override
    public String facts() {
        return String.format(
                Locale.ROOT,
                "each trial trained on a corpus of %,d tokens, vocabulary %,d, losses on what evaluations during training"
                        + " take of %,d held-back tokens.",
                corpus.train().tokens(),
                corpus.vocabSize(),
                corpus.val().tokens());
    }

    @Override
    public boolean sharesCorpus() {
        return true;
    }

    @Override
    public String fingerprint(WeftConfig config) {
        return Sweep.fingerprint(config, corpus);
    }

    @Override
    public RunResult train(WeftConfig config, Progress said, StopSource stops) throws IOException {
        return new Pretraining(application, config, said, stops).run(TrainingRun.LATEST);
    }
}
