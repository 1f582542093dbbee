package org.weft.serve;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A model behind HTTP, from {@link #start} to {@link #close}. Methods are safe for use by any thread. */
public final class WeftServer implements AutoCloseable {
    private final ModelService service;
    private final Api api;
    private final HttpServer http;
    private final ServeMetrics metrics;
    private boolean closed;

    private WeftServer(ServedModel model, ServeOptions options, Consumer<String> notices) {
        metrics = new ServeMetrics();
        service = model instanceof TextModel text
                ? new TextService(text, options, metrics, notices)
                : new ClassifierService((ClassifierModel) model, options, metrics, notices);
        api = new Api(service, options, metrics, notices);
        http = new HttpServer(options, api, metrics);
    }

    /**
     * Opens the model, then listens: whoever can connect can be answered.
     *
     * @param model belongs to the server from here on, also where it cannot be started
     * @param notices told what the person who runs the server should know
     */
    public static WeftServer start(ServedModel model, ServeOptions options, Consumer<String> notices)
            throws InterruptedException {
        WeftServer server = new WeftServer(model, options, notices);
        try {
            server.service.start();
            server.http.start();
            return server;
        } catch (InterruptedException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** The port that it listens at. */
    public int port() {
        return http.port();
    }

    /** Completes exceptionally when the model has failed for good: nothing more will be answered. */
    public CompletableFuture<Void> ended() {
        return service.ended();
    }

    /** Requests that were answered, whatever the status. */
    public long requests() {
        return metrics.requests();
    }

    /** Tokens that the model chose. */
    public long generatedTokens() {
        return metrics.generatedTokens();
    }

    /**
     * Takes no more requests, finishes those at hand, and closes.
     *
     * @param limit after which what is not finished is answered 503
     * @return whether all were finished
     */
    public boolean stop(Duration limit) throws InterruptedException {
        api.stopping();
        http.stopListening();
        boolean finished = service.drain(limit);
        close();
        return finished;
    }

    /** Ends at once: what is not finished is answered 503. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            api.stopping();
            service.close();
            http.close();
            if (service.thread().stopped() && http.stopped()) { // Native memory: whoever used it still would end the process.
                service.model().close();
            }
        }
    }
}
