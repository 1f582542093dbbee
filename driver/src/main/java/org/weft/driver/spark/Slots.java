package org.weft.driver.spark;

import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.status.api.v1.ExecutorSummary;
import org.weft.core.Amount;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.ClusterConfig;
import org.weft.core.config.ClusterConfig.Device;
import org.weft.core.config.WeftConfig;
import org.weft.core.transport.Deadline;
import org.weft.driver.plan.ExecutorMemory;
import org.weft.driver.plan.MemoryModel;

/**
 * The check before the start: whether the executors have a slot for every worker and server, the memory for them, and a
 * GPU for every worker where GPUs are asked for. A long task that finds no slot would wait for ever, so nothing starts
 * until all of them fit.
 *
 * @param executors that have registered
 * @param slots tasks that they run at once
 * @param gpus that Spark has for them
 * @param memoryBytes of the smallest executor, as Spark's storage and execution share it
 */
public record Slots(int executors, int slots, int gpus, long memoryBytes) {
    private static final long POLL_MILLIS = 200;
    private static final String GPU = "gpu";

    /** Whether the application's executors come with GPUs. */
    static boolean hasGpus(SparkConf conf) {
        return conf.getInt("spark.executor.resource.gpu.amount", 0) > 0;
    }

    /** Workers would find out where their device is chosen; until then servers would start, and for nothing. */
    static void requireNoGpusForBlocks(SparkConf conf, ClusterConfig cluster) {
        if (cluster.streamed() && cluster.device() == Device.AUTO && hasGpus(conf)) {
            throw WeftException.usage(
                    "cluster.residency=streamed does not go with cluster.device=auto where executors have GPUs: one block is"
                            + " held on the host",
                    "set cluster.device=cpu, or cluster.residency=whole");
        }
    }

    /**
     * Waits until the executors suffice.
     *
     * @param memory what the run needs; null where it does not matter
     * @throws WeftException with exit status 4 and the numbers where they do not, at once where they never can; with 2 where workers that
     *     hold one block would be given GPUs
     */
    public static Slots require(JavaSparkContext context, WeftConfig config, MemoryModel memory) {
        requireNoGpusForBlocks(context.getConf(), config.cluster());
        Deadline deadline = Deadline.in(Duration.ofSeconds(config.cluster().startTimeoutSeconds()));
        boolean fixed = context.master().startsWith("local");
        int expected = expectedExecutors(context);
        while (true) {
            ExecutorSupply.requireRunning(context);
            Slots slots = of(context);
            String lack = slots.lack(context.getConf(), context.isLocal(), config, memory);
            if (lack == null) {
                return slots;
            }
            if (fixed && slots.executors() >= expected || deadline.passed()) {
                throw new WeftException(
                        ExitStatus.CLUSTER,
                        lack,
                        "have fewer workers or servers (--set cluster.workers=… cluster.servers=…), or give the"
                                + " application more: cluster.master, --num-executors, --executor-cores,"
                                + " --executor-memory");
            }
            pause(POLL_MILLIS, "executors");
        }
    }

    /** GPUs that a worker's task asks Spark for: one where there is one for each, though a CPU run leaves it idle. */
    public int gpusPerWorker(ClusterConfig cluster) {
        return gpus >= cluster.workers() ? 1 : 0;
    }

    /**
     * How many runs like this one have slots, GPUs and memory side by side, those workers counted that a run can do without; 1 at
     * least.
     *
     * @param memory what the largest of them needs; of one JVM, which shares it with the driver, it is not counted
     */
    public int runsAtOnce(SparkConf conf, boolean local, WeftConfig config, MemoryModel memory) {
        int workers = config.cluster().workerTasks();
        int most = slots / (workers + config.serverTasks());
        if (gpusPerWorker(config.cluster()) > 0) {
            most = Math.min(most, gpus / workers);
        }
        while (!local && most > 1 && !hold(conf, most, config, memory)) {
            most--;
        }
        return Math.max(1, most);
    }

    /** Whether executors have memory for so many runs, of which each has its even share, rounded up. */
    private boolean hold(SparkConf conf, int runs, WeftConfig config, MemoryModel memory) {
        ExecutorMemory needed = memory.executor(
                (runs * config.cluster().workers() + executors - 1) / executors,
                (runs * config.serverTasks() + executors - 1) / executors,
                ExecutorEnvironment.executorHeap(conf));
        return needed.lack() == null
                && (!SparkApplication.endsWhatExceeds(conf)
                        || needed.overhead() >> 20 < ExecutorEnvironment.overheadMebibytes(conf));
    }

    /** As {@link #require}, for the number of slots and GPUs alone. */
    public static Slots requireCount(JavaSparkContext context, WeftConfig config) {
        return require(context, config, null);
    }

    private static int expectedExecutors(JavaSparkContext context) {
        String master = context.master();
        if (!master.startsWith("local-cluster[")) {
            return 1;
        }
        return Integer.parseInt(
                master.substring("local-cluster[".length()).split(",", 2)[0].trim());
    }

    /** Those of the moment. */
    public static Slots of(JavaSparkContext context) {
        int cpusPerTask = context.getConf().getInt("spark.task.cpus", 1);
        boolean local = context.isLocal();
        int executors = 0;
        int slots = 0;
        int gpus = 0;
        long memory = Long.MAX_VALUE;
        for (ExecutorSummary executor :
                ScalaCollections.list(context.sc().statusStore().executorList(true))) {
            if (executor.id().equals("driver") && !local) {
                continue;
            }
            executors++;
            slots += (local ? context.defaultParallelism() : executor.totalCores()) / cpusPerTask;
            ResourceInformation own = ScalaCollections.map(executor.resources()).get(GPU);
            gpus += own == null ? 0 : own.addresses().length;
            memory = Math.min(memory, executor.maxMemory());
        }
        return new Slots(executors, slots, gpus, memory);
    }

    /** Ids of the executors that have registered. */
    public static Set<String> executorIds(JavaSparkContext context) {
        return ScalaCollections.list(context.sc().statusStore().executorList(true)).stream()
                .map(ExecutorSummary::id)
                .collect(Collectors.toSet());
    }

    /** What is missing, with the numbers; null where nothing is. */
    String lack(SparkConf conf, boolean local, WeftConfig config, MemoryModel memory) {
        ClusterConfig cluster = config.cluster();
        int wanted = cluster.workers() + config.serverTasks();
        if (slots < wanted) {
            int replicas = config.servers().replicas();
            return "too few slots: " + Amount.of(cluster.workers(), "worker") + " and "
                    + Amount.of(cluster.servers(), "server")
                    + (replicas > 1 ? " of " + replicas + " replicas" : "") + " need " + wanted + ", "
                    + Amount.of(executors, "executor") + (executors == 1 ? " has " : " have ") + slots;
        }
        boolean cuda = cluster.device() == Device.CUDA || (cluster.device() == Device.AUTO && hasGpus(conf));
        if (cuda && gpus < cluster.workers()) {
            return "too few GPUs: cluster.device=" + cluster.device().word() + " and "
                    + Amount.of(cluster.workers(), "worker") + (cluster.workers() == 1 ? " needs " : " need ")
                    + cluster.workers() + ", Spark has " + gpus + " (spark.executor.resource.gpu.amount="
                    + conf.get("spark.executor.resource.gpu.amount", "not set") + ")";
        }
        if (memory == null || local || executors == 0) {
            return null;
        }
        return memory.executor(executors, ExecutorEnvironment.executorHeap(conf))
                .lack();
    }

    /** Before Spark is asked again; whoever interrupts the thread wants no answer any more. */
    static void pause(long millis, String awaited) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw WeftException.failed("interrupted while waiting for " + awaited, "");
        }
    }
}
