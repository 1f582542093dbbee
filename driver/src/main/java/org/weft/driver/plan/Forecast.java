package org.weft.driver.plan;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.weft.core.config.ClusterConfig.Device;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Parameter;

/**
 * Everything that can be said of a run before it starts.
 *
 * @param config of the run
 * @param shape with its vocabulary
 * @param peaks of a replica
 * @param memory by role
 * @param traffic of a step
 * @param time of a step
 * @param teacher that workers learn from; null for none
 */
public record Forecast(
        WeftConfig config,
        ModelShape shape,
        MachinePeaks peaks,
        MemoryModel memory,
        Traffic traffic,
        StepTime time,
        ModelShape teacher) {

    /**
     * @param networkBytes bytes a second of one machine's network; infinity where it is no bound
     * @param teacher that workers learn from; null for none
     */
    public static Forecast of(
            ModelShape shape, WeftConfig config, MachinePeaks peaks, double networkBytes, ModelShape teacher) {
        int processors = onOneMachine(config) ? Runtime.getRuntime().availableProcessors() : 0;
        return new Forecast(
                config,
                shape,
                peaks,
                new MemoryModel(shape, config, teacher),
                Traffic.of(shape, config),
                StepTime.of(shape, config, peaks, processors, networkBytes).beside(teacher, config, peaks, processors),
                teacher);
    }

    /** Whether driver, workers and servers share this machine. */
    public static boolean onOneMachine(WeftConfig config) {
        return config.cluster().master().startsWith("local");
    }

    /** Executors where that is known: those of local-cluster; 0 elsewhere. */
    public int executors() {
        String master = config.cluster().master();
        String prefix = "local-cluster[";
        if (!master.startsWith(prefix)) {
            return 0;
        }
        try {
            return Integer.parseInt(
                    master.substring(prefix.length()).split(",", 2)[0].trim());
        } catch (NumberFormatException e) {
            return 0; // Spark refuses it, with its own words.
        }
    }

    public long parameters() {
        return shape.layout().size();
    }

    /** Of them, those that look tokens, positions and segments up; a tied head is the first of these. */
    public long embeddingParameters() {
        return parametersOf(-1);
    }

    /** Of one block. */
    public long blockParameters() {
        return parametersOf(0);
    }

    private long parametersOf(int block) {
        List<Parameter> parameters = shape.layout().parameters();
        int[] blocks = shape.family().blocksOf(shape.layout(), shape.config());
        return IntStream.range(0, blocks.length)
                .filter(i -> blocks[i] == block)
                .mapToLong(i -> parameters.get(i).size())
                .sum();
    }

    /** Tokens of text of one step over all workers, as a run counts them. */
    public long stepTokens() {
        return (long) config.training().globalBatch() * config.textTokens();
    }

    public double stepFlops() {
        double asked = teacher == null
                ? 0
                : teacher.family().flopsPerSequence(teacher, config.withModel(teacher.config())) / 3;
        return (shape.family().flopsPerSequence(shape, config) + asked)
                * config.training().globalBatch();
    }

    public double tokensPerSecond() {
        return stepTokens() / time.total();
    }

    /** Tokens that the configuration's steps amount to. */
    public double configuredTokens() {
        return (double) stepTokens() * config.training().steps();
    }

    /** Share of the workers' peaks that the model's own operations come to. */
    public double utilisation() {
        return stepFlops() / time.total() / (config.cluster().workers() * peaks.flops());
    }

    /** What a person should hear before starting this. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        long heap = memory.executorHeap();
        int executors = executors();
        ExecutorMemory executor = executors > 0 ? memory.executor(executors, heap) : memory.executor(1, 1, heap);
        if (!onOneMachine(config) || executors > 0) {
            if (executor.lack() != null) {
                warnings.add(executor.lack() + "; raise cluster.executor_memory or have more servers");
            }
            ServerMemory server = memory.server(heap);
            long worst = executor.heapNeeded() + server.sumsAtWorst() - server.sums();
            if (executor.lack() == null && worst > heap) {
                warnings.add(String.format(
                        "if all workers' gradients of a bucket come in at once, a server needs %d MiB of heap, an"
                                + " executor has %d MiB; have fewer workers with more lanes each, or more servers",
                        worst >> 20, heap >> 20));
            }
        }
        String tooLarge = onOneMachine(config) ? tooLarge(machineBytes()) : null;
        if (tooLarge != null) {
            warnings.add(tooLarge);
        }
        int lanes = config.training().lanes();
        if (config.cluster().workers() > lanes) {
            warnings.add(String.format(
                    "cluster.workers=%d but training.lanes=%d: %d workers would have nothing to do",
                    config.cluster().workers(), lanes, config.cluster().workers() - lanes));
        }
        if (!config.model().continuesText()) {
            warnings.add("the scaling law was fitted to models that predict the next token; of "
                    + config.model().architecture().toUpperCase(Locale.ROOT) + " it says little");
        }
        return warnings;
    }

    /** Of this machine, or of what this process may take of it. */
    private static long machineBytes() {
        return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                .getTotalMemorySize();
    }

    /**
     * What is to be said where all workers and servers on one machine do not fit into it; null where they do. Heaps are left out: they
     * are what is given to them.
     *
     * @param machineBytes that it has
     */
    String tooLarge(long machineBytes) {
        long needed = besideHeaps(memory);
        if (needed <= machineBytes) {
            return null;
        }
        String lack = String.format(
                "workers and servers need %d MiB beside their heaps, this machine has %d MiB",
                needed >> 20, machineBytes >> 20);
        if (!streamable()) {
            return lack;
        }
        WeftConfig streamed =
                ConfigLoader.load("plan", ConfigLoader.toYaml(config), List.of("cluster.residency=streamed"));
        return lack
                + String.format(
                        "; with cluster.residency=streamed they need %d MiB",
                        besideHeaps(new MemoryModel(shape, streamed)) >> 20);
    }

    private static long besideHeaps(MemoryModel memory) {
        return memory.executor(1, memory.executorHeap()).overhead();
    }

    /** Whether workers that hold the whole model could stream it. */
    private boolean streamable() {
        return !config.cluster().streamed()
                && config.cluster().device() != Device.CUDA
                && config.cluster().engine().equals("torch")
                && !config.sync().local()
                && !config.distillation().active()
                && !config.model().encodesSource();
    }
}
