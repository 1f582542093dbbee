package org.weft.core.transport;

import java.io.IOException;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.ExitStatus;
import org.weft.core.Threads;
import org.weft.core.WeftException;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.Role;

/**
 * A member's way to the coordinator: joins, calls, and sends signs of life. A call that breaks off is sent again over a
 * new connection until the patience is used up, which the messages' keys make harmless. Safe for use by many threads
 * once {@link #join} has returned.
 */
public final class CoordinatorLink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CoordinatorLink.class);
    /** Connections that are tried within the patience: one may be dead without either end having been told. */
    private static final int TRIES = 3;

    private static final Duration RETRY_PAUSE = Duration.ofMillis(200);

    private final Transport transport;
    private final Threads threads;
    private final Address coordinator;
    private final Role role;
    private final int id;
    private final Duration patience;
    private final Duration answerPatience;
    private final ScheduledExecutorService heartbeats;

    private volatile int incarnation = -1;
    private volatile boolean fenced;
    private volatile IntConsumer generations = generation -> {};
    private Link link;

    /**
     * @param threads of the heartbeat, and how calls wait
     * @param patience how long an unreachable coordinator is tried again; a third of it is the longest wait for one reply
     */
    public CoordinatorLink(
            Transport transport, Threads threads, Address coordinator, Role role, int id, Duration patience) {
        this.transport = transport;
        this.threads = threads;
        this.coordinator = coordinator;
        this.role = role;
        this.id = id;
        this.patience = patience;
        this.answerPatience = patience.dividedBy(TRIES);
        this.heartbeats = threads.timer("weft-heartbeat-" + role.name(id).replace(' ', '-'));
    }

    /**
     * Joins the run, for the first time or again after this member was given up, and starts the heartbeat.
     *
     * @throws FencedException where the coordinator does not admit this member: a later attempt has its place, or it
     *     has another layout, which ends the run
     */
    @SuppressWarnings("FutureReturnValueIgnored") // The schedule ends with close(); beat() catches everything.
    public void join(Message.Join request, Duration heartbeat) throws IOException {
        Message.Admitted admitted = call(request);
        boolean first = incarnation < 0;
        incarnation = admitted.incarnation();
        fenced = false;
        if (!first) {
            return;
        }
        heartbeats.scheduleWithFixedDelay(
                this::beat, heartbeat.toMillis(), heartbeat.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Who is told the generation at hand with every sign of life, on the heartbeat's thread; must not block. A member that
     * waits for a server which was given up learns in this way that the wait is in vain.
     */
    public void onGeneration(IntConsumer listener) {
        generations = listener;
    }

    /** This attempt's number, which every later message carries. */
    public int incarnation() {
        return incarnation;
    }

    /**
     * Sends a request and waits for its answer.
     *
     * @throws FencedException where the coordinator has given this attempt up
     * @throws IOException where the coordinator stays out of reach for longer than the patience
     */
    public <R extends Message> R call(Message.Request<R> request) throws IOException {
        Deadline deadline = Deadline.in(threads, patience);
        while (true) {
            Link used = null;
            try {
                used = connected();
                return Deadline.in(threads, answerPatience)
                        .await(
                                used.call(request),
                                role.name(id) + " waits for the coordinator at " + coordinator + " ("
                                        + request.getClass().getSimpleName() + ")");
            } catch (IOException e) {
                if (e.getCause() instanceof RefusedException refused) {
                    throw new FencedException(refused.reason());
                }
                if (e.getCause() instanceof ProtocolException) {
                    throw e;
                }
                disconnect(used);
                if (deadline.passed() || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                LOG.info("{}: {}; trying again", role.name(id), e.getMessage());
                threads.pause(RETRY_PAUSE.toMillis(), role.name(id));
            }
        }
    }

    /** Says why this member ends; the coordinator decides what that means for the run. Never throws. */
    public void reportFailure(Exception failure) {
        WeftException known = WeftException.within(failure);
        ExitStatus status = known == null ? ExitStatus.FAILED : known.status();
        String cause = known == null ? failure.toString() : known.getMessage();
        String hint = known == null ? "" : known.hint();
        try {
            call(new Message.MemberFailed(role, id, incarnation, status.code(), cause, hint));
        } catch (IOException e) {
            LOG.warn("{}: could not report its failure: {}", role.name(id), e.getMessage());
        }
    }

    /** Whether the coordinator refused a sign of life: this attempt was given up and must end. */
    public boolean isFenced() {
        return fenced;
    }

    private void beat() {
        Link used = null;
        try {
            used = connected();
            Message.Alive alive =
                    threads.await(used.call(new Message.Heartbeat(role, id, incarnation)), answerPatience.toNanos());
            generations.accept(alive.generation());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException dead) { // Nobody was told that the connection is gone.
            disconnect(used);
            LOG.debug("{}: no answer to a heartbeat", role.name(id));
        } catch (Exception e) {
            fenced |= e.getCause() instanceof RefusedException;
            LOG.debug("{}: no heartbeat: {}", role.name(id), e.toString());
        }
    }

    private synchronized Link connected() throws IOException {
        if (link == null || !link.isOpen()) {
            link = transport.connect(coordinator);
        }
        return link;
    }

    /** Closes the connection that failed, unless another thread has put a new one in its place. */
    private synchronized void disconnect(Link failed) {
        if (failed != null && failed == link) {
            link.close();
            link = null;
        }
    }

    @Override
    public synchronized void close() {
        heartbeats.shutdownNow();
        disconnect(link);
    }
}
