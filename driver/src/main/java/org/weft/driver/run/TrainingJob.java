package org.weft.driver.run;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.coordinator.Coordinator;
import org.weft.coordinator.RunListener;
import org.weft.coordinator.RunPlan;
import org.weft.core.Amount;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.core.optim.MuonMatrices;
import org.weft.core.optim.PrunedMatrices;
import org.weft.core.privacy.GradientPrivacy;
import org.weft.core.protocol.Address;
import org.weft.core.transport.SparkTransport;
import org.weft.core.transport.Transport;
import org.weft.core.transport.WireSecurity;
import org.weft.driver.lease.RunLease;
import org.weft.driver.plan.MemoryModel;
import org.weft.driver.spark.ExecutorEnvironment;
import org.weft.driver.spark.ExecutorWatch;
import org.weft.driver.spark.LongStage;
import org.weft.driver.spark.Slots;
import org.weft.driver.spark.SparkApplication;
import org.weft.engine.Engines;
import org.weft.engine.Workload;
import org.weft.parameterserver.ServerOptions;
import org.weft.worker.WorkerOptions;

/**
 * One run's processes on a Spark application: checks that they fit, starts the coordinator and the two long stages,
 * watches them, and ends them. {@link #check}, then {@link #run}, are for one thread; {@link #requestStop} for any;
 * it listens to its own run.
 */
final class TrainingJob implements RunListener {
    private static final Logger LOG = LoggerFactory.getLogger(TrainingJob.class);
    private static final Duration LEAVE = Duration.ofSeconds(30);

    private final SparkApplication application;
    private final Workload<?> workload;
    private final GradientPrivacy privacy;
    private final AtomicBoolean stopRequested = new AtomicBoolean();
    private volatile Coordinator coordinator;
    private volatile OptionalTasks optional;
    private Slots slots;

    /**
     * @param privacy how gradients are made private; null where they are not
     */
    TrainingJob(SparkApplication application, Workload<?> workload, GradientPrivacy privacy) {
        this.application = application;
        this.workload = workload;
        this.privacy = privacy;
    }

    /** Ends the run after the step at hand, with a checkpoint. */
    void requestStop() {
        stopRequested.set(true);
        Coordinator running = coordinator;
        if (running != null) {
            running.requestStop();
        }
    }

    /** Whether {@link #requestStop} was called. */
    boolean stopRequested() {
        return stopRequested.get();
    }

    /**
     * Checks that the executors suffice, before anything is written.
     *
     * @param memory what the run needs; null where that is not known
     * @throws WeftException with exit status 4 and the numbers where they do not
     */
    void check(WeftConfig config, MemoryModel memory) {
        PrunedMatrices.require(config, workload.layout());
        Engines.requireProducts(config);
        MuonMatrices.require(config, workload.layout());
        if (config.privacy().active() && privacy == null) {
            throw WeftException.usage(
                    "privacy is of pretrain and finetune: what is trained here is not told apart by examples",
                    "leave the section privacy out");
        }
        slots = Slots.require(application.context(), config, memory);
        LOG.info(
                "{} with {} and {}",
                Amount.of(slots.executors(), "executor"),
                Amount.of(slots.slots(), "slot"),
                Amount.of(slots.gpus(), "GPU"));
        String copies = Remarks.onCopies(config.servers().replicas(), slots.executors());
        if (!copies.isEmpty()) {
            LOG.warn(copies);
        }
    }

    /**
     * Trains to the last step, or until asked to stop.
     *
     * @param observer told of everything; closed when the run ends well, so that what it was told is written by then
     * @param lease this driver's right to the run; where another takes it, the run ends
     * @throws WeftException with what ended the run before
     */
    void run(RunPlan plan, RunObserver observer, RunLease lease) throws IOException {
        JavaSparkContext context = application.context();
        WireSecurity security = WireSecurity.fresh(plan.config().cluster().encrypt());
        try (Coordinator coordinating = new Coordinator(plan, observer);
                Transport transport = new SparkTransport(security);
                Transport.Listener listener = transport.listen(bindAddress(context), coordinating)) {
            observer.begins(coordinating);
            coordinating.start();
            coordinator = coordinating;
            lease.onLost(coordinating::fail);
            if (stopRequested.get()) {
                coordinating.requestStop();
            }
            ExecutorWatch executors = new ExecutorWatch(coordinating);
            context.sc().addSparkListener(executors);
            try {
                train(
                        plan,
                        coordinating,
                        new Address(driverHost(context), listener.address().port()),
                        security);
            } finally {
                context.sc().removeSparkListener(executors);
            }
            observer.close();
        } finally {
            lease.onLost(failure -> {});
            coordinator = null;
        }
    }

    private void train(RunPlan plan, Coordinator coordinating, Address address, WireSecurity security) {
        WeftConfig config = plan.config();
        JavaSparkContext context = application.context();
        ServerOptions serverOptions =
                new ServerOptions(config, plan.layout(), address, security, application.store(), privacy);
        WorkerOptions workerOptions = new WorkerOptions(config, plan.layout().hash(), address, security, privacy);
        TreeMap<String, String> kernels = new TreeMap<>(ExecutorEnvironment.kernels());
        WorkerTask<?> task = new WorkerTask<>(workerOptions, workload, kernels);
        int gpus = slots.gpusPerWorker(config.cluster());
        String of = " of " + config.run().dir(); // Runs may be side by side, and who ends a stage ends it by its name.
        OptionalTasks more = new OptionalTasks(
                config.cluster(), n -> LongStage.start(context, "weft-worker-" + n + of, List.of(n), gpus, task));
        optional = more;
        LongStage servers = LongStage.start(
                context, "weft-servers" + of, config.serverTasks(), 0, new ServerTask(serverOptions, kernels));
        LongStage workers =
                LongStage.start(context, "weft-workers" + of, config.cluster().workers(), gpus, task);
        try {
            watch(coordinating, servers);
            watch(coordinating, workers);
            coordinating.ended().join();
        } catch (CompletionException e) {
            WeftException known = WeftException.within(e);
            throw known == null ? e : known;
        } finally {
            List<LongStage> all = new ArrayList<>(List.of(servers, workers));
            all.addAll(more.end());
            LongStage.leave(LEAVE, all.toArray(LongStage[]::new));
        }
    }

    @Override
    public void requiredAreHere() {
        OptionalTasks waiting = optional;
        if (waiting != null) {
            waiting.start();
        }
    }

    /** A stage that Spark gives up ends the run with its cause. */
    @SuppressWarnings("FutureReturnValueIgnored") // The outcome is the coordinator's.
    private static void watch(Coordinator coordinating, LongStage stage) {
        stage.done().whenComplete((nothing, failure) -> {
            if (failure != null) {
                WeftException known = WeftException.within(failure);
                coordinating.fail(
                        known != null
                                ? known
                                : new WeftException(
                                        ExitStatus.FAILED,
                                        "Spark gave the run's tasks up: " + failure.getMessage(),
                                        "see the executors' logs; resume with --resume",
                                        failure));
            }
        });
    }

    private static String driverHost(JavaSparkContext context) {
        return context.getConf().get("spark.driver.host");
    }

    private static String bindAddress(JavaSparkContext context) {
        return context.getConf().get("spark.driver.bindAddress", driverHost(context));
    }
}
