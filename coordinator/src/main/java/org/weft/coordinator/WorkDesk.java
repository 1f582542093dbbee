package org.weft.coordinator;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.weft.core.config.ClusterConfig;
import org.weft.core.lanes.LaneSpan;
import org.weft.core.protocol.Message;

/**
 * Where workers get their work: the pool at hand and how a span of it is put into a message. Closed between phases, while a
 * shard is not served, and while there are fewer workers than {@code cluster.min_workers}. Owned by the coordinator's
 * thread.
 */
final class WorkDesk {
    /** Work is not late before this time has passed, however short the steps are. */
    private static final long SHORTEST_LATENESS_MILLIS = 1_000;

    private final Members members;
    private final ShardTable shards;
    private final ClusterConfig cluster;
    private final LongSupplier clockMillis;
    private final WorkerSpeeds speeds;
    /** When workers were lost whose work is kept for their replacements, by id. */
    private final Map<Integer, Long> lostAtMillis = new TreeMap<>();
    /** Workers of the pool at hand whose work is being done again by others. */
    private final Set<Integer> late = new HashSet<>();

    private WorkPool pool;
    private Function<LaneSpan, Message.Work> wording;
    private long openedMillis;
    private boolean timed;
    private boolean lanes;
    private double usualMillis;
    /** The longest that a worker took for its batches of the evaluation at hand; all have as many. */
    private double evaluatedMillis;

    WorkDesk(Members members, ShardTable shards, ClusterConfig cluster, LongSupplier clockMillis) {
        this.members = members;
        this.shards = shards;
        this.cluster = cluster;
        this.clockMillis = clockMillis;
        this.speeds = new WorkerSpeeds(cluster.stragglerRatio());
    }

    /** Plans units for the workers that are here, or expected back at once, and are not busy with earlier work. */
    WorkPool plan(int units) {
        Set<Integer> workers = new HashSet<>(members.workerIds());
        workers.addAll(lostAtMillis.keySet());
        workers.removeAll(late);
        return new WorkPool(units, speeds.shares(workers.isEmpty() ? members.workerIds() : workers));
    }

    /** Opens a step's lanes and serves everyone who waits. */
    void open(WorkPool newPool, Function<LaneSpan, Message.Work> newWording) {
        lanes = true;
        openPool(newPool, newWording);
    }

    /** Opens an evaluation's batches and serves everyone who waits. */
    void openEvaluation(WorkPool newPool, Function<LaneSpan, Message.Work> newWording) {
        lanes = false;
        evaluatedMillis = 0;
        openPool(newPool, newWording);
    }

    private void openPool(WorkPool newPool, Function<LaneSpan, Message.Work> newWording) {
        pool = newPool;
        wording = newWording;
        openedMillis = clockMillis.getAsLong();
        timed = false;
        serve();
    }

    void close() {
        pool = null;
    }

    /** The pool at hand, or null. */
    WorkPool pool() {
        return pool;
    }

    /** Work for a worker that asks, or null where it has to wait. */
    Message.Work next(Member worker) {
        late.remove(worker.id);
        boolean closed = pool == null || !shards.isWhole() || members.workers().size() < cluster.minWorkers();
        LaneSpan span = closed ? null : pool.take(worker.id, clockMillis.getAsLong());
        return span == null ? null : wording.apply(span);
    }

    /** Takes note of how long a worker took; to be called before the pool is told. */
    void delivered(int worker, LaneSpan span) {
        late.remove(worker);
        WorkPool.Taken taken = pool == null ? null : pool.outstanding().get(worker);
        if (taken != null && taken.span().equals(span)) {
            speeds.measured(worker, span.count(), clockMillis.getAsLong() - taken.atMillis());
        }
    }

    /** A worker has evaluated what it had; to be called before the pool is told. */
    void evaluated(int worker) {
        late.remove(worker);
        WorkPool.Taken taken = pool.outstanding().get(worker);
        if (taken != null) {
            evaluatedMillis = Math.max(evaluatedMillis, clockMillis.getAsLong() - taken.atMillis());
        }
    }

    /** The pool was completed: what is usual is known better. Told again of the same pool, it learns nothing new. */
    void completed() {
        if (!timed) {
            timed = true;
            double millis = clockMillis.getAsLong() - openedMillis;
            usualMillis = usualMillis == 0 ? millis : (usualMillis + millis) / 2;
        }
    }

    /** A worker is gone; what it had waits for its replacement or goes to the others. */
    void lost(Member worker) {
        speeds.forget(worker.id);
        late.remove(worker.id);
        if (cluster.rebalanceAfter() > 0) {
            lostAtMillis.put(worker.id, clockMillis.getAsLong());
        } else {
            release(worker.id);
        }
    }

    /** A worker has left for good: nobody is to come in its place. */
    void left(Member worker) {
        speeds.forget(worker.id);
        late.remove(worker.id);
        release(worker.id);
    }

    /** A worker has joined, perhaps in the place of one that was lost. */
    void joined(Member worker) {
        lostAtMillis.remove(worker.id);
        serve();
    }

    /** What a worker had to do goes to the others, at once to those who wait. */
    void release(int worker) {
        if (pool != null && pool.release(worker, Math.max(1, waiting().size()))) {
            serve();
        }
    }

    /** Gives out what has waited long enough for a replacement. */
    void checkLost() {
        long now = clockMillis.getAsLong();
        long patience = TimeUnit.SECONDS.toMillis(cluster.rebalanceAfter());
        for (Map.Entry<Integer, Long> lost : List.copyOf(lostAtMillis.entrySet())) {
            if (now - lost.getValue() >= patience) {
                lostAtMillis.remove(lost.getKey());
                release(lost.getKey());
            }
        }
    }

    /**
     * Offers the work of workers that are late to those who wait.
     *
     * @return the workers whose work is being done again from now on, with what it is
     */
    Map<Integer, LaneSpan> checkLate() {
        long now = clockMillis.getAsLong();
        Map<Integer, LaneSpan> found = new TreeMap<>();
        double usual = lanes ? usualMillis : evaluatedMillis;
        if (pool == null || usual == 0 || cluster.stragglerRatio() == 0) {
            return found;
        }
        double limit = Math.max(SHORTEST_LATENESS_MILLIS, cluster.stragglerRatio() * usual);
        pool.outstanding().forEach((worker, taken) -> {
            int idle = waiting().size();
            if (idle > 0 && now - taken.atMillis() > limit && late.add(worker)) {
                if (lanes) {
                    speeds.measured(worker, taken.span().count(), now - taken.atMillis());
                }
                pool.offerAgain(worker, idle);
                found.put(worker, taken.span());
                serve();
            }
        });
        return found;
    }

    private List<Member> waiting() {
        return members.workers().stream()
                .filter(member -> member.parked != null)
                .toList();
    }

    private void serve() {
        for (Member worker : waiting()) {
            Message.Work work = next(worker);
            if (work != null) {
                worker.reply(work);
            }
        }
    }
}
