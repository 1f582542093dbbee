package org.weft.trainer.coordinator;

import java.util.BitSet;
import org.weft.core.params.RangePartitioner;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.WorkTimes;
import org.weft.server.optim.GradientClip;

/** What is known of the step at hand: lanes' losses, buckets' norms, where the time went. One thread's. */
final class StepLedger {
    final int step;
    final WorkPool lanes;
    final long startNanos;
    private final double[] squares;
    private final BitSet reduced = new BitSet();
    private final int servers;
    private long waitMicros;
    private long pushBytes;
    private long pullBytes;

    StepLedger(int step, WorkPool lanes, int buckets, int servers, long startNanos) {
        this.step = step;
        this.lanes = lanes;
        this.squares = new double[buckets];
        this.servers = servers;
        this.startNanos = startNanos;
        RangePartitioner partitioner = new RangePartitioner(buckets, servers);
        for (int shard = 0; shard < servers; shard++) {
            reduced.set(shard, partitioner.range(shard).count() == 0); // It has nothing to sum, nor to report.
        }
    }

    void lanesDone(Message.LanesDone report) {
        lanes.deliver(report.worker(), report.span(), report.losses());
        WorkTimes times = report.times();
        waitMicros = Math.max(waitMicros, times.waitMicros());
        pushBytes += times.pushBytes();
        pullBytes += times.pullBytes();
    }

    void shardReduced(Message.ShardReduced report) {
        if (!reduced.get(report.shard())) {
            reduced.set(report.shard());
            System.arraycopy(report.squares(), 0, squares, report.firstBucket(), report.squares().length);
        }
    }

    boolean isComplete() {
        return lanes.isComplete() && reduced.cardinality() == servers;
    }

    /** The first shard that has not summed all of its buckets, or -1. */
    int firstUnreduced() {
        int shard = reduced.nextClearBit(0);
        return shard < servers ? shard : -1;
    }

    /** Mean loss over the global batch: the lanes' parts added in lane order. */
    double loss() {
        double loss = 0;
        for (double part : lanes.results()) {
            loss += part;
        }
        return loss;
    }

    double gradientNorm() {
        return GradientClip.norm(squares);
    }

    /** The step as {@code metrics.jsonl} has it. */
    RunListener.Step record(double learningRate, long tokens, double peakFlops) {
        double stepMillis = (System.nanoTime() - startNanos) / 1e6;
        return new RunListener.Step(
                step + 1,
                loss(),
                learningRate,
                gradientNorm(),
                tokens,
                stepMillis,
                waitMicros / 1000.0,
                pushBytes,
                pullBytes,
                peakFlops);
    }

    /** Names the first lane whose loss is no number, or null. */
    static String notFinite(Message.LanesDone report) {
        for (int i = 0; i < report.losses().length; i++) {
            double loss = report.losses()[i];
            if (!Double.isFinite(loss)) {
                return "the loss of lane " + (report.span().first() + i) + " is " + loss;
            }
        }
        return null;
    }
}
