package org.weft.serve;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.function.IntSupplier;

/**
 * What a server counts and times, in a Dropwizard registry whose names are Prometheus's, labels included. Safe for use by
 * many threads.
 */
final class ServeMetrics {
    private static final int TOO_MANY = 429;
    private static final int UNAVAILABLE = 503;
    private static final int FIRST_SERVER_ERROR = 500;

    private final MetricRegistry registry = new MetricRegistry();
    private final Counter rejected = registry.counter("weft_requests_rejected_total");
    private final Counter errors = registry.counter("weft_request_errors_total");
    private final Counter gone = registry.counter("weft_clients_gone_total");
    private final Counter promptTokens = registry.counter("weft_prompt_tokens_total");
    private final Counter generatedTokens = registry.counter("weft_generated_tokens_total");
    private final Distribution latency = registry.register("weft_request_seconds", new Distribution());
    private final Distribution firstToken = registry.register("weft_time_to_first_token_seconds", new Distribution());
    private final Distribution batchSize = registry.register("weft_batch_size", new Distribution());
    private volatile int running;

    ServeMetrics() {
        registry.register("weft_running_texts", (Gauge<Integer>) () -> running);
    }

    MetricRegistry registry() {
        return registry;
    }

    /** @param length inquiries that wait */
    void queue(IntSupplier length) {
        registry.register("weft_queue_length", (Gauge<Integer>) length::getAsInt);
    }

    /** @param count connections that are open */
    void connections(IntSupplier count) {
        registry.register("weft_connections", (Gauge<Integer>) count::getAsInt);
    }

    /** A request was answered whole. */
    void answered(String endpoint, int status, double seconds) {
        registry.counter("weft_requests_total{endpoint=\"" + endpoint + "\",status=\"" + status + "\"}")
                .inc();
        latency.update(seconds);
        if (status == TOO_MANY || status == UNAVAILABLE) {
            rejected.inc();
        } else if (status >= FIRST_SERVER_ERROR) {
            errors.inc();
        }
    }

    /** A connection was refused before it could ask. */
    void connectionRefused() {
        rejected.inc();
    }

    /** A client hung up before its answer was whole. */
    void clientGone() {
        gone.inc();
    }

    void firstToken(double seconds) {
        firstToken.update(seconds);
    }

    void running(int texts) {
        running = texts;
    }

    /** A token for each of some texts, or some texts classified. */
    void batch(int texts) {
        batchSize.update(texts);
    }

    void prompt(int tokens) {
        promptTokens.inc(tokens);
    }

    void generated(int tokens) {
        generatedTokens.inc(tokens);
    }

    /** Tokens that the model chose so far. */
    long generatedTokens() {
        return generatedTokens.getCount();
    }

    /** Requests that were answered so far, whatever the status. */
    long requests() {
        return latency.getCount();
    }
}
