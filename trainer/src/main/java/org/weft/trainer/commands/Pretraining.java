package org.weft.trainer.commands;

import java.io.IOException;
import org.weft.core.config.WeftConfig;
import org.weft.core.corpus.CorpusManifest;
import org.weft.core.corpus.TokenCorpus;
import org.weft.core.model.ModelShape;
import org.weft.core.storage.Store;
import org.weft.trainer.checkpoint.Checkpoint;
import org.weft.trainer.checkpoint.CheckpointResolver;
import org.weft.trainer.checkpoint.Vocabulary;
import org.weft.trainer.cluster.LanguageModelling;
import org.weft.trainer.cluster.RunResult;
import org.weft.trainer.cluster.SparkApplication;
import org.weft.trainer.cluster.StopSource;
import org.weft.trainer.cluster.TrainingRun;
import org.weft.trainer.corpus.CorpusVerification;
import org.weft.trainer.huggingface.StartingParameters;
import org.weft.trainer.report.Progress;

/** From a configuration and a prepared corpus to a finished run: what pretrain and quickstart have in common. */
final class Pretraining {
    private final SparkApplication application;
    private final WeftConfig config;
    private final Progress progress;
    private final Store store;

    Pretraining(SparkApplication application, WeftConfig config, Progress progress) {
        this.application = application;
        this.config = config;
        this.progress = progress;
        this.store = application.store();
    }

    /**
     * @param resume null to start anew, {@link TrainingRun#LATEST}, or a step
     */
    RunResult run(String resume) throws IOException {
        return run(resume, null);
    }

    /**
     * @param resume null to start anew, {@link TrainingRun#LATEST}, or a step
     * @param from where the parameters come from that a run without a checkpoint starts with; null for fresh ones
     */
    RunResult run(String resume, String from) throws IOException {
        CorpusManifest.load(store, config.run().directory().corpus()); // A run without a corpus leaves no trace.
        return new TrainingRun(application, progress, StopSource.SIGNALS)
                .run(config.run(), resume, () -> subject(from));
    }

    private TrainingRun.Subject subject(String from) throws IOException {
        CorpusManifest corpus = corpus();
        ModelShape shape = new ModelShape(config.model(), corpus.vocabSize());
        LanguageModelling workload = new LanguageModelling(config, corpus.vocabSize(), store);
        return new TrainingRun.Subject(
                config,
                shape,
                Vocabulary.of(corpus),
                workload,
                validationBatches(corpus),
                () -> from == null ? null : startFrom(from, shape, corpus));
    }

    private CorpusManifest corpus() throws IOException {
        String directory = config.run().directory().corpus();
        CorpusManifest manifest = config.corpus().verify()
                ? CorpusVerification.run(application.context(), store, directory)
                : CorpusManifest.load(store, directory);
        TokenCorpus.train(store, directory, manifest)
                .requireSamples(config.model().context());
        return manifest;
    }

    private int validationBatches(CorpusManifest corpus) {
        long samples = TokenCorpus.val(store, config.run().directory().corpus(), corpus)
                .samples(config.model().context());
        int microBatch = config.training().microBatch();
        long batches = (samples + microBatch - 1) / microBatch;
        if (batches == 0 && config.training().evalEvery() > 0) {
            progress.say("the validation split holds no sequence of "
                    + config.model().context() + " tokens: nothing will be evaluated");
        }
        return (int) Math.min(batches, config.training().evalBatches());
    }

    private Checkpoint startFrom(String from, ModelShape shape, CorpusManifest corpus) throws IOException {
        Checkpoint start = new StartingParameters(store, config, corpus, progress::say).of(from);
        CheckpointResolver.requireLayout(start, shape.layout());
        progress.say("starting at step 0 with the parameters of " + from);
        return start;
    }
}
