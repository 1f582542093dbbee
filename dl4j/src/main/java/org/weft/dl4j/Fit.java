package org.weft.dl4j;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.core.protocol.BucketKey.Part;
import org.weft.core.storage.AtomicOutput;
import org.weft.core.storage.CheckpointReader;
import org.weft.core.storage.HadoopStore;
import org.weft.dl4j.data.ExampleManifest;
import org.weft.dl4j.data.ExampleOrder;
import org.weft.dl4j.data.ExampleWriting;
import org.weft.dl4j.network.Network;
import org.weft.dl4j.network.NetworkTraining;
import org.weft.dl4j.network.ServerPlan;
import org.weft.dl4j.network.UpdaterState;
import org.weft.server.optim.Optimizer;
import org.weft.trainer.checkpoint.Checkpoint;
import org.weft.trainer.checkpoint.CheckpointResolver;
import org.weft.trainer.checkpoint.InitialCheckpoint;
import org.weft.trainer.checkpoint.Vocabulary;
import org.weft.trainer.cluster.RunResult;
import org.weft.trainer.cluster.SparkApplication;
import org.weft.trainer.cluster.TrainingJob;
import org.weft.trainer.coordinator.RunPlan;
import org.weft.trainer.lease.Driver;
import org.weft.trainer.lease.RunLease;
import org.weft.trainer.report.Progress;

/**
 * One call of {@code fit}: examples out of the RDD, a checkpoint of where the network stands, Weft's training job, and the
 * result back into the network. With {@code resume} it goes on where an earlier process left the same call, and reads a
 * finished one's result. For one thread.
 */
final class Fit {
    private final SparkApplication application;
    private final HadoopStore store;
    private final TrainingOptions options;
    private final Network network;
    private final Progress progress;
    private final FitStats stats;

    /**
     * Deeplearning4j broadcasts a network's own parameters to evaluate it, and Spark closes what can be closed when it drops a
     * broadcast: the network would lose its memory some time after an evaluation.
     */
    private static void protect(Network network) {
        network.params().data().setConstant(true);
    }

    Fit(JavaSparkContext context, TrainingOptions options, Network network, Progress progress, FitStats stats) {
        this.application = SparkApplication.within(context);
        this.store = application.store();
        this.options = options;
        this.network = network;
        protect(network);
        this.progress = progress;
        this.stats = stats;
    }

    /**
     * The examples of a fit.
     *
     * @param rdd of them
     * @param directory where they are to be written, or were
     * @param written whether this process has written them there
     */
    record Examples(JavaRDD<MultiDataSet> rdd, String directory, boolean written) {}

    /** What was settled before the job: the same in every process that goes on with this fit. */
    private record Prepared(
            FitRecord record, ExampleManifest examples, ExampleOrder order, ServerPlan servers, WeftConfig config) {}

    /**
     * Trains the network.
     *
     * @param directory of this fit
     * @return where its examples are
     */
    String run(String directory, Examples examples, Collection<TrainingListener> listeners) throws IOException {
        FitRecord record = FitRecord.load(store, directory);
        if (record != null && !options.resume()) {
            throw WeftException.usage(
                    directory + " already holds a fit", "resume(true) goes on from it, or give another run directory");
        }
        boolean fresh = record == null;
        Prepared fit = prepared(directory, fresh ? begin(examples) : record);
        Checkpoint end;
        Driver driver = Driver.here(application.context().sc().applicationId());
        try (RunLease lease = RunLease.acquire(store, fit.config().run(), driver, progress::say)) {
            if (fresh) {
                stats.time(FitStats.START, () -> start(fit));
                fit.record().save(store, directory);
            }
            end = train(fit, listeners, lease);
        }
        stats.time(FitStats.RESULT, () -> take(fit, directory, end));
        return fit.record().data();
    }

    private FitRecord begin(Examples examples) throws IOException {
        boolean known = examples.written() || options.resume();
        if (!known) {
            store.delete(examples.directory()); // of a start that failed: perhaps of other examples
        }
        long count = stats.time(
                        FitStats.EXAMPLES,
                        () -> known && ExampleManifest.exists(store, examples.directory())
                                ? ExampleManifest.load(store, examples.directory())
                                : new ExampleWriting(store, examples.directory()).write(examples.rdd()))
                .examples();
        long steps = count * options.epochs() / options.globalBatch();
        if (steps == 0) {
            throw WeftException.usage(
                    "a fit of " + count + " examples and " + options.epochs()
                            + " epochs is less than one global batch of " + options.globalBatch(),
                    "have a smaller micro-batch, fewer lanes or more epochs");
        }
        int first = network.iteration();
        return new FitRecord(
                examples.directory(), count, first, Math.toIntExact(first + steps), network.epoch(), options.epochs());
    }

    private Prepared prepared(String directory, FitRecord record) throws IOException {
        ExampleManifest examples = ExampleManifest.load(store, record.data());
        ExampleOrder order = new ExampleOrder(
                options.seed(), record.examples(), record.firstStep(), record.firstEpoch(), options.shuffle());
        ServerPlan servers = ServerPlan.of(
                network, record.firstStep(), record.lastStep(), step -> order.epoch(options.globalBatch(), step));
        WeftConfig config = options.config(directory, record.lastStep(), servers.settings());
        requireClipping(config, servers);
        return new Prepared(record, examples, order, servers, config);
    }

    /** The norm would be of running statistics too, which are no gradient. */
    private static void requireClipping(WeftConfig config, ServerPlan servers) {
        servers.layout().parameters().stream()
                .filter(parameter ->
                        parameter.rule().direct() && config.training().clipNorm() > 0)
                .findFirst()
                .ifPresent(parameter -> {
                    throw WeftException.usage(
                            "clipNorm=" + config.training().clipNorm() + " cannot be with " + parameter.name()
                                    + ", which no optimizer moves (running statistics, a frozen layer)",
                            "leave clipNorm out, or limit elements with GradientNormalization.ClipElementWiseAbsoluteValue");
                });
    }

    private List<Part> parts(Prepared fit) {
        return Optimizer.of(fit.config().training()).state();
    }

    private Checkpoint start(Prepared fit) throws IOException {
        return InitialCheckpoint.write(
                store,
                fit.config().run().checkpointsDir(),
                new InitialCheckpoint.Facts(
                        fit.config(),
                        fit.servers().layout(),
                        Vocabulary.NONE,
                        fit.record().firstStep()),
                new UpdaterState(network, parts(fit)).sources());
    }

    private Checkpoint train(Prepared fit, Collection<TrainingListener> listeners, RunLease lease) throws IOException {
        WeftConfig config = fit.config();
        CheckpointResolver resolver = new CheckpointResolver(store, progress::say);
        Checkpoint start = resolver.latest(config.run().checkpointsDir());
        if (start == null) {
            throw WeftException.invalidData(
                    config.run().checkpointsDir() + " has no checkpoint to go on from", "fit in another run directory");
        }
        CheckpointResolver.requireLayout(start, fit.servers().layout());
        CheckpointResolver.requireOptimizer(start, config.training().optimizer());
        int step = start.manifest().step();
        if (step >= fit.record().lastStep()) {
            progress.say(start.directory() + " is this fit's end: nothing to train");
            return start;
        }
        int generation = 1
                + Math.max(
                        lease.highestGeneration(),
                        resolver.highestGeneration(config.run().checkpointsDir()));
        NetworkTraining workload = new NetworkTraining(
                network.model() instanceof ComputationGraph,
                network.toJson(),
                fit.servers().layout(),
                new NetworkTraining.Examples(store, fit.record().data(), fit.examples()),
                fit.order(),
                config);
        RunPlan plan = new RunPlan(
                config,
                workload.layout(),
                workload.tokensPerStep(),
                Double.NaN,
                step,
                start.directory(),
                generation,
                0,
                true);
        TrainingJob job = new TrainingJob(application, plan, workload, Vocabulary.NONE, progress, lease);
        job.check(null);
        lease.begin(generation);
        resolver.setAsideAfter(config.run().checkpointsDir(), step, generation);
        job.onStep(new StepListeners(
                listeners, network, fit.order(), config.training().globalBatch()));
        progress.say(String.format(
                "%,d parameters, %,d examples on %d workers and %d servers, steps %d to %d",
                plan.layout().size(),
                fit.record().examples(),
                config.cluster().workers(),
                config.cluster().servers(),
                step,
                fit.record().lastStep()));
        RunResult result = stats.time(FitStats.TRAIN, job::run);
        return result.checkpoint();
    }

    /** The end's parameters and updater state into the network, and the network as Deeplearning4j's own file. */
    private Checkpoint take(Prepared fit, String directory, Checkpoint end) throws IOException {
        Map<String, CheckpointReader.Sink> sinks = new UpdaterState(network, parts(fit)).sinks();
        new CheckpointReader(store, end.directory(), end.manifest())
                .readVerified(0, fit.servers().layout().size(), sinks);
        int epochs = fit.record().firstEpoch() + fit.record().epochs();
        network.setCounts(fit.record().lastStep(), epochs);
        try (AtomicOutput out = store.create(directory + "/model.zip")) {
            ModelSerializer.writeModel(network.model(), out, true);
            out.commit();
        }
        network.setCounts(fit.record().lastStep(), epochs - 1); // fit() itself counts one epoch
        progress.say("step " + end.manifest().step() + "  params_sha256 "
                + end.manifest().paramsSha256() + "  " + end.directory());
        return end;
    }
}
