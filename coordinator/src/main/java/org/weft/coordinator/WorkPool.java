package org.weft.coordinator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.weft.core.lanes.LaneSpan;

/**
 * Units of work (lanes of a step, batches of an evaluation) on their way through the workers. Each worker is planned a
 * span by its share; what a lost or late worker has goes to whoever asks next. A unit's result does not depend on who
 * delivers it, so a second delivery is ignored. Owned by the coordinator's thread.
 */
final class WorkPool {
    private static final double ROUNDING = 1e-9;

    /**
     * A span that a worker has taken.
     *
     * @param ticket that it was given with
     */
    record Taken(LaneSpan span, long atMillis, int ticket) {}

    private final double[] results;
    private final boolean[] done;
    private int remaining;
    private final Map<Integer, LaneSpan> planned = new TreeMap<>();
    private final Map<Integer, Taken> outstanding = new TreeMap<>();
    /** What workers have computed and will report. */
    private final Map<Integer, List<Taken>> arriving = new TreeMap<>();

    /** What others were offered, too. */
    private final Set<Taken> offered = new HashSet<>();

    private final Deque<LaneSpan> free = new ArrayDeque<>();

    /**
     * @param shares of the workers by id: their relative speeds
     */
    WorkPool(int units, Map<Integer, Double> shares) {
        results = new double[units];
        done = new boolean[units];
        remaining = units;
        int each = units >= shares.size() ? 1 : 0; // Everyone has a unit where there are enough: its speed stays known.
        int rest = units - each * shares.size();
        double total = sum(shares.values());
        double upTo = 0;
        int first = 0;
        int rank = 0;
        for (Map.Entry<Integer, Double> worker : new TreeMap<>(shares).entrySet()) {
            upTo += worker.getValue();
            int end = ++rank * each + (rank == shares.size() ? rest : (int) (rest * upTo / total + ROUNDING));
            if (end > first) {
                planned.put(worker.getKey(), new LaneSpan(first, end - first));
                first = end;
            }
        }
        if (shares.isEmpty()) {
            free.add(new LaneSpan(0, units));
        }
    }

    private static double sum(Collection<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).sum();
    }

    /**
     * What a worker is to do: what it was given already, what was planned for it, or what is free; null for nothing.
     *
     * @param ticket of what it has not been given already
     */
    Taken take(int worker, long nowMillis, int ticket) {
        Taken before = outstanding.get(worker);
        if (before != null) {
            return before;
        }
        LaneSpan span = planned.remove(worker);
        if (span == null) {
            span = nextFree();
        }
        if (span == null) {
            return null;
        }
        Taken taken = new Taken(span, nowMillis, ticket);
        outstanding.put(worker, taken);
        return taken;
    }

    /** How a worker was given a span that it has not reported, or null. */
    Taken taken(int worker, LaneSpan span) {
        Taken at = outstanding.get(worker);
        if (at != null && at.span().equals(span)) {
            return at;
        }
        return arriving.getOrDefault(worker, List.of()).stream()
                .filter(taken -> taken.span().equals(span))
                .findFirst()
                .orElse(null);
    }

    /** A worker goes on to other work: what it was given with this ticket is on its way to the servers. */
    void computed(int worker, int ticket) {
        Taken taken = outstanding.get(worker);
        if (taken != null && taken.ticket() == ticket) {
            outstanding.remove(worker);
            arriving.computeIfAbsent(worker, key -> new ArrayList<>()).add(taken);
        }
    }

    /** Work that was put back may have been done meanwhile by the one who was late. */
    private LaneSpan nextFree() {
        LaneSpan span = free.poll();
        while (span != null && isDone(span)) {
            span = free.poll();
        }
        return span;
    }

    /** Whether a unit was delivered. */
    boolean isDone(int unit) {
        return done[unit];
    }

    private boolean isDone(LaneSpan span) {
        for (int unit = span.first(); unit < span.end(); unit++) {
            if (!isDone(unit)) {
                return false;
            }
        }
        return true;
    }

    boolean hasFree() {
        return free.stream().anyMatch(span -> !isDone(span));
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
        Taken taken = outstanding.get(worker);
        if (taken != null && span.equals(taken.span())) {
            outstanding.remove(worker);
        }
        if (arriving.containsKey(worker)) {
            arriving.get(worker).removeIf(sent -> sent.span().equals(span));
        }
    }

    /** Puts a worker's open work back, cut into at most {@code parts} spans. Returns whether there was any. */
    boolean release(int worker, int parts) {
        LaneSpan own = planned.remove(worker);
        Taken taken = outstanding.remove(worker);
        putBack(own, parts);
        putBack(taken == null ? null : taken.span(), parts);
        List<Taken> sent = arriving.remove(worker);
        if (sent != null) {
            sent.forEach(late -> putBack(late.span(), parts));
        }
        return own != null || taken != null || sent != null;
    }

    /** Puts back what a worker has computed and not reported. */
    void forgetComputed(int worker) {
        List<Taken> sent = arriving.remove(worker);
        if (sent != null) {
            sent.forEach(taken -> putBack(taken.span(), 1));
        }
    }

    /** Puts back what was planned for a worker, cut into at most {@code parts} spans. */
    void releasePlanned(int worker, int parts) {
        putBack(planned.remove(worker), parts);
    }

    /**
     * Offers what a worker was given to others, too, cut into at most {@code parts} spans.
     *
     * @return whether it was not offered before
     */
    boolean offerAgain(int worker, Taken taken, int parts) {
        boolean first = offered.add(taken);
        if (first) {
            putBack(taken.span(), parts);
        }
        return first;
    }

    private void putBack(LaneSpan span, int parts) {
        if (span == null) {
            return;
        }
        int pieces = Math.max(1, Math.min(parts, span.count()));
        for (int i = 0; i < pieces; i++) {
            LaneSpan piece = LaneSpan.even(span.count(), pieces, i);
            free.add(new LaneSpan(span.first() + piece.first(), piece.count()));
        }
    }

    boolean isComplete() {
        return remaining == 0;
    }

    /** Results in unit order. */
    double[] results() {
        return results.clone();
    }

    /** What workers were given and have not reported, by worker. */
    Map<Integer, List<Taken>> given() {
        Map<Integer, List<Taken>> given = new TreeMap<>();
        arriving.forEach((worker, sent) -> {
            if (!sent.isEmpty()) {
                given.put(worker, new ArrayList<>(sent));
            }
        });
        outstanding.forEach((worker, taken) ->
                given.computeIfAbsent(worker, key -> new ArrayList<>()).add(taken));
        return given;
    }

    /** What a worker was given and has not reported, but for what others have done meanwhile. */
    List<LaneSpan> unreported(int worker) {
        return given().getOrDefault(worker, List.of()).stream()
                .map(Taken::span)
                .filter(span -> !isDone(span))
                .toList();
    }

    /** What workers have taken and not delivered. */
    Map<Integer, Taken> outstanding() {
        return new TreeMap<>(outstanding);
    }

    /** Who has what that is not done yet, for the error that names them: of each the span that it has had the longest. */
    Map<Integer, LaneSpan> open() {
        Map<Integer, LaneSpan> open = new TreeMap<>(planned);
        outstanding.forEach((worker, taken) -> open.put(worker, taken.span()));
        arriving.forEach((worker, sent) -> sent.forEach(taken -> open.put(worker, taken.span())));
        open.values().removeIf(this::isDone);
        return open;
    }
}
