package org.weft.driver.run;

import java.io.IOException;
import java.util.Iterator;
import java.util.Map;
import org.apache.spark.api.java.function.VoidFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.config.WeftConfig;
import org.weft.driver.spark.ExecutorEnvironment;
import org.weft.driver.spark.TaskPlace;
import org.weft.engine.Workload;

/**
 * A Spark task that has an executor load what it will compute with.
 *
 * @param kernels the driver's {@link ExecutorEnvironment#kernels}
 */
record WarmTask(WeftConfig config, Workload<?> workload, Map<String, String> kernels)
        implements VoidFunction<Iterator<Integer>> {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(WarmTask.class);

    @Override
    public void call(Iterator<Integer> index) {
        try {
            ExecutorEnvironment.requireKernels(kernels);
            workload.warm(WorkerTask.device(config, index.next(), TaskPlace.here()));
        } catch (IOException
                | RuntimeException
                | LinkageError e) { // Whoever computes here later says so, where it matters then.
            LOG.warn("this executor is not warm: {}", e.toString());
        }
    }
}
