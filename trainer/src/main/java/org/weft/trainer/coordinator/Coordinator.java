package org.weft.trainer.coordinator;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.ClusterConfig;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.Role;
import org.weft.core.transport.Service;

/**
 * The driver's side of every conversation. Messages come in on network threads and are handled one after the other on
 * the coordinator's own, which also watches leases and deadlines; nothing in here waits.
 */
public final class Coordinator implements Service, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Coordinator.class);
    private static final long TICK_MILLIS = 200;
    /** A poll is answered after this long at the latest, so that its sender knows the coordinator lives. */
    private static final long POLL_HOLD_MILLIS = 5_000;

    private final ClusterConfig cluster;
    private final RunListener listener;
    private final Members members = new Members();
    private final RunState state;
    private final String layoutHash;
    private final LongSupplier clockMillis;
    private final ScheduledExecutorService thread;
    private final FailureLedger failures = new FailureLedger();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private RunPhase lastPhase;
    private int lastStep = -1;
    private long lastProgressMillis;

    public Coordinator(RunPlan plan, RunListener listener) {
        this(plan, listener, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
    }

    Coordinator(RunPlan plan, RunListener listener, LongSupplier clockMillis) {
        this(plan, listener, clockMillis, Executors.newSingleThreadScheduledExecutor(task -> {
            Thread created = new Thread(task, "weft-coordinator");
            created.setDaemon(true);
            return created;
        }));
    }

    /**
     * @param thread runs one task after the other, in the order in which they come
     */
    Coordinator(RunPlan plan, RunListener listener, LongSupplier clockMillis, ScheduledExecutorService thread) {
        this.cluster = plan.config().cluster();
        this.listener = listener;
        this.clockMillis = clockMillis;
        this.layoutHash = plan.shape().layout().hash();
        this.state = new RunState(plan, members, listener);
        this.thread = thread;
    }

    /** Starts the watch over leases and deadlines. */
    @SuppressWarnings("FutureReturnValueIgnored") // Ends with close(); tick() hands its failures to the run.
    public void start() {
        lastProgressMillis = clockMillis.getAsLong();
        thread.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Completes when the run is over: normally, or with the {@link WeftException} that ended it. */
    public CompletableFuture<Void> ended() {
        return ended;
    }

    /** Ends the run after the step at hand, with a checkpoint. */
    public void requestStop() {
        post(state::requestStop);
    }

    /** Ends the run now. */
    public void fail(WeftException cause) {
        post(() -> state.fail(cause));
    }

    public void checkpointCommitted(int generation, int step, String directory) {
        post(() -> state.checkpointCommitted(generation, step, directory));
    }

    public void checkpointFailed(int step, String cause) {
        post(() -> state.checkpointFailed(step, cause));
    }

    private void post(Runnable event) {
        thread.execute(() -> guarded(event));
    }

    private void guarded(Runnable event) {
        try {
            event.run();
        } catch (RuntimeException e) {
            LOG.error("coordinator failed", e);
            state.fail(new WeftException(ExitStatus.FAILED, "the coordinator failed: " + e, "", e));
        }
        afterEvent();
    }

    private void afterEvent() {
        if (state.phase() != lastPhase || state.step() != lastStep) {
            lastPhase = state.phase();
            lastStep = state.step();
            lastProgressMillis = clockMillis.getAsLong();
        }
        if (state.phase() == RunPhase.ENDED && !ended.isDone()) {
            if (state.failure() == null) {
                ended.complete(null);
            } else {
                ended.completeExceptionally(state.failure());
            }
        }
    }

    @Override
    public CompletableFuture<Message> receive(Message request) {
        CompletableFuture<Message> reply = new CompletableFuture<>();
        thread.execute(() -> guarded(() -> handle(request, reply)));
        return reply;
    }

    private void handle(Message request, CompletableFuture<Message> reply) {
        if (request instanceof Message.JoinWorker join) {
            join(new Member(join, members.nextIncarnation()), join.layoutHash(), reply);
        } else if (request instanceof Message.JoinServer join) {
            join(new Member(join, members.nextIncarnation()), join.layoutHash(), reply);
        } else if (request instanceof Message.Heartbeat m) {
            from(m.role(), m.id(), m.incarnation(), reply, member -> {});
        } else if (request instanceof Message.PollWork m) {
            poll(Role.WORKER, m.worker(), m.incarnation(), reply, state::workFor);
        } else if (request instanceof Message.PollOrder m) {
            poll(Role.SERVER, m.shard(), m.incarnation(), reply, server -> state.orderFor(server, m));
        } else if (request instanceof Message.LanesDone m) {
            from(Role.WORKER, m.worker(), m.incarnation(), reply, member -> state.lanesDone(m));
        } else if (request instanceof Message.BatchesEvaluated m) {
            from(Role.WORKER, m.worker(), m.incarnation(), reply, member -> state.batchesEvaluated(m));
        } else if (request instanceof Message.WorkAbandoned m) {
            from(Role.WORKER, m.worker(), m.incarnation(), reply, member -> state.workAbandoned(member, m));
        } else if (request instanceof Message.ShardLoaded m) {
            from(Role.SERVER, m.shard(), m.incarnation(), reply, member -> state.shardLoaded(m));
        } else if (request instanceof Message.ShardReduced m) {
            from(Role.SERVER, m.shard(), m.incarnation(), reply, member -> state.shardReduced(m));
        } else if (request instanceof Message.ShardSaved m) {
            from(Role.SERVER, m.shard(), m.incarnation(), reply, member -> state.shardSaved(m));
        } else if (request instanceof Message.ShardSaveFailed m) {
            from(Role.SERVER, m.shard(), m.incarnation(), reply, member -> state.shardSaveFailed(m));
        } else if (request instanceof Message.MemberFailed m) {
            reply.complete(new Message.Done());
            memberFailed(m);
        } else {
            reply.complete(new Message.Refused(
                    "not a request to the coordinator: " + request.getClass().getSimpleName()));
        }
    }

    /** What is done with a message of a member that is known. */
    @FunctionalInterface
    private interface Handler {
        void handle(Member member);
    }

    private void from(Role role, int id, int incarnation, CompletableFuture<Message> reply, Handler handler) {
        Member member = members.find(role, id, incarnation);
        if (member == null) {
            reply.complete(new Message.Refused(
                    role.name(id) + " incarnation " + incarnation + " was given up; another attempt has its place"));
            return;
        }
        member.lastSeenMillis = clockMillis.getAsLong();
        reply.complete(new Message.Done());
        handler.handle(member);
    }

    private void poll(
            Role role, int id, int incarnation, CompletableFuture<Message> reply, Function<Member, Message> work) {
        CompletableFuture<Message> known = new CompletableFuture<>();
        from(role, id, incarnation, known, member -> {
            Message next = work.apply(member);
            if (next != null) {
                reply.complete(next);
                return;
            }
            member.reply(new Message.Done()); // An earlier poll that broke off.
            member.parked = reply;
            member.parkedAtMillis = clockMillis.getAsLong();
        });
        if (known.join() instanceof Message.Refused refused) {
            reply.complete(refused);
        }
    }

    private void join(Member member, String layout, CompletableFuture<Message> reply) {
        String name = member.role.name(member.id);
        if (!layout.equals(layoutHash)) {
            String cause = name + " has another parameter layout: " + layout + " expected=" + layoutHash;
            reply.complete(new Message.Refused(cause));
            state.fail(WeftException.usage(
                    cause, "driver and executors need the same configuration and the same release of Weft"));
            return;
        }
        if (members.hasLaterAttempt(member)) {
            reply.complete(
                    new Message.Refused(name + " attempt " + member.attempt + ": a later attempt has its place"));
            return;
        }
        member.lastSeenMillis = clockMillis.getAsLong();
        Member replaced = members.admit(member);
        if (replaced != null) {
            replaced.reply(new Message.Refused(replaced + " was replaced"));
        }
        reply.complete(new Message.Admitted(member.incarnation));
        listener.notice(member + (replaced == null ? " joined" : " joined in place of an earlier attempt"));
        if (member.role == Role.WORKER) {
            state.workerJoined(replaced);
        } else {
            state.serverJoined(member);
        }
    }

    private void memberFailed(Message.MemberFailed report) {
        if (failures.isRepeated(report)) {
            return;
        }
        String name = report.role().name(report.id());
        listener.notice(name + " failed: " + report.cause());
        Member present = members.all().stream()
                .filter(m -> m.role == report.role() && m.id == report.id())
                .findFirst()
                .orElse(null);
        if (present != null && present.incarnation != report.incarnation()) {
            return; // Of an attempt that was given up: another one has its place.
        }
        if (failures.endsRun(report)) {
            ExitStatus status = Arrays.stream(ExitStatus.values())
                    .filter(s -> s.code() == report.exitStatus())
                    .findFirst()
                    .orElse(ExitStatus.FAILED);
            state.fail(new WeftException(status, name + ": " + report.cause(), report.hint()));
        } else if (present != null) {
            lose(present);
        }
    }

    private void lose(Member member) {
        members.remove(member);
        member.reply(new Message.Refused(member + " was given up"));
        if (member.role == Role.WORKER) {
            state.workerLost(member);
        }
    }

    private void tick() {
        guarded(() -> {
            long now = clockMillis.getAsLong();
            for (Member member : members.all()) {
                if (member.parked != null && now - member.parkedAtMillis > POLL_HOLD_MILLIS) {
                    member.reply(new Message.Done());
                }
            }
            if (state.phase() == RunPhase.ENDED) {
                return;
            }
            for (Member silent : members.silentSince(now - TimeUnit.SECONDS.toMillis(cluster.leaseSeconds()))) {
                listener.notice(silent + " gave no sign of life for " + cluster.leaseSeconds() + " s and is given up");
                lose(silent);
            }
            checkDeadline(now);
        });
    }

    private void checkDeadline(long now) {
        boolean gathering = state.phase() == RunPhase.GATHERING;
        int seconds = gathering ? cluster.startTimeoutSeconds() : cluster.stepTimeoutSeconds();
        if (now - lastProgressMillis > TimeUnit.SECONDS.toMillis(seconds)) {
            state.fail(new WeftException(
                    gathering ? ExitStatus.CLUSTER : ExitStatus.FAILED,
                    "gave up after " + seconds + " s: the run " + state.waitsFor(),
                    gathering
                            ? "give the application more cores or executors, or raise cluster.start_timeout_seconds"
                            : "see that task's log; resume from the last checkpoint with --resume"));
        }
    }

    /** Stops the thread; members that are still polling get no further answer. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
