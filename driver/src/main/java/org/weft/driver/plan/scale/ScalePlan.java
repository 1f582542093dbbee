package org.weft.driver.plan.scale;

import java.util.ArrayList;
import java.util.List;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.driver.plan.MachinePeaks;
import org.weft.driver.plan.MemoryModel;

/**
 * A run on clusters of other sizes, on other networks, in each way of keeping step. Servers grow with the workers, in the
 * configuration's proportion; every worker and every server is on a link of its own.
 *
 * @param shape with its vocabulary
 * @param config of the run
 * @param peaks of a replica
 * @param codecs of this machine
 * @param growing whether lanes and global batch grow with the workers; else they are the configuration's
 * @param sharedProcessors that all workers and servers share; 0 where each has its own
 * @param jitter standard deviation of the time that a worker computes, as a share of it
 */
public record ScalePlan(
        ModelShape shape,
        WeftConfig config,
        MachinePeaks peaks,
        CodecRates codecs,
        boolean growing,
        int sharedProcessors,
        double jitter) {

    /** What a choice that costs loss has to gain on one that does not. */
    private static final double WORTH_ITS_LOSS = 1.2;

    /** What a way of keeping step takes. */
    public record Entry(SyncChoice choice, double stepSeconds, double tokensPerSecond, double efficiency) {}

    /**
     * A cluster on a network.
     *
     * @param gbits that a link carries each way
     * @param entries one for each choice, in their order
     */
    public record Row(double gbits, int workers, int servers, List<Entry> entries) {

        /**
         * What should be configured: the first, which is the one that costs least loss, unless a later one gains a fifth on all
         * before it.
         */
        public Entry best() {
            Entry best = entries.get(0);
            for (Entry entry : entries) {
                if (entry.tokensPerSecond() > best.tokensPerSecond() * WORTH_ITS_LOSS) {
                    best = entry;
                }
            }
            return best;
        }
    }

    /**
     * A network's rows, in the order of the workers.
     *
     * @param gbits that a link carries each way
     */
    public List<Row> rows(double gbits, List<Integer> workers) {
        List<Row> rows = new ArrayList<>();
        for (int count : workers) {
            if (growing || count <= config.training().lanes()) {
                rows.add(row(gbits, count));
            }
        }
        if (rows.isEmpty()) {
            throw WeftException.usage(
                    "no cluster of at most training.lanes=" + config.training().lanes()
                            + " workers is asked for, and more have nothing to do",
                    "raise training.lanes, name fewer workers, or let the batch grow with them");
        }
        return rows;
    }

    private Row row(double gbits, int workers) {
        int servers = (int) Math.ceil(
                (double) config.cluster().servers() * workers / config.cluster().workers());
        List<Entry> entries = new ArrayList<>();
        for (SyncChoice choice : SyncChoice.values()) {
            WeftConfig scaled = choice.of(config, sizes(workers, servers));
            entries.add(entry(choice, scaled, gbits));
        }
        return new Row(gbits, workers, servers, List.copyOf(entries));
    }

    private List<String> sizes(int workers, int servers) {
        List<String> sizes = new ArrayList<>(List.of("cluster.workers=" + workers, "cluster.servers=" + servers));
        if (growing) {
            int lanes = powerOfTwo(MemoryModel.LaneShares.of(config).mostLanes() * workers);
            sizes.add("training.lanes=" + lanes);
            sizes.add(
                    "training.global_batch=" + (long) lanes * config.training().laneBatch());
        }
        return sizes;
    }

    /** As many lanes as there can be, at least {@code count}. */
    private static int powerOfTwo(int count) {
        int floor = Integer.highestOneBit(count);
        return floor == count ? count : 2 * floor;
    }

    private Entry entry(SyncChoice choice, WeftConfig scaled, double gbits) {
        StepCosts costs = StepCosts.of(shape, scaled, peaks, codecs);
        double buckets = shape.layout().bucketCount();
        double busiest = Math.ceil(buckets / scaled.cluster().servers());
        ScaledCluster cluster = new ScaledCluster(
                scaled.cluster().workers(),
                buckets / busiest,
                gbits * 1e9 / Byte.SIZE,
                sharedProcessors,
                scaled.cluster().threads());
        double seconds = StepSimulation.seconds(cluster, costs, jitter);
        double tokens = (double) scaled.training().globalBatch() * scaled.textTokens();
        return new Entry(choice, seconds, tokens / seconds, costs.lanes() * costs.lane() / seconds);
    }
}
