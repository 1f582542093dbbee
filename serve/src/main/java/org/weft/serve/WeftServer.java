package org.weft.serve;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Models behind HTTP, from {@link #start} to {@link #close}. Methods are safe for use by any thread. */
public final class WeftServer implements AutoCloseable {
    private final Models models;
    private final Api api;
    private final HttpServer http;
    private final ServeMetrics metrics;
    private boolean closed;

    private WeftServer(List<? extends ServedModel> served, ServeOptions options, Consumer<String> notices) {
        metrics = new ServeMetrics();
        models = new Models(served, model -> service(model, options, metrics, notices));
        api = new Api(models, options, metrics, notices);
        http = new HttpServer(options, api, metrics, notices);
    }

    private static ModelService service(
            ServedModel model, ServeOptions options, ServeMetrics metrics, Consumer<String> notices) {
        if (model instanceof TextModel text) {
            return new TextService(text, options, metrics, notices);
        }
        return model instanceof PredictionModel predictor
                ? new PredictionService(predictor, options, metrics, notices)
                : new VectorService((VectorModel) model, options, metrics, notices);
    }

    /** As {@link #start(List, ServeOptions, Consumer)}, with one model. */
    public static WeftServer start(ServedModel model, ServeOptions options, Consumer<String> notices)
            throws InterruptedException {
        return start(List.of(model), options, notices);
    }

    /**
     * Opens the models, then listens: whoever can connect can be answered.
     *
     * @param models of different names, at least one; they belong to the server from here on, also where it cannot be started
     * @param options the bounds of texts are each model's
     * @param notices told what the person who runs the server should know
     */
    public static WeftServer start(List<? extends ServedModel> models, ServeOptions options, Consumer<String> notices)
            throws InterruptedException {
        WeftServer server;
        try {
            server = new WeftServer(models, options, notices);
        } catch (RuntimeException e) {
            models.forEach(ServedModel::close);
            throw e;
        }
        try {
            server.models.start();
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

    /** Completes exceptionally when a model has failed for good: it answers nothing more. */
    public CompletableFuture<Void> ended() {
        return models.ended();
    }

    /** Requests that were answered, whatever the status. */
    public long requests() {
        return metrics.requests();
    }

    /** Tokens that models chose. */
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
        boolean finished = models.drain(limit);
        close();
        return finished;
    }

    /** Ends at once: what is not finished is answered 503. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            api.stopping();
            models.close();
            http.close();
            if (http.stopped()) {
                models.release();
            }
        }
    }
}
