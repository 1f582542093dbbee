package org.weft.coordinator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.weft.core.optim.GradientClip;
import org.weft.core.params.RangePartitioner;
import org.weft.core.params.RangePartitioner.BucketRange;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.PushLayout;
import org.weft.core.protocol.WorkTimes;

/** What is known of an open step: lanes' losses, buckets' norms, where the time went. One thread's. */
final class StepLedger {
    final int step;
    final WorkPool lanes;
    private long startNanos;
    private final PushLayout pushes;
    /** By pushed bucket. */
    private final double[] squares;

    private final RangePartitioner partitioner;
    private final Set<Member> reported = new HashSet<>();
    private final BitSet reduced = new BitSet();
    private final List<RunListener.WorkerTime> workers = new ArrayList<>();
    private final FigureLedger figures = new FigureLedger();
    private String notFinite;

    StepLedger(int step, WorkPool lanes, PushLayout pushes, int shards, long startNanos) {
        this.step = step;
        this.lanes = lanes;
        this.pushes = pushes;
        this.squares = new double
                [pushes.range(new BucketRange(0, pushes.layout().bucketCount())).end()];
        this.startNanos = startNanos;
        this.partitioner = RangePartitioner.of(pushes.layout(), shards);
    }

    /** What was before now was spent on something else. */
    void restartClock(long nowNanos) {
        startNanos = nowNanos;
    }

    void lanesDone(Message.LanesDone report) {
        figures.add(report, lanes);
        lanes.deliver(report.worker(), report.span(), report.losses());
        WorkTimes times = report.times();
        workers.add(new RunListener.WorkerTime(
                report.worker(),
                report.span().count(),
                times.computeMicros() / 1000.0,
                times.waitMicros() / 1000.0,
                times.pushBytes(),
                times.pullBytes(),
                times.peakResidentBytes()));
        if (notFinite == null) {
            notFinite = notFinite(report);
        }
    }

    /**
     * Takes the norms of a server's buckets.
     *
     * @return whether they are the same bits as those of the shard's other copy, where that has reported already
     */
    boolean shardReduced(Member server, Message.ShardReduced report) {
        reported.add(server);
        int from = report.firstPushed();
        int to = from + report.squares().length;
        if (reduced.get(server.shard)) {
            return Arrays.equals(squares, from, to, report.squares(), 0, to - from);
        }
        reduced.set(server.shard);
        System.arraycopy(report.squares(), 0, squares, from, to - from);
        return true;
    }

    /** Whether every lane is done, and all of these servers have everything summed. */
    boolean isComplete(List<Member> servers) {
        return lanes.isComplete() && firstUnreduced(servers) == null;
    }

    /** The first of these servers that has not summed all of its buckets, or null. */
    Member firstUnreduced(List<Member> servers) {
        return servers.stream()
                .filter(server -> !reported.contains(server))
                .filter(server -> partitioner.range(server.shard).count() > 0) // Else it has nothing to sum or report.
                .findFirst()
                .orElse(null);
    }

    /** The first lane whose loss is no number, or that the gradient's norm is none; null where all is well. */
    String notFinite() {
        if (notFinite != null || !lanes.isComplete() || Double.isFinite(gradientNorm())) {
            return notFinite;
        }
        return "the gradient's norm is " + gradientNorm() + " though every lane's loss is finite";
    }

    /** Mean loss over the global batch: the lanes' parts added in lane order. */
    double loss() {
        double loss = 0;
        for (double part : lanes.results()) {
            loss += part;
        }
        return loss;
    }

    /** Of the gradient alone, whatever was pushed beside it. */
    double gradientNorm() {
        return GradientClip.norm(IntStream.range(0, squares.length)
                .filter(pushes::isGradient)
                .mapToDouble(index -> squares[index])
                .toArray());
    }

    /**
     * The step as {@code metrics.jsonl} has it.
     *
     * @param next version that it leads to
     */
    RunListener.Step record(int next, double learningRate, long tokens, double peakFlops) {
        double stepMillis = (System.nanoTime() - startNanos) / 1e6;
        return new RunListener.Step(
                next,
                loss(),
                learningRate,
                gradientNorm(),
                tokens,
                stepMillis,
                List.copyOf(workers),
                peakFlops,
                notFinite() != null,
                figures.means());
    }

    /** Names the first lane whose loss is no number, or null. */
    private static String notFinite(Message.LanesDone report) {
        for (int i = 0; i < report.losses().length; i++) {
            double loss = report.losses()[i];
            if (!Double.isFinite(loss)) {
                return "the loss of lane " + (report.span().first() + i) + " is " + loss;
            }
        }
        return null;
    }
}
