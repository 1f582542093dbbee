package org.weft.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.weft.core.WeftException;

/** The models of a server by their names, each with a thread and a line of its own. Safe for use by many threads. */
final class Models {
    private static final String NOT_FOUND = "model_not_found";

    private final Map<String, ModelService> services = new LinkedHashMap<>();
    private final long created = System.currentTimeMillis() / 1000;

    /** @param models at least one */
    Models(List<? extends ServedModel> models, Function<ServedModel, ModelService> service) {
        for (ServedModel model : models) {
            if (services.containsKey(model.name())) {
                throw WeftException.usage(
                        "two models are called " + model.name(), "give one another name: --checkpoint NAME=PATH");
            }
            services.put(model.name(), service.apply(model));
        }
    }

    /** Opens all of them, one after the other. */
    void start() throws InterruptedException {
        for (ModelService service : services.values()) {
            service.start();
        }
    }

    /**
     * Whom a request is for.
     *
     * @throws ApiException where it names none, or another one
     */
    ModelService of(JsonFields fields) {
        String name = fields.text("model");
        if (name == null && services.size() > 1) {
            throw ApiException.invalid("model", "model must be one of " + names());
        }
        return name == null ? services.values().iterator().next() : of(name);
    }

    private ModelService of(String name) {
        ModelService service = services.get(name);
        if (service == null) {
            throw ApiException.notFound(
                    "model", "there is no model " + name + ": this server has " + names(), NOT_FOUND);
        }
        return service;
    }

    private String names() {
        return String.join(", ", services.keySet());
    }

    /** What {@code GET /v1/models} answers. */
    ObjectNode list() {
        ObjectNode list = JsonNodeFactory.instance.objectNode().put("object", "list");
        ArrayNode data = list.putArray("data");
        services.values().forEach(service -> data.add(described(service)));
        return list;
    }

    /** What {@code GET /v1/models/NAME} answers. */
    ObjectNode described(String name) {
        return described(of(name));
    }

    private ObjectNode described(ModelService service) {
        ObjectNode served = JsonNodeFactory.instance
                .objectNode()
                .put("id", service.model().name())
                .put("object", "model")
                .put("created", created)
                .put("owned_by", "weft");
        service.describe(served);
        ArrayNode endpoints = served.putArray("endpoints");
        service.endpoints().forEach(endpoints::add);
        return served;
    }

    /** Whether all of them can still answer. */
    boolean well() {
        return services.values().stream().noneMatch(ModelService::hasEnded);
    }

    /** Completes with the first that ends; exceptionally where it failed for good, with its name in the message. */
    CompletableFuture<Void> ended() {
        return CompletableFuture.anyOf(
                        services.values().stream().map(ModelService::ended).toArray(CompletableFuture<?>[]::new))
                .thenApply(any -> null);
    }

    /** Takes no more requests and waits for those at hand; false where some were not done by then. */
    boolean drain(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        boolean finished = true;
        services.values().forEach(service -> service.thread().refuse());
        for (ModelService service : services.values()) {
            finished &= service.drain(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
        }
        return finished;
    }

    /** Fails what is still at hand and ends the threads. */
    void close() {
        services.values().forEach(service -> service.thread().end());
        services.values().forEach(ModelService::close);
    }

    /** Frees what requests that are being read may use, of models whose threads have ended. */
    void release() {
        for (ModelService service : services.values()) {
            if (service.thread().stopped()) { // Native memory: whoever used it still would end the process.
                service.model().close();
            }
        }
    }
}
