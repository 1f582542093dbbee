package org.weft.core.config;

import java.io.Serializable;
import java.util.Set;

/** Where a run executes. */
public record ClusterConfig(
        @Doc("Spark master when Weft starts Spark itself: local[*], local-cluster[n,cores,MiB], spark://host:port. "
                + "Leave empty under spark-submit.")
        String master,

        @Doc("Workers: long Spark tasks that compute gradients, one replica of the model each.")
        int workers,

        @Doc("Parameter server shards: long Spark tasks that own a range of the parameters each.")
        int servers,

        @Doc("Where replicas compute: cpu, cuda, or auto (cuda where Spark assigned a GPU).")
        String device,

        @Doc("CPU threads of one replica; the promise of identical bits holds for a fixed number.")
        int threads,

        @Doc("Heap of one executor where Weft starts Spark itself, as Spark writes it: 1g, 1024m.")
        String executorMemory,

        @Doc("Encrypt gradients and parameters on the wire (AES); they are always authenticated.")
        boolean encrypt,

        @Doc("Seconds to wait at the start for enough executors, servers and workers.")
        int startTimeoutSeconds,

        @Doc("Seconds without a sign of life after which a worker or server counts as lost.")
        int leaseSeconds,

        @Doc("Seconds a step may wait for a worker or server before the run fails and names it.")
        int stepTimeoutSeconds)
        implements Serializable {

    private static final Set<String> DEVICES = Set.of("cpu", "cuda", "auto");

    static ClusterConfig defaults() {
        return new ClusterConfig("", 2, 2, "auto", 1, "1g", false, 120, 10, 600);
    }

    void validate(Problems problems) {
        problems.require(workers >= 1, "cluster.workers=%d must be at least 1", workers);
        problems.require(servers >= 1, "cluster.servers=%d must be at least 1", servers);
        problems.require(threads >= 1, "cluster.threads=%d must be at least 1", threads);
        problems.require(DEVICES.contains(device), "cluster.device=%s must be one of cpu, cuda, auto", device);
        problems.require(
                startTimeoutSeconds >= 1, "cluster.start_timeout_seconds=%d must be positive", startTimeoutSeconds);
        problems.require(leaseSeconds >= 1, "cluster.lease_seconds=%d must be positive", leaseSeconds);
        problems.require(
                stepTimeoutSeconds >= 1, "cluster.step_timeout_seconds=%d must be positive", stepTimeoutSeconds);
        problems.require(
                executorMemory.matches("\\d+[kmgtKMGT]"),
                "cluster.executor_memory=%s is not a size such as 1g or 1024m",
                executorMemory);
    }
}
