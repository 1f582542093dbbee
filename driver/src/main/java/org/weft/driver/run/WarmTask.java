package org.weft.driver.run;

import java.io.IOException;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.api.java.function.VoidFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.config.WeftConfig;
import org.weft.driver.spark.ExecutorEnvironment;
import org.weft.driver.spark.TaskPlace;
import org.weft.engine.Workload;

/**
 * A Spark task that has an executor load what it will compute with: the first that a process gets, if Spark gave it to no other
 * before. One that brought its executor down is not to be tried on the next.
 *
 * @param kernels the driver's {@link ExecutorEnvironment#kernels}
 */
record WarmTask(WeftConfig config, Workload<?> workload, Map<String, String> kernels)
        implements VoidFunction<Iterator<Integer>> {
    private static final long serialVersionUID = 1L;
    private static final AtomicBoolean BEGUN = new AtomicBoolean();
    private static final Logger LOG = LoggerFactory.getLogger(WarmTask.class);

    /**
     * @param begun whether this process was warmed, or is being; set where it is to be now
     */
    static boolean first(TaskPlace place, AtomicBoolean begun) {
        return place.attempt() == 0 && begun.compareAndSet(false, true);
    }

    @Override
    public void call(Iterator<Integer> index) {
        TaskPlace place = TaskPlace.here();
        if (!first(place, BEGUN)) {
            return;
        }
        try {
            ExecutorEnvironment.requireKernels(kernels);
            workload.warm(WorkerTask.device(config, index.next(), place));
        } catch (IOException | RuntimeException | LinkageError e) {
            // Whoever computes here later says so, where it matters then.
            LOG.warn("this executor is not warm: {}", e.toString());
        }
    }
}
