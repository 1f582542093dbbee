package org.weft.driver.spark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.network.util.JavaUtils;
import org.weft.core.Amount;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.driver.plan.ExecutorMemory;
import org.weft.driver.plan.HeapRegions;
import org.weft.driver.plan.MemoryModel;

/**
 * What executors need in their environment and on their command line for libtorch to be fast and for memory to stay
 * bounded, set without the user's doing. A value that the user has set stands.
 */
public final class ExecutorEnvironment {
    /** Where Debian, Ubuntu, Fedora and their kin install jemalloc. */
    private static final List<String> JEMALLOC = List.of(
            "/usr/lib/x86_64-linux-gnu/libjemalloc.so.2",
            "/usr/lib/aarch64-linux-gnu/libjemalloc.so.2",
            "/usr/lib64/libjemalloc.so.2");

    /** The file of another library for matrix products than OpenBLAS. */
    private static final String BLAS = "WEFT_BLAS";

    private static final List<String> KERNELS = List.of("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE");

    /** What keeps MKL to the same kernels from run to run. */
    private static final String BITS = "MKL_CBWR";

    private static final List<String> OTHER_KERNELS =
            List.of("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", BLAS, BITS, "MKL_ENABLE_INSTRUCTIONS");

    static final String OVERHEAD = "spark.executor.memoryOverhead";

    static final String JAVA_OPTIONS = "spark.executor.extraJavaOptions";

    /** A collector other than G1, which has no regions of that kind. */
    private static final Pattern COLLECTOR = Pattern.compile("-XX:\\+Use(?!G1)\\w+GC\\b");

    private ExecutorEnvironment() {}

    /**
     * Adds to a configuration what it does not have yet.
     *
     * @param teacher that workers learn from; null for none
     */
    static void apply(SparkConf conf, WeftConfig config, ModelShape teacher) {
        ExecutorMemory memory = memory(conf, config, teacher);
        conf.setIfMissing(OVERHEAD, mebibytesUp(memory.overhead()) + "m");
        variables(config.cluster().threads())
                .forEach((name, value) -> conf.setIfMissing("spark.executorEnv." + name, value));
        javaOptions(conf);
    }

    /** Of an executor, in bytes; without a unit Spark takes the setting for MiB. */
    static long executorHeap(SparkConf conf) {
        return conf.getSizeAsMb("spark.executor.memory", "1g") << 20;
    }

    /** Adds what executors' JVMs are started with, for their heap, to what they are started with anyway. */
    public static void javaOptions(SparkConf conf) {
        // JavaCPP's own accounting kills processes by resident size; executors' memory is the cluster manager's matter.
        String existing = conf.get(JAVA_OPTIONS, "");
        if (!existing.contains("org.bytedeco.javacpp.maxphysicalbytes")) {
            addJavaOption(conf, "-Dorg.bytedeco.javacpp.maxphysicalbytes=0 -Dorg.bytedeco.javacpp.maxbytes=0");
        }
        if (!existing.contains(HeapRegions.SIZE) && !COLLECTOR.matcher(existing).find()) {
            HeapRegions.option(executorHeap(conf)).ifPresent(option -> addJavaOption(conf, option));
        }
    }

    private static void addJavaOption(SparkConf conf, String option) {
        conf.set(JAVA_OPTIONS, (conf.get(JAVA_OPTIONS, "") + " " + option).trim());
    }

    /**
     * Fails where a container manager would end executors in the middle of their work, for what they take beside their
     * heap is counted against an overhead that is too small for it.
     *
     * @param teacher that workers learn from; null for none
     * @throws WeftException with exit status 4, the numbers and the setting
     */
    static void requireOverhead(SparkConf conf, WeftConfig config, ModelShape teacher) {
        long given = overheadMebibytes(conf);
        ExecutorMemory memory = memory(conf, config, teacher);
        long needed = mebibytesUp(memory.overhead());
        if (given < needed) {
            throw new WeftException(
                    ExitStatus.CLUSTER,
                    String.format(
                            "too small a container: %s=%dm, and an executor with %s and %s needs %dm"
                                    + " beside its heap (libtorch %d MiB, direct buffers %d MiB, the JVM and its"
                                    + " libraries %d MiB)",
                            OVERHEAD,
                            given,
                            Amount.of(memory.workers(), "worker"),
                            Amount.of(memory.servers(), "server"),
                            needed,
                            mebibytesUp(memory.nativeBytes()),
                            mebibytesUp(memory.direct()),
                            mebibytesUp(memory.base())),
                    "set " + OVERHEAD + "=" + needed + "m, or leave it out, and Weft sets it");
        }
    }

    /** What a container holds beside the heap. */
    static long overheadMebibytes(SparkConf conf) {
        return JavaUtils.byteStringAsMb(conf.get(OVERHEAD));
    }

    /** An executor with as many workers as it has slots for, servers in the slots that are left. */
    private static ExecutorMemory memory(SparkConf conf, WeftConfig config, ModelShape teacher) {
        ModelShape shape = new ModelShape(config.model(), MemoryModel.expectedVocabulary(config));
        int slots = Math.max(1, conf.getInt("spark.executor.cores", 1) / conf.getInt("spark.task.cpus", 1));
        int workers = Math.min(slots, config.cluster().workers());
        int servers = Math.min(slots - workers, config.serverTasks());
        MemoryModel memory = new MemoryModel(shape, config, teacher);
        return memory.executor(workers, servers, memory.executorHeap());
    }

    private static long mebibytesUp(long bytes) {
        return (bytes + (1L << 20) - 1) >> 20;
    }

    /**
     * What this process's environment says of the kernels that matrix products take. They decide bits, so executors have the
     * driver's; set to nothing is another choice than not set, so what the driver has not is not set.
     */
    public static Map<String, String> kernels() {
        return kernels(System.getenv());
    }

    static Map<String, String> kernels(Map<String, String> environment) {
        Map<String, String> kernels = new TreeMap<>(environment);
        boolean other = !environment.getOrDefault(BLAS, "").isEmpty();
        kernels.keySet().retainAll(other ? OTHER_KERNELS : KERNELS);
        if (other) {
            kernels.putIfAbsent(BITS, "AUTO");
        }
        return kernels;
    }

    /**
     * Looks whether this executor has the driver's choice: its machine may set another that Spark cannot take back.
     *
     * @param driver what {@link #kernels} is in the driver
     * @throws WeftException with both, where they differ
     */
    public static void requireKernels(Map<String, String> driver) {
        Map<String, String> here = kernels();
        if (!here.equals(driver)) {
            throw new WeftException(
                    ExitStatus.CLUSTER,
                    "this executor's environment has " + (here.isEmpty() ? "none of " + OTHER_KERNELS : here)
                            + ", the driver's has " + (driver.isEmpty() ? "none" : driver)
                            + ": other kernels give other bits",
                    "set the same for both, or unset it where Spark's Workers or YARN's NodeManagers are started");
        }
    }

    /** Environment variables, and why: one replica is one thread; pages given back to the system cost faults. */
    static Map<String, String> variables(int threads) {
        return variables(threads, kernels());
    }

    /** @param kernels the driver's */
    static Map<String, String> variables(int threads, Map<String, String> kernels) {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("OMP_NUM_THREADS", Integer.toString(threads));
        variables.put("OPENBLAS_NUM_THREADS", Integer.toString(threads));
        variables.putAll(kernels);
        String blas = kernels.get(BLAS);
        if (blas != null) { // MKL has libtorch's threads then, and no choice of its own among kernels
            variables.put("LD_PRELOAD", blas);
            variables.put("MKL_THREADING_LAYER", "GNU");
            variables.put("MKL_DYNAMIC", "FALSE");
            variables.put("MKL_NUM_THREADS", Integer.toString(threads));
            variables.put("MKL_INTERFACE_LAYER", "LP64");
        }
        variables.put("MALLOC_MMAP_THRESHOLD_", "4294967296");
        variables.put("MALLOC_TRIM_THRESHOLD_", "17179869184");
        variables.put("MALLOC_TOP_PAD_", "67108864");
        JEMALLOC.stream()
                .filter(file -> Files.exists(Path.of(file)))
                .findFirst()
                .ifPresent(file -> {
                    variables.put("LD_PRELOAD", blas == null ? file : blas + ":" + file);
                    variables.put("MALLOC_CONF", "dirty_decay_ms:-1,muzzy_decay_ms:-1,thp:always");
                });
        return variables;
    }
}
