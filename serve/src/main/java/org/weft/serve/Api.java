package org.weft.serve;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/** Which request goes where. Knows no socket. Safe for use by many threads. */
final class Api {
    private static final String MODELS = "/v1/models";
    private static final List<String> POSTED = List.of("POST", "OPTIONS");
    private static final List<String> READ = List.of("GET", "HEAD", "OPTIONS");
    private static final String PAGE = page();

    private final ModelService service;
    private final ApiKeys keys;
    private final BrowserAccess browsers;
    private final ServeMetrics metrics;
    private final Consumer<String> notices;
    private final long created = System.currentTimeMillis() / 1000;
    private volatile boolean stopping;

    Api(ModelService service, ServeOptions options, ServeMetrics metrics, Consumer<String> notices) {
        this.service = service;
        this.keys = new ApiKeys(options.access().apiKeys());
        this.browsers = new BrowserAccess(options.host(), options.access());
        this.metrics = metrics;
        this.notices = notices;
    }

    /**
     * A request as it came.
     *
     * @param path without the query
     * @param authorization the header of that name, or null
     */
    record Request(String method, String path, String authorization, BrowserAccess.Caller caller, byte[] body) {
        /** The path where it is one of the API's, for metrics: others are without number. */
        String endpoint() {
            return switch (path) {
                case "/", "/health", "/health/live", "/health/ready", "/metrics", "/classify" -> path;
                case "/v1/completions", "/v1/chat/completions", MODELS -> path;
                default -> path.startsWith(MODELS + "/") ? MODELS : "other";
            };
        }

        /** What the path takes; what it is for comes first. */
        List<String> methods() {
            return switch (endpoint()) {
                case "/v1/completions", "/v1/chat/completions", "/classify" -> POSTED;
                default -> READ;
            };
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
            notices.accept("error: " + request.method() + " " + request.endpoint() + ": " + failure);
            answer.fail(ApiException.internal("the server failed on this request"));
        }
    }

    private void route(Request request, Answer answer) {
        String method = requireMethod(request);
        if (method.equals("OPTIONS")) {
            answer.options(allow(request));
            return;
        }
        switch (request.endpoint()) {
            case "/" -> answer.text(200, "text/html; charset=utf-8", PAGE);
            case "/health", "/health/ready" ->
                health(answer, !stopping && !service.ended().isDone());
            case "/health/live" -> health(answer, !service.ended().isDone());
            case "/metrics" -> answer.text(200, PrometheusText.CONTENT_TYPE, PrometheusText.of(metrics.registry()));
            case MODELS -> {
                keys.check(request.authorization());
                models(request.path(), answer);
            }
            case "/v1/completions" -> service.complete(posted(request), answer);
            case "/v1/chat/completions" -> service.chat(posted(request), answer);
            default -> service.classify(posted(request), answer);
        }
    }

    private JsonFields posted(Request request) {
        keys.check(request.authorization());
        JsonFields fields = JsonFields.of(request.body());
        String name = service.model().name();
        String asked = fields.text("model");
        if (asked != null && !asked.equals(name)) {
            throw ApiException.notFound(
                    "model", "there is no model " + asked + ": this server has " + name, "model_not_found");
        }
        return fields;
    }

    /** The method, where the path takes it. HEAD is GET of which the body is not sent. */
    private static String requireMethod(Request request) {
        if (request.endpoint().equals("other")) {
            throw ApiException.notFound(
                    null,
                    "there is no " + request.path() + ": there are /v1/completions, /v1/chat/completions, " + MODELS
                            + ", /classify, /health, /metrics and /",
                    "not_found");
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

    private void models(String path, Answer answer) {
        ServedModel model = service.model();
        ObjectNode served = JsonNodeFactory.instance
                .objectNode()
                .put("id", model.name())
                .put("object", "model")
                .put("created", created)
                .put("owned_by", "weft");
        if (model instanceof TextModel text) {
            served.put("max_model_len", text.context());
            served.putArray("endpoints").add("/v1/completions");
            text.chat().ifPresent(template -> {
                served.withArray("endpoints").add("/v1/chat/completions");
                served.put("chat_template", template.name());
            });
        } else {
            served.putArray("endpoints").add("/classify");
        }
        if (path.equals(MODELS)) {
            ObjectNode list = JsonNodeFactory.instance.objectNode().put("object", "list");
            list.putArray("data").add(served);
            answer.json(200, list);
        } else if (path.substring(MODELS.length() + 1).equals(model.name())) {
            answer.json(200, served);
        } else {
            throw ApiException.notFound(
                    "model", "there is no such model: this server has " + model.name(), "model_not_found");
        }
    }

    private static String page() {
        try (InputStream resource = Api.class.getResourceAsStream("index.html")) {
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
