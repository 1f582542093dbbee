package org.weft.serve;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Which request goes where. Knows no socket. Safe for use by many threads. */
final class Api {
    private final Models models;
    private final ApiKeys keys;
    private final BrowserAccess browsers;
    private final ServeMetrics metrics;
    private final Consumer<String> notices;
    private final Duration timeout;
    private final String page;
    private volatile boolean stopping;

    Api(Models models, ServeOptions options, ServeMetrics metrics, Consumer<String> notices) {
        this.models = models;
        this.keys = new ApiKeys(options.access().apiKeys());
        this.browsers = new BrowserAccess(options.host(), options.access());
        this.metrics = metrics;
        this.notices = notices;
        this.timeout = options.timeout();
        this.page = options.page().orElseGet(Api::ownPage);
    }

    /**
     * A request as it came.
     *
     * @param path without the query
     * @param authorization the header of that name, or null
     */
    record Request(String method, String path, String authorization, BrowserAccess.Caller caller, byte[] body) {
        /** As {@link Endpoints#of} has it. */
        String endpoint() {
            return Endpoints.of(path);
        }

        /** Whether a model is asked something: that is read and checked first, which takes a while. Others are answered at once. */
        boolean asksModel() {
            return method.equals("POST") && Endpoints.OF_MODELS.contains(endpoint());
        }

        /** What the path takes; what it is for comes first. */
        List<String> methods() {
            return Endpoints.methods(endpoint());
        }
    }

    /** Says that the server is no longer ready. */
    void stopping() {
        stopping = true;
    }

    BrowserAccess browsers() {
        return browsers;
    }

    /** Answers a request, now or later. */
    void handle(Request request, Answer answer) {
        try {
            browsers.check(request.caller());
            route(request, answer);
        } catch (ApiException refused) {
            answer.fail(refused);
        } catch (Throwable failure) { // Whatever it is: the client waits, and the connection is held for it.
            try {
                notices.accept("error: " + request.method() + " " + request.endpoint() + ": " + failure);
            } finally { // There may be no memory for the notice.
                answer.fail(ApiException.internal("the server failed on this request"));
            }
        }
    }

    private void route(Request request, Answer answer) {
        String method = requireMethod(request);
        if (method.equals("OPTIONS")) {
            answer.options(allow(request));
            return;
        }
        String endpoint = request.endpoint();
        switch (endpoint) {
            case Endpoints.PAGE -> answer.text(200, "text/html; charset=utf-8", page);
            case Endpoints.HEALTH, Endpoints.HEALTH + "/ready" -> health(answer, !stopping && models.well());
            case Endpoints.HEALTH + "/live" -> health(answer, models.well());
            case Endpoints.METRICS ->
                answer.text(200, PrometheusText.CONTENT_TYPE, PrometheusText.of(metrics.registry()));
            case Endpoints.MODELS -> {
                keys.check(request.authorization());
                boolean all = request.path().equals(Endpoints.MODELS);
                String name = all ? "" : request.path().substring(Endpoints.MODELS.length() + 1);
                answer.json(200, all ? models.list() : models.described(name));
            }
            default -> {
                keys.check(request.authorization());
                requireInTime(answer);
                JsonFields fields = JsonFields.of(request.body());
                models.of(fields).answer(endpoint, fields, answer);
            }
        }
    }

    /** A request that waited too long for its turn is not even read. */
    private void requireInTime(Answer answer) {
        if (System.nanoTime() - answer.arrivedNanos() >= timeout.toNanos()) {
            throw ApiException.timeout(timeout.toSeconds());
        }
    }

    /** The method, where the path takes it. HEAD is GET of which the body is not sent. */
    private static String requireMethod(Request request) {
        if (request.endpoint().equals("other")) {
            throw ApiException.notFound(
                    null, "there is no " + request.path() + ": there are " + Endpoints.told(), "not_found");
        }
        if (!request.methods().contains(request.method())) {
            throw ApiException.methodNotAllowed(
                    request.path() + " takes " + request.methods().get(0) + ", not " + request.method(),
                    allow(request));
        }
        return request.method();
    }

    /** As the header Allow has them. */
    private static String allow(Request request) {
        return String.join(", ", request.methods());
    }

    private static void health(Answer answer, boolean well) {
        answer.json(well ? 200 : 503, JsonNodeFactory.instance.objectNode().put("status", well ? "ok" : "unavailable"));
    }

    private static String ownPage() {
        try (InputStream resource = Api.class.getResourceAsStream("index.html")) {
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
