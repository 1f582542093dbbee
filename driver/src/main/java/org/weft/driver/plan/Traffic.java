package org.weft.driver.plan;

import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.optim.MuonMatrices;
import org.weft.core.optim.Optimizer;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner;
import org.weft.core.protocol.BucketCodecs;

/**
 * Bytes of one step on the wire, of a round's steps on the average, without headers. Every worker pulls the whole vector,
 * and the means of lanes' optimizers where they are kept; it pushes each node of the lane
 * tree that it cannot sum with others; a shard with a backup passes its complete sums on once.
 *
 * @param workerPull received by one worker
 * @param workerPush sent by one worker; the one with the most nodes
 * @param serverIn received by one server: its part of all pushes
 * @param serverOut sent by one server: its part to every worker
 * @param backup sent by one server to its backups
 * @param total of all workers' pushes and pulls, as metrics.jsonl has them, and of backups
 */
public record Traffic(long workerPull, long workerPush, long serverIn, long serverOut, long backup, long total) {

    /** Servers that have any of the parameters. */
    public static int owners(ModelShape shape, WeftConfig config) {
        ParameterLayout layout = MuonMatrices.served(config, shape.layout());
        return RangePartitioner.of(layout, config.cluster().servers()).owners();
    }

    public static Traffic of(ModelShape shape, WeftConfig config) {
        ParameterLayout layout = shape.layout();
        MemoryModel.LaneShares shares = MemoryModel.LaneShares.of(config);
        MemoryModel.LaneShares plain = MemoryModel.LaneShares.of(config, false);
        long inner = Optimizer.innerState(config).size() * layout.size() * Float.BYTES;
        long vector = layout.size() * Float.BYTES + inner;
        BucketCodecs codecs = BucketCodecs.of(config, layout);
        long pushed = codecs.gradients().bytes(layout);
        long pulled = codecs.parameters().bytes(layout) + inner;
        if (config.cluster().streamed()) { // Blocks once more for backward.
            pulled += (long) ((double) pulled * StreamedRanges.of(shape).blocks() / layout.size());
        }
        long workers = config.cluster().workers();
        long servers = owners(shape, config);
        int backups = config.servers().replicas() - 1;
        long steps = config.sync().stride();
        return new Traffic(
                pulled / steps,
                (shares.mostPushes() * pushed + plain.mostPushes() * inner) / steps,
                (shares.pushes() * pushed + plain.pushes() * inner) / servers / steps,
                workers * pulled / servers / steps,
                backups * vector / servers / steps,
                (pulled * workers + vector * backups + shares.pushes() * pushed + plain.pushes() * inner) / steps);
    }
}
