package org.weft.coordinator;

import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.weft.core.config.WeftConfig;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.Role;

/**
 * The workers beyond {@code cluster.workers}. They are asked for once everyone is here whom the run cannot do without, or
 * they could take the slots of those; and where a server stays away, as many of them as are needed leave, that Spark has a
 * slot for its replacement. Owned by the coordinator's thread.
 */
final class OptionalWorkers {
    /** How long a server may be missing before room is made: mostly its slot comes back with the next executor. */
    static final long PATIENCE_MILLIS = 15_000;

    private final WeftConfig config;
    private final Members members;
    private final RunListener listener;
    private final Set<Integer> gone = new HashSet<>();
    private boolean complete;
    private boolean everComplete;
    private long incompleteSinceMillis;

    OptionalWorkers(WeftConfig config, Members members, RunListener listener) {
        this.config = config;
        this.members = members;
        this.listener = listener;
    }

    /** Takes note of who is here. */
    void observe(long nowMillis) {
        boolean now = isComplete();
        if (now && !complete) {
            gone.clear();
            everComplete = true;
            listener.requiredAreHere();
        } else if (!now && complete) {
            incompleteSinceMillis = nowMillis;
        }
        complete = now;
    }

    private boolean isComplete() {
        return members.servers().size() >= config.serverTasks()
                && IntStream.range(0, config.cluster().workers())
                        .allMatch(worker -> members.find(Role.WORKER, worker) != null);
    }

    /** Whether this one has made room, and is to stay away for now. */
    boolean staysAway(Member member) {
        return member.role == Role.WORKER && gone.contains(member.id);
    }

    /** Has one leave where a server stays away; to be called now and then. */
    void makeRoom(long nowMillis, WorkDesk desk) {
        int missing = config.serverTasks() - members.servers().size();
        boolean patient = !everComplete || nowMillis - incompleteSinceMillis < PATIENCE_MILLIS;
        if (!complete && !patient && gone.size() < missing) {
            members.workers().stream()
                    .filter(worker -> worker.id >= config.cluster().workers())
                    .max(Comparator.comparingInt(worker -> worker.id))
                    .ifPresent(last -> leave(last, desk));
        }
    }

    private void leave(Member worker, WorkDesk desk) {
        listener.notice(Notice.of(RunEvent.LEFT, worker, " leaves: a server is missing, and is to have its slot"));
        gone.add(worker.id);
        members.remove(worker);
        worker.reply(new Message.RunEnded("makes room for a server"));
        desk.left(worker);
    }
}
