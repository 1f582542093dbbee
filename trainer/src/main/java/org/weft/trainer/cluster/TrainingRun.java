package org.weft.trainer.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.RunConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.Store;
import org.weft.trainer.checkpoint.Checkpoint;
import org.weft.trainer.checkpoint.CheckpointResolver;
import org.weft.trainer.checkpoint.ReplicaLoader;
import org.weft.trainer.checkpoint.Vocabulary;
import org.weft.trainer.coordinator.RunPlan;
import org.weft.trainer.lease.Driver;
import org.weft.trainer.lease.RunLease;
import org.weft.trainer.plan.MemoryModel;
import org.weft.trainer.report.Progress;
import org.weft.worker.Workload;
import org.weft.worker.engine.Engines;

/**
 * From a prepared subject to a finished run, under the run's lease: what pre-training and fine-tuning have in common. For
 * one thread.
 */
public final class TrainingRun {
    /** {@code --resume} without a step. */
    public static final String LATEST = "latest";

    private final SparkApplication application;
    private final Progress progress;
    private final StopSource stops;
    private final Store store;

    /**
     * @param stops who may ask the run to end early, with a checkpoint
     */
    public TrainingRun(SparkApplication application, Progress progress, StopSource stops) {
        this.application = application;
        this.progress = progress;
        this.stops = stops;
        this.store = application.store();
    }

    /** Fails where what was given to {@code --resume} is no step. */
    public static void requireStep(String resume) {
        if (resume != null && !resume.equals(LATEST) && !resume.matches("\\d{1,8}")) {
            throw WeftException.usage("--resume " + resume + " is no step", "give a number, or --resume alone");
        }
    }

    /**
     * What is trained, ready to start.
     *
     * @param config the run's, complete
     * @param initial what a run without a checkpoint starts from
     */
    public record Subject(
            WeftConfig config,
            ModelShape shape,
            Vocabulary vocabulary,
            Workload<?> workload,
            int validationBatches,
            Initial initial) {}

    /** Makes what a run starts from. */
    @FunctionalInterface
    public interface Initial {
        /** A checkpoint of step 0, or null for fresh parameters. */
        Checkpoint write() throws IOException;
    }

    /** What must be done before a run, by the only driver that has it. */
    @FunctionalInterface
    public interface Preparation {
        Subject prepare() throws IOException;
    }

    /**
     * Trains to the last step, or until asked to stop.
     *
     * @param resume null to start anew, {@link #LATEST}, or a step
     * @throws WeftException where the run cannot start or go on, with what to do
     */
    public RunResult run(RunConfig run, String resume, Preparation preparation) throws IOException {
        Driver driver = Driver.here(application.context().sc().applicationId());
        // Before anything is read at length: executors start while a dead driver's lease is watched.
        try (RunLease lease = RunLease.acquire(store, run, driver, progress::say)) {
            return run(resume, preparation.prepare(), lease);
        }
    }

    private RunResult run(String resume, Subject subject, RunLease lease) throws IOException {
        WeftConfig config = subject.config();
        Engines.require(config, subject.shape());
        ParameterLayout layout = subject.workload().layout();
        Checkpoint own = startingPoint(resume, subject);
        Checkpoint start = own == null ? subject.initial().write() : own;
        int startStep = start == null ? 0 : start.manifest().step();
        CheckpointResolver resolver = new CheckpointResolver(store, progress::say);
        // What checkpoints show, and what a driver that committed none wrote down.
        int generation = 1
                + Math.max(
                        lease.highestGeneration(),
                        resolver.highestGeneration(config.run().checkpointsDir()));
        RunPlan plan = new RunPlan(
                config,
                layout,
                subject.workload().tokensPerStep(),
                subject.workload().flopsPerToken(),
                startStep,
                start == null ? "" : start.directory(),
                generation,
                subject.validationBatches(),
                true);
        TrainingJob job = new TrainingJob(application, plan, subject.workload(), subject.vocabulary(), progress, lease);
        job.check(new MemoryModel(subject.shape(), config));
        lease.begin(generation);
        if (start != null) {
            resolver.setAsideAfter(config.run().checkpointsDir(), startStep, generation);
        }
        saveConfig(config);
        progress.say(String.format(
                "%s of %,d parameters on %d workers and %d servers, steps %d to %d",
                config.model().architecture(),
                layout.size(),
                config.cluster().workers(),
                config.cluster().servers(),
                startStep,
                config.training().steps()));
        try (StopSource.Listening listening = stops.listen(job::requestStop, progress)) {
            RunResult result = job.run();
            return result.checkpoint() == null && start != null ? result.withCheckpoint(start) : result;
        }
    }

    private Checkpoint startingPoint(String resume, Subject subject) throws IOException {
        WeftConfig config = subject.config();
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
        CheckpointResolver.requireLayout(start, subject.workload().layout());
        requireSameComputation(start, config.model());
        if (!start.manifest().tokenizerSha256().equals(subject.vocabulary().tokenizerSha256())) {
            throw WeftException.invalidData(
                    start.directory() + " was trained with another tokenizer than its data have now",
                    "resume on the data that it was trained on, or start anew in another run.dir");
        }
        progress.say("resuming from " + start.directory());
        CheckpointResolver.requireOptimizer(start, config.training().optimizer());
        sayWhatChanged(ConfigLoader.toTree(ReplicaLoader.configOf(start)), config);
        return start;
    }

    /** Heads and epsilon are in no parameter's shape, but another number of them is another model. */
    private static void requireSameComputation(Checkpoint start, ModelConfig now) {
        ModelConfig before = ReplicaLoader.configOf(start).model();
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
    private void sayWhatChanged(JsonNode before, WeftConfig config) {
        JsonNode now = ConfigLoader.toTree(config);
        Map<String, String> changed = new TreeMap<>();
        for (String section : new String[] {"model", "training", "corpus", "tokenizer", "dataset", "finetune"}) {
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

    private void saveConfig(WeftConfig config) throws IOException {
        store.write(
                config.run().dir() + "/config.yaml", ConfigLoader.toYaml(config).getBytes(StandardCharsets.UTF_8));
    }
}
