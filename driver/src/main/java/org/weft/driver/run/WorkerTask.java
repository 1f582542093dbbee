package org.weft.driver.run;

import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.VoidFunction;
import org.apache.spark.resource.ResourceInformation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.WeftException;
import org.weft.core.batches.MicroBatch;
import org.weft.core.batches.Prefetch;
import org.weft.core.config.ClusterConfig.Device;
import org.weft.core.config.TrainingConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.transport.FencedException;
import org.weft.driver.spark.ExecutorEnvironment;
import org.weft.driver.spark.TaskPlace;
import org.weft.engine.Engines;
import org.weft.engine.Replica;
import org.weft.engine.Workload;
import org.weft.worker.WorkerLoop;
import org.weft.worker.WorkerOptions;
import org.weft.worker.WorkerSession;

/**
 * The long Spark task that is one worker; its partition holds the worker's index.
 *
 * @param kernels the driver's {@link ExecutorEnvironment#kernels}
 */
record WorkerTask<B extends MicroBatch>(WorkerOptions options, Workload<B> workload, Map<String, String> kernels)
        implements VoidFunction<Iterator<Integer>> {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(WorkerTask.class);

    @Override
    public void call(Iterator<Integer> index) throws Exception {
        int worker = index.next();
        TaskPlace place = TaskPlace.here();
        String device = device(options.config(), worker, place);
        try (WorkerSession session = new WorkerSession(options, worker)) {
            work(session, place, device);
        }
    }

    private void work(WorkerSession session, TaskPlace place, String device) throws IOException {
        try {
            ExecutorEnvironment.requireKernels(kernels);
            train(session, place, device);
        } catch (FencedException e) {
            LOG.warn("{} (attempt {}) ends: {}", session, place.attempt(), e.getMessage());
        } catch (IOException | RuntimeException e) {
            session.reportFailure(e);
            throw e;
        } catch (LinkageError e) { // For this Spark would end the executor, and the next one.
            WeftException known = Engines.notLoaded("what " + session + " computes with", e);
            session.reportFailure(known);
            throw known;
        } catch (VirtualMachineError e) { // Memory, as a rule: the executor's end, whose cause is to be known.
            session.reportFailure(WeftException.failed(
                    session + " (executor " + place.executor() + ", host " + place.host() + "): " + e,
                    "give executors more memory (spark.executor.memory, cluster.executor_memory)"));
            throw e;
        }
    }

    private void train(WorkerSession session, TaskPlace place, String device) throws IOException {
        try (Replica<B> replica = workload.open(device);
                Prefetch<B> batches = batches()) {
            batches.start();
            double peak = replica.measurePeakFlops();
            do {
                session.join(place.attempt(), place.host(), place.executor(), device, peak);
            } while (!new WorkerLoop<>(options, session, replica, batches).run());
        }
    }

    private Prefetch<B> batches() throws IOException {
        TrainingConfig training = options.config().training();
        int perLane = training.microBatchesPerLane();
        return new Prefetch<>(workload.batches(), perLane, 2 * perLane * training.lanes());
    }

    /** {@code cpu}, or the GPU that Spark assigned to this task. */
    static String device(WeftConfig config, int worker, TaskPlace place) {
        ResourceInformation gpu = TaskContext.get().resourcesJMap().get("gpu");
        Device wanted = config.cluster().device();
        boolean cuda = wanted == Device.CUDA || (wanted == Device.AUTO && gpu != null);
        String device = cuda ? "cuda:" + (gpu == null ? "0" : gpu.addresses()[0]) : "cpu";
        LOG.info(
                "worker {} (attempt {}, executor {}, host {}) runs on {}; GPUs that Spark gave it: {}{}",
                worker,
                place.attempt(),
                place.executor(),
                place.host(),
                device,
                gpu == null ? "none" : Arrays.toString(gpu.addresses()),
                gpu != null && !cuda ? " (not used: cluster.device=" + wanted.word() + ")" : "");
        return device;
    }
}
