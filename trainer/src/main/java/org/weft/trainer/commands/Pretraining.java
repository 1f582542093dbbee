package org.weft.trainer.commands;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.corpus.CorpusManifest;
import org.weft.core.corpus.TokenCorpus;
import org.weft.core.model.ModelShape;
import org.weft.core.storage.AtomicOutput;
import org.weft.core.storage.Store;
import org.weft.trainer.checkpoint.Checkpoint;
import org.weft.trainer.checkpoint.CheckpointResolver;
import org.weft.trainer.checkpoint.ReplicaLoader;
import org.weft.trainer.checkpoint.Vocabulary;
import org.weft.trainer.cluster.LanguageModelling;
import org.weft.trainer.cluster.RunResult;
import org.weft.trainer.cluster.SparkApplication;
import org.weft.trainer.cluster.TrainingJob;
import org.weft.trainer.coordinator.RunPlan;
import org.weft.trainer.corpus.CorpusVerification;
import org.weft.trainer.huggingface.StartingParameters;
import org.weft.trainer.lease.Driver;
import org.weft.trainer.lease.RunLease;
import org.weft.trainer.plan.MemoryModel;
import org.weft.trainer.report.Progress;

/** From a configuration and a prepared corpus to a finished run: what pretrain and quickstart have in common. */
final class Pretraining {
    /** {@code --resume} without a step. */
    static final String LATEST = "latest";

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
     * @param resume null to start anew, {@link #LATEST}, or a step
     */
    RunResult run(String resume) throws IOException {
        return run(resume, null);
    }

    /**
     * @param resume null to start anew, {@link #LATEST}, or a step
     * @param from where the parameters come from that a run without a checkpoint starts with; null for fresh ones
     */
    RunResult run(String resume, String from) throws IOException {
        CorpusManifest.load(store, config.run().corpusDir()); // A run without a corpus leaves no trace.
        Driver driver = Driver.here(application.context().sc().applicationId());
        // Before the corpus is verified: executors start while a dead driver's lease is watched.
        try (RunLease lease = RunLease.acquire(store, config.run(), driver, progress::say)) {
            return run(resume, from, corpus(), lease);
        }
    }

    private RunResult run(String resume, String from, CorpusManifest corpus, RunLease lease) throws IOException {
        ModelShape shape = new ModelShape(config.model(), corpus.vocabSize());
        Checkpoint own = startingPoint(resume, shape, corpus);
        Checkpoint start = own == null && from != null ? startFrom(from, shape, corpus) : own;
        int startStep = start == null ? 0 : start.manifest().step();
        CheckpointResolver resolver = new CheckpointResolver(store, progress::say);
        // What checkpoints show, and what a driver that committed none wrote down.
        int generation = 1
                + Math.max(
                        lease.highestGeneration(),
                        resolver.highestGeneration(config.run().checkpointsDir()));
        LanguageModelling workload = new LanguageModelling(config, corpus.vocabSize(), store);
        RunPlan plan = new RunPlan(
                config,
                workload.layout(),
                workload.flopsPerToken(),
                startStep,
                start == null ? "" : start.directory(),
                generation,
                validationBatches(corpus));
        TrainingJob job = new TrainingJob(application, plan, workload, Vocabulary.of(corpus), progress, lease);
        job.check(new MemoryModel(shape, config));
        lease.begin(generation);
        if (start != null) {
            resolver.setAsideAfter(config.run().checkpointsDir(), startStep, generation);
        }
        saveConfig();
        progress.say(String.format(
                "%s of %,d parameters on %d workers and %d servers, steps %d to %d",
                config.model().architecture(),
                shape.layout().size(),
                config.cluster().workers(),
                config.cluster().servers(),
                startStep,
                config.training().steps()));
        try (StopSignals signals = new StopSignals(job::requestStop, progress)) {
            RunResult result = job.run();
            return result.checkpoint() == null && start != null ? result.withCheckpoint(start) : result;
        }
    }

    private CorpusManifest corpus() throws IOException {
        String directory = config.run().corpusDir();
        CorpusManifest manifest = config.corpus().verify()
                ? CorpusVerification.run(application.context(), store, directory)
                : CorpusManifest.load(store, directory);
        TokenCorpus.train(store, directory, manifest)
                .requireSamples(config.model().context());
        return manifest;
    }

    private int validationBatches(CorpusManifest corpus) {
        long samples = TokenCorpus.val(store, config.run().corpusDir(), corpus)
                .samples(config.model().context());
        int microBatch = config.training().microBatch();
        long batches = (samples + microBatch - 1) / microBatch;
        if (batches == 0 && config.training().evalEvery() > 0) {
            progress.say("the validation split holds no sequence of "
                    + config.model().context() + " tokens: nothing will be evaluated");
        }
        return (int) Math.min(batches, config.training().evalBatches());
    }

    private Checkpoint startingPoint(String resume, ModelShape shape, CorpusManifest corpus) throws IOException {
        CheckpointResolver resolver = new CheckpointResolver(store, progress::say);
        String directory = config.run().checkpointsDir();
        if (resume == null) {
            requireFresh(resolver, directory);
            return null;
        }
        Checkpoint start =
                resume.equals(LATEST) ? resolver.latest(directory) : resolver.step(directory, Integer.parseInt(resume));
        if (start == null) {
            progress.say("no checkpoint in " + directory + " yet: starting at step 0");
            return null;
        }
        CheckpointResolver.requireLayout(start, shape.layout());
        requireSameComputation(start);
        if (!start.manifest().tokenizerSha256().equals(corpus.tokenizerSha256())) {
            throw WeftException.invalidData(
                    start.directory() + " was trained with another tokenizer than "
                            + config.run().corpusDir() + " has",
                    "resume on the corpus that it was trained on, or start anew in another run.dir");
        }
        progress.say("resuming from " + start.directory());
        CheckpointResolver.requireOptimizer(start, config.training().optimizer());
        sayWhatChanged(start.manifest().config());
        return start;
    }

    private Checkpoint startFrom(String from, ModelShape shape, CorpusManifest corpus) throws IOException {
        Checkpoint start = new StartingParameters(store, config, corpus, progress::say).of(from);
        CheckpointResolver.requireLayout(start, shape.layout());
        progress.say("starting at step 0 with the parameters of " + from);
        return start;
    }

    /** Heads and epsilon are in no parameter's shape, but another number of them is another model. */
    private void requireSameComputation(Checkpoint start) {
        ModelConfig before = ReplicaLoader.configOf(start).model();
        ModelConfig now = config.model();
        if (before.heads() != now.heads()
                || before.keyValueHeads() != now.keyValueHeads()
                || before.epsilon() != now.epsilon()) {
            throw WeftException.invalidData(
                    String.format(
                            "%s was trained with heads=%d kv_heads=%d norm_epsilon=%s, configured are heads=%d kv_heads=%d"
                                    + " norm_epsilon=%s",
                            start.directory(),
                            before.heads(),
                            before.keyValueHeads(),
                            before.epsilon(),
                            now.heads(),
                            now.keyValueHeads(),
                            now.epsilon()),
                    "give the model section that it was trained with, or start anew in another run.dir");
        }
    }

    private static void requireFresh(CheckpointResolver resolver, String directory) throws IOException {
        String newest = resolver.newestName(directory);
        if (newest != null) {
            throw WeftException.usage(
                    directory + " already has checkpoints, the newest is " + newest,
                    "add --resume to go on from it, or give another run.dir");
        }
    }

    /** A resumed run promises the same bits only under the same settings. */
    private void sayWhatChanged(JsonNode before) {
        JsonNode now = ConfigLoader.toTree(config);
        Map<String, String> changed = new TreeMap<>();
        for (String section : new String[] {"model", "training", "corpus", "tokenizer"}) {
            for (Map.Entry<String, JsonNode> key : now.path(section).properties()) {
                JsonNode old = before.path(section).path(key.getKey());
                if (!old.asText().equals(key.getValue().asText())) {
                    changed.put(section + "." + key.getKey(), old + " -> " + key.getValue());
                }
            }
        }
        if (!before.path("run")
                .path("seed")
                .asText()
                .equals(now.path("run").path("seed").asText())) {
            changed.put(
                    "run.seed",
                    before.path("run").path("seed") + " -> " + config.run().seed());
        }
        if (!changed.isEmpty()) {
            progress.say("changed since that checkpoint: " + changed);
        }
    }

    private void saveConfig() throws IOException {
        try (AtomicOutput out = store.create(config.run().dir() + "/config.yaml")) {
            out.write(ConfigLoader.toYaml(config).getBytes(StandardCharsets.UTF_8));
            out.commit();
        }
    }
}
