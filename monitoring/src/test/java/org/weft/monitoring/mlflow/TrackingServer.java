package org.weft.monitoring.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.core.Json;

/** As much of an MLflow server as its REST documentation says of what a run calls. */
final class TrackingServer implements AutoCloseable {
    private final HttpServer http;
    final Map<String, String> experiments = new LinkedHashMap<>();
    final Map<String, String> parameters = new LinkedHashMap<>();
    final Map<String, String> tags = new LinkedHashMap<>();
    final List<JsonNode> metrics = new ArrayList<>();
    final Map<String, byte[]> artifacts = new LinkedHashMap<>();
    final List<String> authorizations = new ArrayList<>();
    int runs;
    String status = "";
    volatile int refuseWith;
    /** Sends the headers alone. */
    volatile boolean stall;

    TrackingServer() throws IOException {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/", this::answer);
        http.start();
    }

    String uri() {
        return "http://127.0.0.1:" + http.getAddress().getPort();
    }

    private synchronized void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
        if (stall) {
            exchange.sendResponseHeaders(200, 10);
            exchange.getResponseBody().flush();
            return;
        }
        if (refuseWith != 0) {
            reply(exchange, refuseWith, "<html>no</html>");
            return;
        }
        String path = exchange.getRequestURI().getPath();
        if (path.startsWith("/api/2.0/mlflow-artifacts/artifacts/")) {
            artifacts.put(path.substring("/api/2.0/mlflow-artifacts/artifacts/".length()), body);
            reply(exchange, 200, "{}");
            return;
        }
        JsonNode request = body.length == 0 ? null : Json.MAPPER.readTree(body);
        String query = String.valueOf(exchange.getRequestURI().getQuery()).replaceFirst(".*=", "");
        switch (path.substring("/api/2.0/mlflow/".length())) {
            case "experiments/get-by-name" -> {
                if (experiments.containsKey(query)) {
                    reply(exchange, 200, "{\"experiment\":{\"experiment_id\":\"" + experiments.get(query) + "\"}}");
                } else {
                    reply(exchange, 404, "{\"error_code\":\"RESOURCE_DOES_NOT_EXIST\",\"message\":\"none\"}");
                }
            }
            case "experiments/create" -> {
                experiments.put(request.path("name").asText(), "7");
                reply(exchange, 200, "{\"experiment_id\":\"7\"}");
            }
            case "runs/create" -> {
                runs++;
                reply(exchange, 200, run());
            }
            case "runs/get" -> reply(exchange, 200, run());
            case "runs/update" -> {
                status = request.path("status").asText();
                reply(exchange, 200, "{}");
            }
            case "runs/log-batch" -> logBatch(exchange, request);
            default -> reply(exchange, 404, "<html>no such page</html>");
        }
    }

    private void logBatch(HttpExchange exchange, JsonNode request) throws IOException {
        boolean tooMany =
                request.path("metrics").size() > 1000 || request.path("params").size() > 100;
        for (JsonNode parameter : request.path("params")) {
            String before = parameters.get(parameter.path("key").asText());
            tooMany |= before != null && !before.equals(parameter.path("value").asText());
            tooMany |= parameter.path("value").asText().length() > 6000;
        }
        if (tooMany) {
            reply(exchange, 400, "{\"error_code\":\"INVALID_PARAMETER_VALUE\",\"message\":\"no\"}");
            return;
        }
        request.path("params")
                .forEach(one -> parameters.put(
                        one.path("key").asText(), one.path("value").asText()));
        request.path("tags")
                .forEach(one ->
                        tags.put(one.path("key").asText(), one.path("value").asText()));
        request.path("metrics").forEach(metrics::add);
        reply(exchange, 200, "{}");
    }

    private String run() {
        ObjectNode answer = Json.MAPPER.createObjectNode();
        ObjectNode run = answer.putObject("run");
        run.putObject("info")
                .put("run_id", "run" + runs)
                .put("lifecycle_stage", "active")
                .put("artifact_uri", "mlflow-artifacts:/7/run" + runs + "/artifacts");
        ObjectNode data = run.putObject("data");
        ArrayNode params = data.putArray("params");
        parameters.forEach((key, value) -> params.addObject().put("key", key).put("value", value));
        ArrayNode latest = data.putArray("metrics");
        metrics.stream()
                .filter(metric -> metric.path("key").asText().equals("train/loss"))
                .reduce((first, second) -> second)
                .ifPresent(latest::add);
        return answer.toString();
    }

    private static void reply(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    /** Steps whose loss was told, in the order of telling. */
    synchronized List<Integer> steps() {
        return metrics.stream()
                .filter(metric -> metric.path("key").asText().equals("train/loss"))
                .map(metric -> metric.path("step").asInt())
                .toList();
    }

    @Override
    public void close() {
        http.stop(0);
    }
}
