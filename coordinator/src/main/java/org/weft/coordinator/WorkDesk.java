package org.weft.coordinator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.config.ClusterConfig;
import org.weft.core.lanes.LaneSpan;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.Role;

/**
 * Where workers get their work: what is open, oldest first. Closed between phases, while a shard is not served, and while there are
 * fewer workers than {@code cluster.min_workers}. Owned by the coordinator's thread.
 */
final class WorkDesk {
    private static final Logger LOG = LoggerFactory.getLogger(WorkDesk.class);
    /** Work is not late before this time has passed, however short the steps are. */
    private static final long SHORTEST_LATENESS_MILLIS = 1_000;

    private final Members members;
    private final ShardTable shards;
    private final ClusterConfig cluster;
    private final LongSupplier clockMillis;
    private final WorkerSpeeds speeds;
    /** When workers were lost whose work is kept for their replacements, by id. */
    private final Map<Integer, Long> lostAtMillis = new TreeMap<>();
    /** Workers whose work is being done again by others. */
    private final Set<Integer> late = new HashSet<>();

    private final Deque<OpenWork> open = new ArrayDeque<>();
    private double usualMillis;
    private int tickets = Message.PollWork.NOTHING;

    /** Work of a worker that others do again from now on. */
    record Late(OpenWork of, int worker, LaneSpan span) {}

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
    void openLanes(int step, WorkPool pool, OpenWork.Wording wording) {
        openWork(new OpenWork(step, true, pool, wording, clockMillis.getAsLong()));
    }

    /** Opens an evaluation's batches and serves everyone who waits. */
    void openEvaluation(int step, WorkPool pool, OpenWork.Wording wording) {
        openWork(new OpenWork(step, false, pool, wording, clockMillis.getAsLong()));
    }

    private void openWork(OpenWork work) {
        open.add(work);
        serve();
    }

    /** Closes everything. */
    void close() {
        open.clear();
    }

    /** Closes what is done. What is next counts its time from now on. */
    void close(WorkPool pool) {
        open.removeIf(work -> work.pool == pool);
        open.stream().limit(1).forEach(work -> work.startMillis = clockMillis.getAsLong());
    }

    /** Work for a worker that asks, or null where it has to wait. */
    Message.Work next(Member worker, int computedTicket) {
        worker.computedTicket = computedTicket;
        return next(worker);
    }

    private Message.Work next(Member worker) {
        late.remove(worker.id);
        open.forEach(work -> work.pool.computed(worker.id, worker.computedTicket));
        if (!shards.isWhole() || members.workers().size() < cluster.minWorkers()) {
            return null;
        }
        for (OpenWork work : open) {
            WorkPool.Taken taken = work.pool.take(worker.id, clockMillis.getAsLong(), tickets + 1);
            if (taken != null) {
                tickets = Math.max(tickets, taken.ticket());
                return work.wording.work(taken);
            }
        }
        return null;
    }

    /** Takes note of how long a worker took; to be called before the pool is told. */
    void delivered(int worker, LaneSpan span, WorkPool pool) {
        late.remove(worker);
        WorkPool.Taken taken = pool.taken(worker, span);
        if (taken != null) {
            speeds.measured(worker, span.count(), clockMillis.getAsLong() - taken.atMillis());
        }
    }

    /** A worker has evaluated what it had; to be called before the pool is told. */
    void evaluated(int worker, WorkPool pool) {
        late.remove(worker);
        WorkPool.Taken taken = pool.outstanding().get(worker);
        if (taken != null) {
            open.stream()
                    .filter(work -> work.pool == pool)
                    .forEach(work -> work.took(clockMillis.getAsLong() - taken.atMillis()));
        }
    }

    /** A pool was completed: what is usual is known better. Told again of the same pool, it learns nothing new. */
    void completed(WorkPool pool) {
        for (OpenWork work : open) {
            if (work.pool == pool && work.timeOnce()) {
                double millis = clockMillis.getAsLong() - work.startMillis;
                usualMillis = usualMillis == 0 ? millis : (usualMillis + millis) / 2;
            }
        }
    }

    /** A worker is gone; what it had waits for its replacement or goes to the others. */
    void lost(Member worker) {
        speeds.forget(worker.id);
        late.remove(worker.id);
        tellOfRepeats(worker.id);
        if (cluster.rebalanceAfter() > 0) {
            lostAtMillis.put(worker.id, clockMillis.getAsLong());
            open.forEach(work -> work.pool.forgetComputed(worker.id)); // Nobody will report it.
            serve();
        } else {
            handOut(worker.id);
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
        tellOfRepeats(worker);
        handOut(worker);
    }

    /** Lanes that a worker had begun, or computed and not reported, and that somebody computes once more. */
    private void tellOfRepeats(int worker) {
        for (OpenWork work : open) {
            for (LaneSpan span : work.lanes ? work.pool.unreported(worker) : List.<LaneSpan>of()) {
                LOG.info(
                        "{}: lanes {}-{} of step {} are computed again",
                        Role.WORKER.name(worker),
                        span.first(),
                        span.end() - 1,
                        work.step);
            }
        }
    }

    private void handOut(int worker) {
        int parts = Math.max(1, waiting().size());
        boolean released = false;
        for (OpenWork work : open) {
            released |= work.pool.release(worker, parts);
        }
        if (released) {
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
                handOut(lost.getKey());
            }
        }
    }

    /**
     * Offers the work of workers that are late to those who wait.
     *
     * @return what is being done again from now on
     */
    List<Late> checkLate() {
        List<Late> found = new ArrayList<>();
        if (cluster.stragglerRatio() > 0) {
            List.copyOf(open).forEach(work -> checkLate(work, found));
        }
        return found;
    }

    private void checkLate(OpenWork work, List<Late> found) {
        long now = clockMillis.getAsLong();
        double usual = work.lanes ? usualMillis : work.longestMillis();
        if (usual == 0) {
            return;
        }
        double limit = Math.max(SHORTEST_LATENESS_MILLIS, cluster.stragglerRatio() * usual);
        work.pool
                .given()
                .forEach((worker, given) -> given.forEach(taken -> {
                    int idle = waiting().size();
                    if (idle == 0 || now - taken.atMillis() <= limit || !work.pool.offerAgain(worker, taken, idle)) {
                        return;
                    }
                    if (work.lanes && late.add(worker)) {
                        speeds.measured(worker, taken.span().count(), now - taken.atMillis());
                    }
                    open.forEach(later -> later.pool.releasePlanned(worker, idle));
                    found.add(new Late(work, worker, taken.span()));
                    serve();
                }));
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
