package org.weft.coordinator;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.weft.core.protocol.FigureSum;
import org.weft.core.protocol.Message;

/** The figures of the step at hand beside its loss. Added in lane order, whoever computed which lane. One thread's. */
final class FigureLedger {
    private final SortedMap<Integer, List<FigureSum>> byLane = new TreeMap<>();

    /**
     * Takes what a report says of lanes that nobody has delivered before.
     *
     * @param lanes that the report is not delivered to yet
     */
    void add(Message.LanesDone report, WorkPool lanes) {
        for (FigureSum figure : report.figures()) {
            if (!lanes.isDone(figure.lane())) {
                byLane.computeIfAbsent(figure.lane(), lane -> new ArrayList<>()).add(figure);
            }
        }
    }

    /** The mean of each figure that the step has anything of. */
    Map<String, Double> means() {
        SortedMap<String, FigureSum> sums = new TreeMap<>();
        for (List<FigureSum> lane : byLane.values()) {
            lane.forEach(one -> sums.merge(one.name(), one, FigureSum::plus));
        }
        SortedMap<String, Double> means = new TreeMap<>();
        sums.forEach((name, sum) -> {
            if (sum.count() > 0) {
                means.put(name, sum.sum() / sum.count());
            }
        });
        return means;
    }
}
