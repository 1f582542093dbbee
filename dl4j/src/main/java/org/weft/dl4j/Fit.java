package org.weft.dl4j;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.config.SyncConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.optim.Optimizer;
import org.weft.core.optim.StateVector;
import org.weft.core.storage.AtomicOutput;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.RunDirectory;
import org.weft.dl4j.data.ExampleManifest;
import org.weft.dl4j.data.ExampleOrder;
import org.weft.dl4j.data.ExampleWriting;
import org.weft.dl4j.network.Network;
import org.weft.dl4j.network.NetworkTraining;
import org.weft.dl4j.network.ServerPlan;
import org.weft.dl4j.network.UpdaterState;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.InitialCheckpoint;
import org.weft.driver.checkpoint.RunIdentity;
import org.weft.driver.checkpoint.Vocabulary;
import org.weft.driver.progress.Progress;
import org.weft.driver.run.RunResult;
import org.weft.driver.run.StopSource;
import org.weft.driver.run.Subject;
import org.weft.driver.run.TrainingRun;
import org.weft.driver.spark.SparkApplication;

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
        this.application =
                SparkApplication.within(context).committing(options.checkpoint().commit());
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
        TrainingRun training = new TrainingRun(
                application,
                progress,
                StopSource.NONE,
                new StepListeners(
                        listeners, network, fit.order(), fit.config().training().globalBatch()));
        RunResult result;
        try {
            result = training.run(fit.config().run(), fresh ? null : TrainingRun.LATEST, () -> subject(fit, fresh));
        } finally {
            stats.end(FitStats.TRAIN);
        }
        stats.time(FitStats.RESULT, () -> take(fit, result.checkpoint()));
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
        requireWhole(config, servers);
        return new Prepared(record, examples, order, servers, config);
    }

    /** What is done to gradients is done to running statistics, too, which are none. */
    private static void requireWhole(WeftConfig config, ServerPlan servers) {
        SyncConfig sync = config.sync();
        boolean plain = !sync.local() && sync.delay() == 0 && sync.gradients() == SyncConfig.Gradients.F32;
        boolean clipped = config.training().clipNorm() > 0;
        servers.layout().parameters().stream()
                .filter(parameter -> parameter.rule().direct() && (clipped || !plain))
                .findFirst()
                .ifPresent(parameter -> {
                    String setting = clipped
                            ? "clipNorm=" + config.training().clipNorm()
                            : "sync (mode=" + sync.mode().word() + ", delay=" + sync.delay() + ", gradients="
                                    + sync.gradients().word() + ")";
                    throw WeftException.usage(
                            setting + " cannot be with " + parameter.name()
                                    + ", which no optimizer moves (running statistics, a frozen layer)",
                            clipped
                                    ? "leave clipNorm out, or limit elements with"
                                            + " GradientNormalization.ClipElementWiseAbsoluteValue"
                                    : "leave sync out");
                });
    }

    private List<StateVector> parts(Prepared fit) {
        return Optimizer.ofServers(fit.config()).state();
    }

    private Subject subject(Prepared fit, boolean fresh) throws IOException {
        RunDirectory run = fit.config().run().directory();
        CheckpointManifest.Source source = new CheckpointManifest.Source(
                "examples", fit.record().data(), fit.examples().fingerprint());
        RunIdentity identity = new RunIdentity(fit.config(), fit.servers().layout(), Vocabulary.NONE, List.of(source));
        if (fresh) {
            store.delete(run.step(fit.record().firstStep())); // of a start that failed
        }
        stats.begin(FitStats.TRAIN);
        return new Subject(
                String.format(
                        "%,d parameters, %,d examples",
                        identity.layout().size(), fit.record().examples()),
                identity,
                workload(fit),
                Optional.empty(),
                List.of(),
                () -> fresh ? start(fit, identity) : noStart(run));
    }

    private NetworkTraining workload(Prepared fit) {
        return new NetworkTraining(
                network.model() instanceof ComputationGraph,
                network.toJson(),
                fit.servers().layout(),
                new NetworkTraining.Examples(store, fit.record().data(), fit.examples()),
                fit.order(),
                fit.config());
    }

    /** Where the network stands, and with it the record from which another process goes on. */
    private Checkpoint start(Prepared fit, RunIdentity identity) throws IOException {
        RunDirectory run = fit.config().run().directory();
        Checkpoint start = stats.time(
                FitStats.START,
                () -> InitialCheckpoint.write(
                        store,
                        run,
                        identity,
                        fit.record().firstStep(),
                        new UpdaterState(network, parts(fit)).sources()));
        fit.record().save(store, run.path());
        stats.begin(FitStats.TRAIN);
        return start;
    }

    private static Checkpoint noStart(RunDirectory run) {
        throw WeftException.invalidData(
                run.checkpoints() + " has no checkpoint to go on from", "fit in another run directory");
    }

    /** The end's parameters and updater state into the network, and the network as Deeplearning4j's own file. */
    private Checkpoint take(Prepared fit, Checkpoint end) throws IOException {
        Map<String, CheckpointReader.Sink> sinks = new UpdaterState(network, parts(fit)).sinks();
        new CheckpointReader(store, end.directory(), end.manifest())
                .readVerified(0, fit.servers().layout().size(), sinks);
        int epochs = fit.record().firstEpoch() + fit.record().epochs();
        network.setCounts(fit.record().lastStep(), epochs);
        try (AtomicOutput out = store.create(fit.config().run().directory().file("model.zip"))) {
            ModelSerializer.writeModel(network.model(), out, true);
            out.commit();
        }
        network.setCounts(fit.record().lastStep(), epochs - 1); // fit() itself counts one epoch
        progress.say("step " + end.manifest().step() + "  params_sha256 "
                + end.manifest().paramsSha256() + "  " + end.directory());
        return end;
    }
}
