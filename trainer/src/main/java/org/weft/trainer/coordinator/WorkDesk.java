package org.weft.trainer.coordinator;

import java.util.List;
import java.util.function.Function;
import org.weft.core.lanes.LaneSpan;
import org.weft.core.protocol.Message;

/**
 * Where workers get their work: the pool at hand and how a span of it is put into a message. Closed between phases, and
 * while a server is missing. Owned by the coordinator's thread.
 */
final class WorkDesk {
    private final Members members;
    private final int servers;
    private WorkPool pool;
    private Function<LaneSpan, Message> wording;

    WorkDesk(Members members, int servers) {
        this.members = members;
        this.servers = servers;
    }

    /** Opens a pool and serves everyone who waits. */
    void open(WorkPool newPool, Function<LaneSpan, Message> newWording) {
        pool = newPool;
        wording = newWording;
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
    Message next(Member worker) {
        boolean closed = pool == null || members.servers().size() < servers;
        LaneSpan span = closed ? null : pool.take(worker.id);
        return span == null ? null : wording.apply(span);
    }

    /** What a worker had to do goes to the others, at once to those who wait. */
    void release(Member worker) {
        long waiting = members.workers().stream()
                .filter(member -> member.parked != null)
                .count();
        if (pool != null && pool.release(worker.id, (int) Math.max(1, waiting))) {
            serve();
        }
    }

    private void serve() {
        for (Member worker : List.copyOf(members.workers())) {
            Message work = worker.parked == null ? null : next(worker);
            if (work != null) {
                worker.reply(work);
            }
        }
    }
}
