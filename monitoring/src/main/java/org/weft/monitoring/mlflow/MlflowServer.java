package org.weft.monitoring.mlflow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.weft.core.Json;
import org.weft.core.WeftException;

/**
 * The REST interface of an MLflow tracking server. Every call ends by its deadline. Credentials are those of MLflow's own
 * client, from the environment, and stand in no message. For one thread.
 */
final class MlflowServer {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final int SHOWN = 200;
    private static final int OK = 200;
    private static final int REDIRECT = 300;
    private static final int ERROR = 400;

    private final String uri;
    private final String authorization;
    private final HttpClient client;
    private Duration timeout = Duration.ofSeconds(10);

    /**
     * @param uri of the server, without credentials
     * @param environment where MLFLOW_TRACKING_USERNAME, _PASSWORD and _TOKEN are looked for
     */
    MlflowServer(String uri, Map<String, String> environment) {
        this.uri = uri.replaceFirst("/+$", "");
        this.authorization = authorization(environment);
        this.client = HttpClient.newBuilder()
                .connectTimeout(CONNECT)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    private static String authorization(Map<String, String> environment) {
        String user = credential(environment, "MLFLOW_TRACKING_USERNAME", Character.MAX_VALUE);
        String password = credential(environment, "MLFLOW_TRACKING_PASSWORD", Character.MAX_VALUE);
        String token = credential(environment, "MLFLOW_TRACKING_TOKEN", '~'); // Stands in a header as it is.
        if (!user.isEmpty() && !password.isEmpty()) {
            byte[] both = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
            return "Basic " + Base64.getEncoder().encodeToString(both);
        }
        return token.isEmpty() ? "" : "Bearer " + token;
    }

    /** Without white space around it, which secrets that come from files have; what is wrong with it never says it. */
    private static String credential(Map<String, String> environment, String name, char last) {
        String value = environment.getOrDefault(name, "").strip();
        if (!value.chars().allMatch(character -> character <= last && !Character.isISOControl(character))) {
            throw WeftException.usage(
                    name + " in the driver's environment has characters that a credential cannot have",
                    "set it to the credential alone, on one line");
        }
        return value;
    }

    String uri() {
        return uri;
    }

    /** How long a call may take from now on. */
    void timeout(Duration most) {
        timeout = most;
    }

    JsonNode get(String call, String parameter, String value) throws IOException {
        String query = "?" + parameter + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
        return json(request("/api/2.0/mlflow/" + call + query).GET());
    }

    JsonNode post(String call, ObjectNode body) throws IOException {
        return json(request("/api/2.0/mlflow/" + call)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString())));
    }

    /**
     * Lays a file down where the server keeps artifacts.
     *
     * @param path below the root of its artifacts
     */
    void putArtifact(String path, byte[] content) throws IOException {
        String encoded = URLEncoder.encode(path, StandardCharsets.UTF_8)
                .replace("%2F", "/")
                .replace("+", "%20");
        send(request("/api/2.0/mlflow-artifacts/artifacts/" + encoded)
                .header("Content-Type", "application/octet-stream")
                .PUT(BodyPublishers.ofByteArray(content)));
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(uri + path)).timeout(timeout);
        return authorization.isEmpty() ? request : request.header("Authorization", authorization);
    }

    private JsonNode json(HttpRequest.Builder request) throws IOException {
        String body = send(request);
        try {
            JsonNode answer = Json.MAPPER.readTree(body);
            if (answer.isObject()) {
                return answer;
            }
        } catch (JsonProcessingException isNone) {
            // Said below.
        }
        throw new MlflowException(uri + " does not answer as MLflow does: " + shown(body), OK, "");
    }

    private String send(HttpRequest.Builder request) throws IOException {
        HttpResponse<String> answer = answer(request.build());
        int status = answer.statusCode();
        if (status >= REDIRECT && status < ERROR) {
            String to = answer.headers().firstValue("Location").orElse("another place");
            throw new MlflowException(uri + " sends to " + shown(to) + ": give that address", status, "");
        }
        if (status >= ERROR) {
            throw refusal(status, answer.body());
        }
        return answer.body();
    }

    /** The client's own deadline ends with the headers: a body that stalls needs this one. */
    private HttpResponse<String> answer(HttpRequest request) throws IOException {
        CompletableFuture<HttpResponse<String>> call =
                client.sendAsync(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
        try {
            return call.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new HttpTimeoutException("no whole answer within " + timeout.toMillis() + " ms");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the call of MLflow was interrupted");
        } finally {
            call.cancel(true);
        }
    }

    private MlflowException refusal(int status, String body) {
        try {
            JsonNode error = Json.MAPPER.readTree(body);
            String code = error.path("error_code").asText();
            if (!code.isEmpty()) {
                String message = uri + " refuses: " + code + ": "
                        + shown(error.path("message").asText());
                return new MlflowException(message, status, code);
            }
        } catch (JsonProcessingException isNone) {
            // Said below.
        }
        return new MlflowException(uri + " answers with status " + status + ": " + shown(body), status, "");
    }

    /** Nobody knows how much a server says, nor of what. */
    private static String shown(String text) {
        String line = text.replaceAll("\\s+", " ").strip();
        return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…";
    }
}
