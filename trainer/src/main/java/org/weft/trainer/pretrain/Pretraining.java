package org.weft.trainer.pretrain;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.weft.core.Sha256;
import org.weft.core.batches.TokenShardBatches;
import org.weft.core.batches.ValidationPart;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointManifest.Source;
import org.weft.core.config.TokenizerConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.privacy.GradientPrivacy;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.PackedShard;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.CorpusPacking;
import org.weft.corpus.CorpusVerification;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.CheckpointResolver;
import org.weft.driver.checkpoint.RunIdentity;
import org.weft.driver.checkpoint.Vocabulary;
import org.weft.driver.plan.MemoryModel;
import org.weft.driver.progress.Progress;
import org.weft.driver.run.RunResult;
import org.weft.driver.run.StopSource;
import org.weft.driver.run.Subject;
import org.weft.driver.run.TrainingRun;
import org.weft.driver.spark.SparkApplication;
import org.weft.engine.Engines;
import org.weft.hub.StartingParameters;
import org.weft.hub.TeacherModel;

/** From a configuration and a prepared corpus to a finished run. For one thread. */
public final class Pretraining {
    private final SparkApplication application;
    private final WeftConfig config;
    private final RunDirectory directory;
    private final Progress progress;
    private final StopSource stops;
    private final Store store;
    /** What was found in the corpus whose manifest has this SHA-256, or null. */
    private String known;

    private CorpusManifest verified;
    private Map<String, PackedShard> packed;

    /**
     * @param stops who may ask the run to end early
     */
    public Pretraining(SparkApplication application, WeftConfig config, Progress progress, StopSource stops) {
        this.application = application;
        this.config = config;
        this.directory = config.run().directory();
        this.progress = progress;
        this.stops = stops;
        this.store = application.store();
    }

    /**
     * Trains from fresh parameters, or goes on.
     *
     * @param resume null to start anew, {@link TrainingRun#LATEST}, or a step
     * @throws org.weft.core.WeftException where corpus, model or cluster cannot be used, before anything is trained
     */
    public RunResult run(String resume) throws IOException {
        return run(resume, null);
    }

    /**
     * As {@link #run(String)}, from a model's parameters.
     *
     * @param from where the parameters come from that a run without a checkpoint starts with; null for fresh ones
     */
    public RunResult run(String resume, String from) throws IOException {
        CorpusManifest.load(store, directory.corpus()); // A run without a corpus leaves no trace.
        return new TrainingRun(application, progress, stops).run(config.run(), resume, () -> subject(from));
    }

    /**
     * Waits until another driver of this run has died, or has given the run back, and goes on as {@link #run(String, String)} does
     * with the newest checkpoint.
     *
     * @return null where the run ended under another driver
     */
    public RunResult standBy(String from) throws IOException {
        CorpusManifest.load(store, directory.corpus());
        return new TrainingRun(application, progress, stops).standBy(config, () -> {
            Pretraining own = new Pretraining(application, config, progress, stops);
            return () -> own.subject(from);
        });
    }

    private Subject subject(String from) throws IOException {
        CorpusManifest corpus = corpus();
        Optional<TeacherModel> teacher = TeacherModel.of(store, config, progress::say);
        Vocabulary vocabulary = vocabulary(from, corpus, teacher);
        ModelShape shape = new ModelShape(config.model(), vocabulary.size());
        Engines.require(config, shape);
        if (teacher.isPresent()) {
            TokenizerFile tokenizer = corpus.openTokenizer(store, directory.corpus());
            teacher.get().require(config, shape, tokenizer, config.model().context());
        }
        sayWhatPrepareDecided(corpus);
        if (packed == null) {
            packed = CorpusPacking.count(application.context(), store, config);
        }
        List<ValidationPart> validation;
        double tokensPerStep;
        GradientPrivacy privacy = null;
        try (TokenShardBatches batches = TokenShardBatches.open(store, config, packed)) {
            validation = validation(batches);
            tokensPerStep = batches.tokensPerStep();
            if (config.privacy().active()) {
                privacy = GradientPrivacy.of(config, batches.examples(), store);
            }
        }
        LanguageModelling workload =
                new LanguageModelling(config, vocabulary.size(), store, packed, tokensPerStep, teacher.orElse(null));
        List<Source> sources = sources(corpus);
        teacher.map(TeacherModel::source).ifPresent(sources::add);
        if (!config.distillation().logits().isBlank()) {
            sources.add(TaughtCorpus.source(store, config, corpus, vocabulary.size()));
        }
        return new Subject(
                Subject.name(shape),
                new RunIdentity(config, workload.layout(), vocabulary, sources, privacy),
                workload,
                Optional.of(new MemoryModel(
                        shape, config, teacher.map(TeacherModel::shape).orElse(null))),
                validation,
                () -> from == null ? null : startFrom(from, shape, corpus));
    }

    /** What the run is trained on, and the files that say where that comes from. */
    private List<Source> sources(CorpusManifest corpus) throws IOException {
        List<Source> sources = new ArrayList<>();
        sources.add(new Source(Source.CORPUS, directory.corpus(), corpus.fingerprint()));
        String manifest = directory.corpus() + "/" + CorpusManifest.FILE;
        sources.add(new Source(Source.MANIFEST, manifest, Sha256.hex(store.readAll(manifest))));
        String provenance = directory.corpus() + "/" + CorpusManifest.PROVENANCE_FILE;
        if (store.exists(provenance)) {
            sources.add(new Source(Source.PROVENANCE, provenance, Sha256.hex(store.readAll(provenance))));
        }
        return sources;
    }

    /** A model that pads its vocabulary goes on with the rows that it has; what learns from one has as many. */
    private Vocabulary vocabulary(String from, CorpusManifest corpus, Optional<TeacherModel> teacher)
            throws IOException {
        CheckpointManifest known = new CheckpointResolver(store, progress::say).newestManifest(directory);
        if (known != null && known.tokenizerSha256().equals(corpus.tokenizerSha256())) {
            return new Vocabulary(Math.max(known.vocabSize(), corpus.vocabSize()), known.tokenizerSha256());
        }
        if (from == null && !config.distillation().logits().isBlank()) {
            return new Vocabulary(
                    Math.max(corpus.vocabSize(), TaughtCorpus.vocabSize(store, config)), corpus.tokenizerSha256());
        }
        StartingParameters start = new StartingParameters(store, config, corpus, progress::say);
        if (from != null) {
            return start.vocabulary(from);
        }
        return teacher.isPresent() ? start.vocabulary(teacher.get().model()) : Vocabulary.of(corpus);
    }

    /** A vocabulary is made once, by prepare: another size in the configuration changes nothing any more. */
    private void sayWhatPrepareDecided(CorpusManifest corpus) {
        TokenizerConfig tokenizer = config.tokenizer();
        if (tokenizer.trained() && tokenizer.vocabSize() != corpus.vocabSize()) {
            progress.say("the corpus has a vocabulary of " + corpus.vocabSize() + " tokens: tokenizer.vocab_size="
                    + tokenizer.vocabSize() + " is for prepare and has no effect here");
        }
    }

    /** Read whole once, where that is asked for, as long as its manifest stays what it is. */
    private CorpusManifest corpus() throws IOException {
        String manifest = Sha256.hex(store.readAll(directory.corpus() + "/" + CorpusManifest.FILE));
        if (!manifest.equals(known)) {
            packed = null;
            verified = config.corpus().verify()
                    ? CorpusVerification.run(application.context(), store, directory.corpus())
                    : CorpusManifest.load(store, directory.corpus());
            known = manifest;
        }
        return verified;
    }

    /** What an evaluation takes; whatever the mixture cannot give is said here, before anything is trained. */
    private List<ValidationPart> validation(TokenShardBatches batches) {
        batches.account().forEach(progress::say);
        List<ValidationPart> parts = batches.evaluated();
        if (parts.isEmpty() && config.training().evalEvery() > 0) {
            progress.say("the validation split holds no sequence of "
                    + config.model().context() + " tokens: nothing will be evaluated");
        }
        return parts;
    }

    private Checkpoint startFrom(String from, ModelShape shape, CorpusManifest corpus) throws IOException {
        Checkpoint start = new StartingParameters(store, config, corpus, progress::say).of(from);
        CheckpointResolver.requireLayout(start, shape.layout());
        progress.say("starting at step 0 with the parameters of " + from);
        return start;
    }
}
