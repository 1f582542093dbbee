package org.weft.serve;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;

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
    private final Counter recalledTokens = registry.counter("weft_prompt_tokens_cached_total");
    private final Counter generatedTokens = registry.counter("weft_generated_tokens_total");
    private final Distribution latency = registry.register("weft_request_seconds", new Distribution());
    private final Distribution firstToken = registry.register("weft_time_to_first_token_seconds", new Distribution());
    private final Distribution batchSize = registry.register("weft_batch_size", new Distribution());
    private final List<IntSupplier> queues = new CopyOnWriteArrayList<>();
    private final Map<Object, Integer> running = new ConcurrentHashMap<>(); // by who runs them

    ServeMetrics() {
        registry.register(
                "weft_running_texts", sum(() -> running.values().stream().mapToInt(texts -> texts)));
        registry.register("weft_queue_length", sum(() -> queues.stream().mapToInt(IntSupplier::getAsInt)));
    }

    private static Gauge<Integer> sum(Supplier<IntStream> counts) {
        return () -> counts.get().sum();
    }

    MetricRegistry registry() {
        return registry;
    }

    /** @param length inquiries that wait for a model */
    void queue(IntSupplier length) {
        queues.add(length);
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

    /** @param owner whose texts they are */
    void running(Object owner, int texts) {
        running.put(owner, texts);
    }

    /** A token for each of some texts, or some texts classified. */
    void batch(int texts) {
        batchSize.update(texts);
    }

    void prompt(int tokens) {
        promptTokens.inc(tokens);
    }

    /** @param tokens of prompts whose keys and values were kept */
    void recalled(long tokens) {
        recalledTokens.inc(tokens);
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
