package org.weft.serve;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.weft.core.WeftException;

/**
 * The one thread that owns the model, and the inquiries that wait for it. The model is opened and closed on that thread.
 * Methods are safe for use by any other.
 */
final class ModelThread<T extends Inquiry> implements AutoCloseable {
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(30);

    private final String name;
    private final WaitingLine<T> line;
    private final Callable<? extends Work<T>> opener;
    private final Consumer<String> notices;
    private final ApiException failed = ApiException.internal("the server failed"); // made while there is memory
    private final CompletableFuture<Void> opened = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread thread;
    private volatile boolean closing;

    /**
     * @param name the model's
     * @param opener called on the model's thread
     * @param notices told of what went wrong, for the person who runs the server
     */
    ModelThread(String name, WaitingLine<T> line, Callable<? extends Work<T>> opener, Consumer<String> notices) {
        this.name = name;
        this.line = line;
        this.opener = opener;
        this.notices = notices;
        this.thread = new Thread(this::run, "weft-model-" + name);
        thread.setDaemon(true);
    }

    /** Starts the thread and waits until the model is there. */
    void start() throws InterruptedException {
        thread.start();
        try {
            opened.get();
        } catch (ExecutionException e) {
            WeftException told = WeftException.within(e);
            throw told != null
                    ? told
                    : new IllegalStateException(
                            "the model " + name + " cannot be opened: " + e.getCause(), e.getCause());
        }
    }

    /**
     * Lets inquiries wait for their turn.
     *
     * @throws ApiException where there is no room for all of them, or the thread is being stopped
     */
    void submit(List<T> inquiries) {
        line.add(inquiries);
    }

    private void run() {
        try (Work<T> work = opener.call()) {
            opened.complete(null);
            while (!closing) {
                round(work);
            }
            ApiException stopping = ApiException.stopping();
            work.failAll(line, stopping);
            failWaiting(stopping);
            ended.complete(null);
        } catch (Throwable failure) { // Whatever it is: whoever waits must hear of it.
            line.close();
            failWaiting(failed);
            opened.completeExceptionally(failure);
            ended.completeExceptionally(
                    new IllegalStateException("the thread of the model " + name + " ended: " + failure, failure));
        }
    }

    private void round(Work<T> work) throws InterruptedException {
        try {
            line.await(work.busy());
            work.round(line);
        } catch (RuntimeException | OutOfMemoryError failure) {
            note(failure);
            work.failAll(line, ApiException.failed("the model failed on this batch: ", failure));
        } catch (Error failure) { // Ends the thread; those whom it worked for are told first.
            work.failAll(line, failed);
            throw failure;
        }
    }

    private void note(Throwable failure) {
        try {
            notices.accept("error: " + name + ": " + failure);
        } catch (RuntimeException | OutOfMemoryError unsaid) {
            // Nobody waits for it.
        }
    }

    private void failWaiting(ApiException failure) {
        for (T inquiry = line.poll(); inquiry != null; inquiry = line.poll()) {
            line.fail(inquiry, failure);
        }
    }

    /** Completes when the thread has ended; exceptionally where it was not asked to. */
    CompletableFuture<Void> ended() {
        return ended.copy();
    }

    /** Whether {@link #ended} has completed. */
    boolean hasEnded() {
        return ended.isDone();
    }

    /** Whether the thread does nothing any more, or never did. */
    boolean stopped() {
        return !thread.isAlive();
    }

    /** Takes no more inquiries; those that are open go on. */
    void refuse() {
        line.close();
    }

    /** Takes no more inquiries and waits for those that are open; false where some were not done by then. */
    boolean drain(Duration limit) throws InterruptedException {
        line.close();
        return line.awaitEmpty(limit);
    }

    /** Lets what is still open fail and the thread end, without waiting for that. */
    void end() {
        closing = true;
        line.close();
    }

    /** Fails what is still open, closes the model and ends the thread. */
    @Override
    public void close() {
        end();
        try {
            thread.join(CLOSE_LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
