package org.weft.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sun.misc.Signal;

/** {@code weft serve} from its first line to SIGTERM. */
@Tag("once")
class ServeIT {
    private static final String SECRET = "not-for-logs";

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    Path temporary;

    @Test
    void servesATrainedModelUntilItIsAskedToEnd() throws Exception {
        RunFolder run = RunFolder.create(temporary.resolve("run"), "{layers: 1, width: 32, heads: 2, context: 64}")
                .prepared();
        run.pretrain("training.steps=2").done();
        Path keys = Files.writeString(temporary.resolve("keys"), SECRET + "\n\n");
        String checkpoint = RunFolder.uri(run.dir());
        int port = FreePort.any();
        CompletableFuture<CommandRun> serving = CompletableFuture.supplyAsync(() -> CommandRun.of(
                "serve",
                "--checkpoint",
                checkpoint,
                "--port",
                Integer.toString(port),
                "--chat-template",
                "plain",
                "--api-key-file",
                keys.toString()));
        URI base = URI.create("http://127.0.0.1:" + port + "/");
        Await.until("the server is ready", Duration.ofSeconds(60), () -> {
            assertThat(serving.isDone()).isFalse();
            return ready(base);
        });
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve("v1/chat/completions"))
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"messages\": [{\"role\": \"user\", \"content\": \"the sea\"}], \"max_tokens\": 3}"));
        assertThat(send(request).statusCode()).isEqualTo(401);
        HttpResponse<String> answer = send(request.header("Authorization", "Bearer " + SECRET));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(CommandRun.json(answer.body()).at("/usage/completion_tokens").asInt())
                .isBetween(0, 3);
        Signal.raise(new Signal("TERM"));
        CommandRun ended = serving.get();
        assertThat(ended.status()).as(ended.err()).isZero();
        assertThat(ended.err())
                .contains("serving it at http://127.0.0.1:" + port + "/", "SIGTERM: finishing what runs, within 30 s")
                .doesNotContain(SECRET);
        assertThat(ended.summary().path("command").asText()).isEqualTo("serve");
        assertThat(ended.summary().path("requests").asInt()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void refusesNonsense() throws IOException {
        Path empty = Files.writeString(temporary.resolve("empty"), "\n");
        assertThat(refused("--port", "70000")).startsWith("error: --port 70000 must be from 0 to 65535");
        assertThat(refused("--max-batch", "0")).startsWith("error: --max-batch 0 must be at least 1");
        assertThat(refused("--timeout", "0")).startsWith("error: --timeout 0 must be at least 1 (seconds)");
        assertThat(refused("--threads", "-1")).startsWith("error: --threads -1 must be at least 0");
        assertThat(refused("--prefix-cache", "-1")).startsWith("error: --prefix-cache -1 must be at least 0 (MB)");
        assertThat(refused("--tls-key", "k")).startsWith("error: --tls-key k alone is half of TLS");
        assertThat(refused("--tls-certificate", "c")).startsWith("error: --tls-certificate c alone is half of TLS");
        assertThat(refused("--checkpoint", "b=absent", "--name", "x"))
                .startsWith("error: --name x beside 2 of --checkpoint");
        assertThat(refused("--api-key-file", empty.toString())).contains("holds no key");
        assertThat(refused("--api-key-file", "absent")).contains("--api-key-file absent cannot be read");
    }

    private static String refused(String... options) {
        List<String> arguments = new ArrayList<>(List.of("serve", "--checkpoint", "absent"));
        arguments.addAll(List.of(options));
        CommandRun run = CommandRun.of(arguments);
        assertThat(run.status()).isEqualTo(2);
        return run.err();
    }

    private boolean ready(URI base) {
        try {
            return http.send(
                                    HttpRequest.newBuilder(base.resolve("health"))
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
