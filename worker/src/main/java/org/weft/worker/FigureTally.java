package org.weft.worker;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.weft.core.batches.MicroBatch;
import org.weft.core.protocol.FigureSum;
import org.weft.engine.Figure;
import org.weft.engine.SequenceLosses;

/**
 * Adds up a lane's figures beside its loss, in the order in which sequences are computed: what those of each source cost, and what a
 * batch makes of its costs. One thread's.
 */
final class FigureTally {
    /** Before the name of a source: what its sequences cost a target. */
    private static final String OF_SOURCE = "loss_";

    private final int lane;
    private final SortedMap<String, FigureSum> sums = new TreeMap<>();

    FigureTally(int lane) {
        this.lane = lane;
    }

    /**
     * Who is to be told of a micro-batch's sequences.
     *
     * @param sources whose each of them is; empty where nobody asks
     */
    SequenceLosses of(MicroBatch batch, List<String> sources) {
        if (batch.figured() > 0) {
            double[] costs = new double[batch.figured()];
            return (sequence, nats) -> {
                costs[sequence] = nats;
                if (sequence == costs.length - 1) {
                    batch.figures(costs).forEach((name, sum) -> add(name, sum, batch.targetCount()));
                }
            };
        }
        if (sources.isEmpty()) {
            return SequenceLosses.NONE;
        }
        return (sequence, nats) -> add(OF_SOURCE + sources.get(sequence), nats, batch.targetCount(sequence));
    }

    /** Of what the lane's passes told of themselves. */
    void add(Figure figure) {
        add(figure.name(), figure.sum(), figure.count());
    }

    private void add(String name, double sum, long count) {
        sums.merge(name, new FigureSum(lane, name, sum, count), FigureSum::plus);
    }

    /** By name, those that there was a sequence of. */
    List<FigureSum> figures() {
        return List.copyOf(sums.values());
    }
}
