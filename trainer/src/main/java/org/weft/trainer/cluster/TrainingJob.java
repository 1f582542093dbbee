package org.weft.trainer.cluster;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.ExitStatus;
import org.weft.core.Threads;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.core.protocol.Address;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Retries;
import org.weft.core.transport.SparkTransport;
import org.weft.core.transport.Transport;
import org.weft.core.transport.WireSecurity;
import org.weft.server.ServerOptions;
import org.weft.trainer.checkpoint.BestStep;
import org.weft.trainer.checkpoint.CheckpointCommitter;
import org.weft.trainer.checkpoint.Vocabulary;
import org.weft.trainer.coordinator.Coordinator;
import org.weft.trainer.coordinator.RunListener;
import org.weft.trainer.coordinator.RunPlan;
import org.weft.trainer.lease.RunLease;
import org.weft.trainer.plan.MemoryModel;
import org.weft.trainer.report.MetricsLog;
import org.weft.trainer.report.Progress;
import org.weft.worker.WorkerOptions;
import org.weft.worker.Workload;

/**
 * One run on a Spark application: checks that it fits, starts the coordinator and the two long stages, watches them, and
 * ends them. {@link #check}, then {@link #run}, are for one thread; {@link #requestStop} for any.
 */
public final class TrainingJob {
    private static final Logger LOG = LoggerFactory.getLogger(TrainingJob.class);
    private static final Duration LEAVE = Duration.ofSeconds(30);

    private final SparkApplication application;
    private final RunPlan plan;
    private final Workload<?> workload;
    private final Vocabulary vocabulary;
    private final Progress progress;
    private final RunLease lease;
    private final AtomicBoolean stopRequested = new AtomicBoolean();
    private volatile Coordinator coordinator;
    private Slots slots;
    private Consumer<RunListener.Step> steps = step -> {};

    /**
     * @param vocabulary what checkpoints say of the tokens
     * @param lease this driver's right to the run; where another takes it, the run ends
     */
    public TrainingJob(
            SparkApplication application,
            RunPlan plan,
            Workload<?> workload,
            Vocabulary vocabulary,
            Progress progress,
            RunLease lease) {
        this.application = application;
        this.plan = plan;
        this.workload = workload;
        this.vocabulary = vocabulary;
        this.progress = progress;
        this.lease = lease;
    }

    /**
     * Whom to tell of each step; a step that is computed again comes again.
     *
     * @param listener called on one thread, which also writes the run's files
     */
    public void onStep(Consumer<RunListener.Step> listener) {
        steps = listener;
    }

    /** Ends the run after the step at hand, with a checkpoint. */
    public void requestStop() {
        stopRequested.set(true);
        Coordinator running = coordinator;
        if (running != null) {
            running.requestStop();
        }
    }

    /**
     * Checks that the executors suffice, before anything is written.
     *
     * @param memory what the run needs; null where that is not known
     * @throws WeftException with exit status 4 and the numbers where they do not
     */
    public void check(MemoryModel memory) {
        WeftConfig config = plan.config();
        slots = Slots.require(application.context(), config, memory);
        LOG.info("{} executors with {} slots and {} GPUs", slots.executors(), slots.slots(), slots.gpus());
    }

    /**
     * Trains to the last step, or until asked to stop.
     *
     * @throws WeftException with what ended the run before
     */
    public RunResult run() throws IOException {
        WeftConfig config = plan.config();
        JavaSparkContext context = application.context();
        HadoopStore store = application.store();
        WireSecurity security = WireSecurity.fresh(config.cluster().encrypt());
        MetricsLog metrics = MetricsLog.open(store, config.run().dir(), plan.startStep());
        BestStep best =
                new BestStep(config.finetune().metric(), config.finetune().patience());
        best.take(metrics.lines());
        if (best.exhausted()) {
            metrics.close();
            progress.say(best.account() + ": the run has ended");
            return RunResult.startingAt(plan).withBestStep(best.step());
        }
        RunPlan whole = plan.withStartEvaluated(best.knows(plan.startStep()));
        CheckpointCommitter committer = new CheckpointCommitter(
                store,
                config,
                plan.layout(),
                vocabulary,
                new CheckpointCommitter.Rules(
                        lease::require,
                        plan.checkpoint(),
                        Retries.of(config.checkpoint().retries(), Threads.MACHINE),
                        best,
                        plan.tokensPerStep()));
        try (RunObserver observer = new RunObserver(
                        whole,
                        progress,
                        metrics,
                        committer,
                        new RunObserver.Watchers(best, lease::used, steps),
                        Threads.MACHINE);
                Coordinator coordinating = new Coordinator(whole, observer);
                Transport transport = new SparkTransport(security);
                Transport.Listener listener = transport.listen(bindAddress(context), coordinating)) {
            observer.attach(coordinating);
            coordinating.start();
            coordinator = coordinating;
            lease.onLost(coordinating::fail);
            if (stopRequested.get()) {
                coordinating.requestStop();
            }
            Address address =
                    new Address(driverHost(context), listener.address().port());
            ExecutorWatch executors = new ExecutorWatch(coordinating);
            context.sc().addSparkListener(executors);
            try {
                train(coordinating, address, security, store, slots.gpusPerWorker(config.cluster()));
            } finally {
                context.sc().removeSparkListener(executors);
            }
            observer.close();
            return observer.result().withStopped(stopRequested.get()).withBestStep(best.step());
        } finally {
            lease.onLost(failure -> {});
            coordinator = null;
        }
    }

    private void train(
            Coordinator coordinating, Address address, WireSecurity security, HadoopStore store, int gpusPerWorker) {
        WeftConfig config = plan.config();
        JavaSparkContext context = application.context();
        ServerOptions serverOptions = new ServerOptions(config, plan.layout(), address, security, store);
        WorkerOptions workerOptions = new WorkerOptions(config, plan.layout().hash(), address, security);
        LongStage servers =
                LongStage.start(context, "weft-servers", config.serverTasks(), 0, new ServerTask(serverOptions));
        LongStage workers = LongStage.start(
                context,
                "weft-workers",
                config.cluster().workerTasks(),
                gpusPerWorker,
                new WorkerTask<>(workerOptions, workload));
        try {
            watch(coordinating, servers);
            watch(coordinating, workers);
            coordinating.ended().join();
        } catch (CompletionException e) {
            WeftException known = WeftException.within(e);
            throw known == null ? e : known;
        } finally {
            LongStage.leave(LEAVE, servers, workers);
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
