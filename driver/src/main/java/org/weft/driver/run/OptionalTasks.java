package org.weft.driver.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.config.ClusterConfig;
import org.weft.driver.spark.LongStage;

/**
 * The tasks of workers beyond {@code cluster.workers}, a stage each: begun once all are here whom a run cannot do without,
 * so that they take nobody's slot; and begun again where one has left to make room. Safe for use by many threads.
 */
final class OptionalTasks {
    private static final Logger LOG = LoggerFactory.getLogger(OptionalTasks.class);

    private final ClusterConfig cluster;
    private final IntFunction<LongStage> starting;
    private final Map<Integer, LongStage> stages = new TreeMap<>();
    private boolean over;

    /**
     * @param starting starts the stage of one worker
     */
    OptionalTasks(ClusterConfig cluster, IntFunction<LongStage> starting) {
        this.cluster = cluster;
        this.starting = starting;
    }

    /** Starts those that do not run, or wait for a slot, already. */
    @SuppressWarnings("FutureReturnValueIgnored") // One that fails ends nothing.
    synchronized void start() {
        IntStream.range(cluster.workers(), cluster.workerTasks())
                .filter(worker -> !over
                        && (!stages.containsKey(worker)
                                || stages.get(worker).done().isDone()))
                .forEach(worker -> {
                    LongStage stage = starting.apply(worker);
                    stages.put(worker, stage);
                    stage.done().whenComplete((nothing, failure) -> {
                        if (failure != null) {
                            LOG.info(
                                    "worker {}, without which the run can do, has ended: {}",
                                    worker,
                                    failure.getMessage());
                        }
                    });
                });
    }

    /** Ends those that still wait for a slot; returns all, of which those that have begun leave by themselves. */
    synchronized List<LongStage> end() {
        over = true;
        stages.values().forEach(LongStage::cancelUnlessBegun);
        return new ArrayList<>(stages.values());
    }
}
