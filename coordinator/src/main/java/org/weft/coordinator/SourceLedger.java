package org.weft.coordinator;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.SourceLoss;

/** What the sources cost in the step at hand. Added in lane order, whoever computed which lane. One thread's. */
final class SourceLedger {
    private final SortedMap<Integer, List<SourceLoss>> byLane = new TreeMap<>();

    /**
     * Takes what a report says of lanes that nobody has delivered before.
     *
     * @param lanes that the report is not delivered to yet
     */
    void add(Message.LanesDone report, WorkPool lanes) {
        for (SourceLoss loss : report.bySource()) {
            if (!lanes.isDone(loss.lane())) {
                byLane.computeIfAbsent(loss.lane(), lane -> new ArrayList<>()).add(loss);
            }
        }
    }

    /** Nats a target of each source that has targets in the step. */
    Map<String, Double> losses() {
        SortedMap<String, SourceLoss> sums = new TreeMap<>();
        for (List<SourceLoss> lane : byLane.values()) {
            lane.forEach(one -> sums.merge(one.source(), one, SourceLoss::plus));
        }
        SortedMap<String, Double> means = new TreeMap<>();
        sums.forEach((source, sum) -> {
            if (sum.targets() > 0) {
                means.put(source, sum.nats() / sum.targets());
            }
        });
        return means;
    }
}
