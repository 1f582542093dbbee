package org.weft.coordinator;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.ExitStatus;
import org.weft.core.Threads;
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
    private final int replicas;
    private final RunListener listener;
    private final Members members = new Members();
    private final RunState state;
    private final OptionalWorkers optional;
    private final ProgressWatch watch;
    private final String layoutHash;
    private final LongSupplier clockMillis;
    private final ScheduledExecutorService thread;
    private final MemberFailures failures = new MemberFailures();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    public Coordinator(RunPlan plan, RunListener listener) {
        this(plan, listener, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
    }

    Coordinator(RunPlan plan, RunListener listener, LongSupplier clockMillis) {
        this(plan, listener, clockMillis, Threads.MACHINE.timer("weft-coordinator"));
    }

    /** On a given thread, which runs one task after the other in the order in which they come. */
    Coordinator(RunPlan plan, RunListener listener, LongSupplier clockMillis, ScheduledExecutorService thread) {
        this.cluster = plan.config().cluster();
        this.replicas = plan.config().servers().replicas();
        this.listener = listener;
        this.clockMillis = clockMillis;
        this.layoutHash = plan.layout().hash();
        this.state = new RunState(plan, members, listener, clockMillis);
        this.optional = new OptionalWorkers(plan.config(), members, listener);
        this.watch = new ProgressWatch(plan.config(), state, listener);
        this.thread = thread;
    }

    /** Starts the watch over leases and deadlines. */
    @SuppressWarnings("FutureReturnValueIgnored") // Ends with close(); tick() hands its failures to the run.
    public void start() {
        watch.start(clockMillis.getAsLong());
        thread.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Completes when the run is over: normally, or with the {@link WeftException} that ended it. */
    public CompletableFuture<Void> ended() {
        return ended;
    }

    /** Ends the run after the step at hand, with a checkpoint. */
    public void requestStop() {
        state.stopAfterThisStep(); // Before the event at hand decides another.
        post(state::requestStop);
    }

    /** Ends the run now. */
    public void fail(WeftException cause) {
        post(() -> state.fail(cause));
    }

    public void checkpointCommitted(int generation, int step, String directory) {
        post(() -> state.checkpointCommitted(step, directory));
    }

    public void checkpointFailed(int generation, int step, String cause) {
        post(() -> state.saves().commitFailed(generation, step, cause));
    }

    /**
     * Spark has lost an executor: its members are gone, without waiting for their leases.
     *
     * @param cause as Spark gives it
     */
    public void executorLost(String executor, String cause) {
        post(() -> members.ofExecutor(executor).forEach(member -> {
            listener.notice(Notice.of(RunEvent.LOST, member, " is lost with its executor: " + cause));
            lose(member);
        }));
    }

    private void post(Runnable event) {
        thread.execute(() -> guarded(event));
    }

    private void guarded(Runnable event) {
        try {
            event.run();
        } catch (WeftException e) {
            state.fail(e);
        } catch (RuntimeException e) {
            LOG.error("coordinator failed", e);
            state.fail(new WeftException(ExitStatus.FAILED, "the coordinator failed: " + e, "", e));
        }
        afterEvent();
    }

    private void afterEvent() {
        observe();
        if (state.phase() == RunPhase.ENDED && !ended.isDone()) {
            if (state.failure() == null) {
                ended.complete(null);
            } else {
                ended.completeExceptionally(state.failure());
            }
        }
    }

    private void observe() {
        optional.observe(clockMillis.getAsLong());
        if (watch.observe(clockMillis.getAsLong())) {
            failures.forget();
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
            join(new Member(join, replicas, members.nextIncarnation()), join.layoutHash(), reply);
        } else if (request instanceof Message.Heartbeat m) {
            Message alive = new Message.Alive(state.generation().number());
            from(m.role(), m.id(), m.incarnation(), reply, alive, member -> {});
        } else if (request instanceof Message.PollWork m) {
            poll(Role.WORKER, m.worker(), m.incarnation(), reply, worker -> state.workFor(worker, m));
        } else if (request instanceof Message.PollOrder m) {
            poll(Role.SERVER, m.server(), m.incarnation(), reply, server -> state.orderFor(server, m));
        } else if (request instanceof Message.LanesDone m) {
            from(Role.WORKER, m.worker(), m.incarnation(), reply, member -> state.lanesDone(m));
        } else if (request instanceof Message.BatchesEvaluated m) {
            from(Role.WORKER, m.worker(), m.incarnation(), reply, member -> state.batchesEvaluated(m));
        } else if (request instanceof Message.WorkAbandoned m) {
            from(Role.WORKER, m.worker(), m.incarnation(), reply, member -> state.workAbandoned(member, m));
        } else if (request instanceof Message.ShardLoaded m) {
            from(Role.SERVER, m.server(), m.incarnation(), reply, member -> state.shardLoaded(member, m));
        } else if (request instanceof Message.ShardReduced m) {
            from(Role.SERVER, m.server(), m.incarnation(), reply, member -> state.shardReduced(member, m));
        } else if (request instanceof Message.ShardSaved m) {
            from(Role.SERVER, m.server(), m.incarnation(), reply, member -> state.saves()
                    .shardSaved(member, m));
        } else if (request instanceof Message.ShardSaveFailed m) {
            from(Role.SERVER, m.server(), m.incarnation(), reply, member -> state.saves()
                    .shardSaveFailed(m));
        } else if (request instanceof Message.MemberFailed m) {
            reply.complete(new Message.Done());
            memberFailed(m);
        } else {
            reply.complete(new Message.Refused(
                    "not a request to the coordinator: " + request.getClass().getSimpleName()));
        }
    }

    private void from(Role role, int id, int incarnation, CompletableFuture<Message> reply, Consumer<Member> handler) {
        from(role, id, incarnation, reply, new Message.Done(), handler);
    }

    private void from(
            Role role,
            int id,
            int incarnation,
            CompletableFuture<Message> reply,
            Message answer,
            Consumer<Member> handler) {
        Member member = members.find(role, id, incarnation);
        if (member == null) {
            reply.complete(new Message.Refused(
                    role.name(id) + " incarnation " + incarnation + " was given up; another attempt has its place"));
            return;
        }
        member.lastSeenMillis = clockMillis.getAsLong();
        reply.complete(answer);
        handler.accept(member);
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
            member.park(reply, clockMillis.getAsLong());
        });
        if (known.join() instanceof Message.Refused refused) {
            reply.complete(refused);
        }
    }

    private void join(Member member, String layout, CompletableFuture<Message> reply) {
        if (!layout.equals(layoutHash)) {
            WeftException other = RunFailures.otherLayout(member.toString(), layout, layoutHash);
            reply.complete(new Message.Refused(other.getMessage()));
            state.fail(other);
            return;
        }
        boolean later = members.hasLaterAttempt(member);
        if (later || optional.staysAway(member)) {
            String why = later ? ": a later attempt has its place" : " has made room for a server";
            reply.complete(new Message.Refused(member + why));
            return;
        }
        member.lastSeenMillis = clockMillis.getAsLong();
        Member replaced = members.admit(member);
        if (replaced != null) {
            replaced.reply(new Message.Refused(replaced + " was replaced"));
        }
        reply.complete(new Message.Admitted(member.incarnation));
        listener.notice(Notice.joined(member, replaced));
        if (member.role == Role.WORKER) {
            state.workerJoined(member, replaced);
        } else {
            state.serverJoined(member, replaced);
        }
    }

    private void memberFailed(Message.MemberFailed report) {
        if (failures.isRepeated(report)) {
            return;
        }
        Member present = members.find(report.role(), report.id());
        listener.notice(Notice.failed(report, present));
        if (failures.isOver(report, present)) {
            return;
        }
        WeftException fatal = failures.report(report);
        if (fatal != null) {
            state.fail(fatal);
        } else if (present != null) {
            lose(present);
        }
    }

    private void lose(Member member) {
        members.remove(member);
        member.reply(new Message.Refused(member + " was given up"));
        if (member.role == Role.WORKER) {
            state.desk().lost(member);
        } else {
            state.serverLost(member);
        }
    }

    private void tick() {
        guarded(() -> {
            long now = clockMillis.getAsLong();
            members.answerParkedBefore(now - POLL_HOLD_MILLIS);
            if (state.phase() == RunPhase.ENDED) {
                return;
            }
            for (Member silent : members.silentSince(now - TimeUnit.SECONDS.toMillis(cluster.leaseSeconds()))) {
                listener.notice(Notice.silent(silent, cluster.leaseSeconds()));
                lose(silent);
            }
            optional.makeRoom(now, state.desk());
            state.tick();
            observe(); // A step that went on just now is not late.
            watch.sayWhatIsWaitedFor(now);
            watch.checkDeadline(now);
        });
    }

    /** Stops the thread; members that are still polling get no further answer. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
