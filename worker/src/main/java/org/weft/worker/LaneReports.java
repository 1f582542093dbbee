package org.weft.worker;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.protocol.Message;
import org.weft.core.transport.Deadline;
import org.weft.core.transport.FencedException;

/**
 * Says that lanes are done once the servers have all of them: before the worker goes on, or on a thread of its own while the
 * worker computes the next.
 */
final class LaneReports implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LaneReports.class);

    private final WorkerSession session;
    /** Null where the worker's own thread waits. */
    private final ExecutorService thread;

    /** What ended the thread's work, and is to end the worker's. */
    private volatile Throwable failure;

    private volatile boolean closed;

    /** What is said once everything is acknowledged. */
    @FunctionalInterface
    interface Report {
        void send() throws IOException;
    }

    /**
     * @param overlap whether the worker goes on meanwhile
     */
    LaneReports(WorkerSession session, boolean overlap) {
        this.session = session;
        this.thread = overlap ? session.threads().single("weft-reports-" + session) : null;
    }

    /**
     * Reports a span.
     *
     * @param pushes of everything that belongs to it
     * @throws IOException where this waits, and servers or coordinator cannot be reached
     */
    void whenPushed(Message.ComputeLanes work, List<CompletableFuture<Void>> pushes, Deadline deadline, Report report)
            throws IOException {
        if (thread == null) {
            send(work, pushes, deadline, report);
        } else {
            thread.execute(() -> sendOrAbandon(work, pushes, deadline, report));
        }
    }

    private static void send(
            Message.ComputeLanes work, List<CompletableFuture<Void>> pushes, Deadline deadline, Report report)
            throws IOException {
        for (CompletableFuture<Void> push : pushes) {
            deadline.await(push, "the servers' acknowledgement of gradients of step " + work.step());
        }
        report.send();
    }

    private void sendOrAbandon(
            Message.ComputeLanes work, List<CompletableFuture<Void>> pushes, Deadline deadline, Report report) {
        try {
            send(work, pushes, deadline, report);
        } catch (FencedException e) {
            LOG.debug("{} was given up", session, e); // Its next poll is told so, too.
        } catch (IOException e) {
            LOG.warn("{} could not deliver its work on step {}: {}", session, work.step(), e.getMessage());
            abandon(work, e);
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    private void abandon(Message.ComputeLanes work, IOException cause) {
        if (closed) {
            return; // Whoever joins now in this worker's name has work of its own.
        }
        try {
            session.abandoned(work.generation(), work.step(), cause.getMessage());
        } catch (IOException e) {
            failure = e;
        }
    }

    /**
     * To be called before other work is asked for.
     *
     * @throws IOException where the coordinator stayed out of reach
     */
    void rethrow() throws IOException {
        if (failure instanceof IOException unreachable) {
            throw unreachable;
        }
        if (failure instanceof RuntimeException wrong) {
            throw wrong;
        }
        if (failure instanceof Error fatal) {
            throw fatal;
        }
    }

    @Override
    public void close() {
        closed = true;
        if (thread != null) {
            thread.shutdownNow();
        }
    }
}
