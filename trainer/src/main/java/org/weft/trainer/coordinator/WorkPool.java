package org.weft.trainer.coordinator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.weft.core.lanes.LaneSpan;

/**
 * Units of work (lanes of a step, batches of an evaluation) on their way through the workers. Each live worker is
 * planned an even span; what a lost worker had goes to whoever asks next. A unit's result does not depend on who
 * delivers it, so a second delivery is ignored. Owned by the coordinator's thread.
 */
final class WorkPool {
    private final double[] results;
    private final boolean[] done;
    private int remaining;
    private final Map<Integer, LaneSpan> planned = new TreeMap<>();
    private final Map<Integer, LaneSpan> outstanding = new TreeMap<>();
    private final Deque<LaneSpan> free = new ArrayDeque<>();

    /**
     * @param workers the live workers' ids, ascending
     */
    WorkPool(int units, List<Integer> workers) {
        results = new double[units];
        done = new boolean[units];
        remaining = units;
        for (int rank = 0; rank < workers.size(); rank++) {
            LaneSpan span = LaneSpan.even(units, workers.size(), rank);
            if (span.count() > 0) {
                planned.put(workers.get(rank), span);
            }
        }
        if (workers.isEmpty()) {
            free.add(new LaneSpan(0, units));
        }
    }

    /** What a worker is to do: what it was given already, what was planned for it, or what is free; null for nothing. */
    LaneSpan take(int worker) {
        LaneSpan span = outstanding.get(worker);
        if (span == null) {
            span = planned.remove(worker);
        }
        if (span == null) {
            span = free.poll();
        }
        if (span != null) {
            outstanding.put(worker, span);
        }
        return span;
    }

    boolean hasFree() {
        return !free.isEmpty();
    }

    /** Takes results, one a unit of the span; units that are done already keep theirs. */
    void deliver(int worker, LaneSpan span, double[] values) {
        for (int i = 0; i < span.count(); i++) {
            int unit = span.first() + i;
            if (!done[unit]) {
                done[unit] = true;
                results[unit] = values[i];
                remaining--;
            }
        }
        if (span.equals(outstanding.get(worker))) {
            outstanding.remove(worker);
        }
    }

    /** Puts a worker's open work back, cut into at most {@code parts} spans. Returns whether there was any. */
    boolean release(int worker, int parts) {
        List<LaneSpan> spans = new ArrayList<>();
        addIfPresent(spans, planned.remove(worker));
        addIfPresent(spans, outstanding.remove(worker));
        for (LaneSpan span : spans) {
            int pieces = Math.max(1, Math.min(parts, span.count()));
            for (int i = 0; i < pieces; i++) {
                LaneSpan piece = LaneSpan.even(span.count(), pieces, i);
                free.add(new LaneSpan(span.first() + piece.first(), piece.count()));
            }
        }
        return !spans.isEmpty();
    }

    private static void addIfPresent(List<LaneSpan> spans, LaneSpan span) {
        if (span != null) {
            spans.add(span);
        }
    }

    boolean isComplete() {
        return remaining == 0;
    }

    /** Results in unit order. */
    double[] results() {
        return results.clone();
    }

    /** Who has what that is not done yet, for the error that names them. */
    Map<Integer, LaneSpan> open() {
        Map<Integer, LaneSpan> open = new HashMap<>(planned);
        open.putAll(outstanding);
        return open;
    }
}
