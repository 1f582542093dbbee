package org.weft.core.config;

import java.io.Serializable;
import java.time.Duration;

/** Where a run executes. */
public record ClusterConfig(
        @Doc("Spark master when Weft starts Spark itself: local[*], local-cluster[n,cores,MiB], spark://host:port. "
                + "Leave empty under spark-submit.")
        String master,

        @Doc(
                "Workers: long Spark tasks that compute gradients, one replica of the model each. A run starts with so many.")
        int workers,

        @Doc("A run goes on, and starts when cluster.start_timeout_seconds have passed, with at least so many workers.")
        int minWorkers,

        @Doc(
                "Worker tasks that Spark is asked for; those beyond cluster.workers are asked for once all others are there, "
                        + "and join whenever there is a slot for them, so that a run grows with the cluster; where a server "
                        + "stays away they make room for it. 0: as many as cluster.workers.")
        int maxWorkers,

        @Doc("Parameter server shards: long Spark tasks that own a range of the parameters each.")
        int servers,

        @Doc(
                "What computes: torch (libtorch: every family, CPU and GPU), or dl4j (SameDiff on ND4J: GPT-2 in float32 on the "
                        + "CPU; weft-dl4j on the class path of driver and executors). Checkpoints are the same.")
        String engine,

        @Doc("Where replicas compute: cpu, cuda, or auto (cuda where Spark assigned a GPU).")
        Device device,

        @Doc(
                "What a worker holds of the model. whole: all parameters and gradients. streamed: embeddings and head, and of the blocks one at "
                        + "a time, which servers send once for forward and once for backward; what is within a block is computed again. Both "
                        + "yield the same parameters.")
        Residency residency,

        @Doc("CPU threads of one replica; the promise of identical bits holds for a fixed number.")
        int threads,

        @Doc("Heap of one executor where Weft starts Spark itself, as Spark writes it: 1g, 1024m.")
        String executorMemory,

        @Doc(
                "Encrypt gradients and parameters on the wire (AES/GCM); they are always authenticated. Either "
                        + "protects no more than Spark does that carries the run's secret: see Security in docs/architecture.md.")
        boolean encrypt,

        @Doc("Seconds to wait at the start for enough executors, servers and workers.")
        int startTimeoutSeconds,

        @Doc("Seconds without a sign of life after which a worker or server counts as lost.")
        int leaseSeconds,

        @Doc("Seconds that a lost worker's lanes are kept for its replacement before the others take them.")
        int rebalanceAfter,

        @Doc(
                "A worker that takes so many times as long for a lane as the fastest gives lanes to faster ones, and an idle "
                        + "worker computes lanes again that are that late; 0 for never.")
        double stragglerRatio,

        @Doc("Seconds a step may wait for a worker or server before the run fails and names it.")
        int stepTimeoutSeconds)
        implements Serializable {

    /** Where replicas compute. */
    public enum Device implements Word {
        CPU,
        CUDA,
        AUTO
    }

    /** What a worker holds of the model. */
    public enum Residency implements Word {
        WHOLE,
        STREAMED
    }

    /** Whether workers hold a few blocks at a time. */
    public boolean streamed() {
        return residency == Residency.STREAMED;
    }

    static ClusterConfig defaults() {
        return new ClusterConfig(
                "", 2, 1, 0, 2, "torch", Device.AUTO, Residency.WHOLE, 1, "1g", false, 120, 10, 0, 2.0, 600);
    }

    /** Between a member's signs of life: four fit into a lease. */
    public Duration heartbeat() {
        return Duration.ofMillis(leaseSeconds * 250L);
    }

    /** How long a member tries an unreachable coordinator again. */
    public Duration patience() {
        return Duration.ofSeconds(Math.max(30, 3L * leaseSeconds));
    }

    /** How long a member waits for another within a step. */
    public Duration stepTimeout() {
        return Duration.ofSeconds(stepTimeoutSeconds);
    }

    /** Worker tasks that Spark is asked for. */
    public int workerTasks() {
        return Math.max(workers, maxWorkers);
    }

    void validate(Problems problems) {
        problems.require(workers >= 1, "cluster.workers=%d must be at least 1", workers);
        problems.require(
                minWorkers >= 1 && minWorkers <= workers,
                "cluster.min_workers=%d must be in [1, cluster.workers=%d]",
                minWorkers,
                workers);
        problems.require(
                maxWorkers == 0 || maxWorkers >= workers,
                "cluster.max_workers=%d must be 0 or at least cluster.workers=%d",
                maxWorkers,
                workers);
        problems.require(rebalanceAfter >= 0, "cluster.rebalance_after=%d must not be negative", rebalanceAfter);
        problems.require(
                stragglerRatio == 0 || stragglerRatio > 1,
                "cluster.straggler_ratio=%s must be 0 or greater than 1",
                stragglerRatio);
        problems.require(servers >= 1, "cluster.servers=%d must be at least 1", servers);
        problems.require(threads >= 1, "cluster.threads=%d must be at least 1", threads);
        problems.require(!engine.isBlank(), "cluster.engine is empty");
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
