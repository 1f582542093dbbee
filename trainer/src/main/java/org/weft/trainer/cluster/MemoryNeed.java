package org.weft.trainer.cluster;

import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.network.util.JavaUtils;
import org.weft.core.config.ClusterConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.params.ParameterLayout;

/**
 * What a run needs of the executors' Java memory. Of the flat vector's P elements a server shard holds its part of: the
 * weights (direct), two moments, the gradient being summed with what waits for its sibling, and a checkpoint's copy. A
 * worker keeps sums of its lanes in direct memory. Native memory of libtorch comes on top and is the overhead's
 * (spark.executor.memoryOverhead).
 *
 * @param serverBytes heap and direct memory of one server
 * @param workerBytes heap and direct memory of one worker
 */
record MemoryNeed(long serverBytes, long workerBytes) {
    static final MemoryNeed NONE = new MemoryNeed(0, 0);

    /** Weights 1, moments 2, gradients 2, checkpoint copy 3. */
    private static final int SERVER_VECTORS = 8;
    /** Netty's buffers and Spark itself. */
    private static final long BASE_BYTES = 192L << 20;

    static MemoryNeed of(ParameterLayout layout, ClusterConfig cluster, int lanes) {
        long vector = layout.size() * Float.BYTES;
        int lanesOfWorker = Math.max(1, (lanes + cluster.workers() - 1) / cluster.workers());
        int kept = 32 - Integer.numberOfLeadingZeros(Math.max(1, lanesOfWorker - 1));
        return new MemoryNeed(SERVER_VECTORS * (vector / cluster.servers()), lanesOfWorker == 1 ? 0 : kept * vector);
    }

    /** What is missing where tasks are spread evenly, with the numbers; null where nothing is. */
    String lack(JavaSparkContext context, WeftConfig config, int executors) {
        if (context.isLocal() || executors == 0) {
            return null;
        }
        long heap = JavaUtils.byteStringAsBytes(context.getConf().get("spark.executor.memory", "1g"));
        long servers = (config.serverTasks() + executors - 1) / executors * serverBytes;
        long workers = (config.cluster().workers() + executors - 1) / executors * workerBytes;
        // Direct memory has a bound of its own, by default as large as the heap.
        long needed = BASE_BYTES + servers * 7 / SERVER_VECTORS;
        if (needed > heap || workers + servers / SERVER_VECTORS > heap) {
            return String.format(
                    "too little memory: an executor has a heap of %d MiB; its share of the servers needs %d MiB of heap,"
                            + " and %d MiB of direct memory go with its workers and servers",
                    heap >> 20, needed >> 20, workers + servers / SERVER_VECTORS >> 20);
        }
        return null;
    }
}
