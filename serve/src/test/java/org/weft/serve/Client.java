package org.weft.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A client of a server on the loopback interface. */
final class Client {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String base;

    Client(int port) {
        this.base = "http://127.0.0.1:" + port;
    }

    HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(URI.create(base + path)).build());
    }

    HttpResponse<String> post(String path, String body) {
        return send(request(path, body).build());
    }

    HttpRequest.Builder request(String path, String body) {
        return HttpRequest.newBuilder(URI.create(base + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }

    HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    CompletableFuture<HttpResponse<String>> postLater(String path, String body) {
        return http.sendAsync(request(path, body).build(), HttpResponse.BodyHandlers.ofString());
    }

    /** A metric's value; 0 where there is none of that name yet. */
    double metric(String name) {
        return get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElse(0);
    }

    static JsonNode json(HttpResponse<String> response) {
        return json(response.body());
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The events of a stream but the last, which is {@code [DONE]}. */
    static List<JsonNode> events(HttpResponse<String> response) {
        List<String> data = new ArrayList<>();
        for (String block : response.body().split("\n\n")) {
            if (!block.startsWith("data: ")) {
                throw new AssertionError("no event: " + block);
            }
            data.add(block.substring("data: ".length()));
        }
        if (!data.remove(data.size() - 1).equals("[DONE]")) {
            throw new AssertionError("the stream does not end in [DONE]: " + response.body());
        }
        return data.stream().map(Client::json).toList();
    }
}
