package org.weft.worker;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.weft.core.batches.MicroBatch;
import org.weft.core.protocol.SourceLoss;
import org.weft.engine.SequenceLosses;

/** Adds up what a lane's sequences cost by source, in the order in which they are computed. One thread's. */
final class SourceTally {
    private final int lane;
    private final SortedMap<String, SourceLoss> sums = new TreeMap<>();

    SourceTally(int lane) {
        this.lane = lane;
    }

    /**
     * Who is to be told of a micro-batch's sequences.
     *
     * @param sources whose each of them is; empty where nobody asks
     */
    SequenceLosses of(MicroBatch batch, List<String> sources) {
        if (sources.isEmpty()) {
            return SequenceLosses.NONE;
        }
        return (sequence, nats) -> sums.merge(
                sources.get(sequence),
                new SourceLoss(lane, sources.get(sequence), nats, batch.targetCount(sequence)),
                SourceLoss::plus);
    }

    /** By name, those that there was a sequence of. */
    List<SourceLoss> losses() {
        return List.copyOf(sums.values());
    }
}
