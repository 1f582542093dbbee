package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What clients may do to a server, and how it ends. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ServeLimitsTest {
    /** A text that would take minutes. */
    private static final String ENDLESS = "{\"prompt\": \"w1\", \"max_tokens\": 50000, \"temperature\": 0";

    private static final String SHORT = "{\"prompt\": \"w1\", \"max_tokens\": 2}";
    private static final ServeOptions OPTIONS = new ServeOptions(
            "127.0.0.1",
            0,
            2,
            3,
            Duration.ofSeconds(100),
            50_000,
            0,
            ServeOptions.Access.open(),
            new ServeOptions.Network(16, 100_000, Duration.ofSeconds(30)),
            Optional.empty());

    private final List<String> notices = new ArrayList<>();
    private WeftServer server;
    private Client client;

    private void start(ServeOptions options) throws InterruptedException {
        server = WeftServer.start(TinyModel.withChat(), options, notices::add);
        client = new Client(server.port());
    }

    @AfterEach
    void close() {
        server.close();
        assertThat(notices).isEmpty();
    }

    private static void until(String what, BooleanSupplier holds) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited for: " + what).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private Socket raw(String text) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private Socket posted(String body) throws IOException {
        return raw("POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length() + "\r\n\r\n"
                + body);
    }

    private static String read(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private double running() {
        return client.metric("weft_running_texts");
    }

    private void still() {
        assertThat(client.post("/v1/completions", SHORT).statusCode()).isEqualTo(200);
    }

    @Test
    void aBodyOfTenMegabytesIsRefused() throws Exception {
        start(OPTIONS);
        String large = "{\"prompt\": \"" + "w1 ".repeat(3_500_000) + "\"}";
        HttpResponse<String> response = client.post("/v1/completions", large);
        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(response.body()).contains("larger than 100000 bytes", "request_too_large");
        try (Socket asking = raw("POST /classify HTTP/1.1\r\nContent-Length: 9000000\r\nExpect: 100-continue\r\n"
                + "Connection: close\r\n\r\n")) {
            assertThat(read(asking)).startsWith("HTTP/1.1 413 ").contains("request_too_large");
        }
        try (Socket sends = raw("POST /v1/completions HTTP/1.1\r\nContent-Length: " + large.length()
                + "\r\nConnection: close\r\n\r\n")) {
            sends.getOutputStream()
                    .write(large.getBytes(StandardCharsets.US_ASCII)); // all of it, and only then it reads
            assertThat(read(sends)).startsWith("HTTP/1.1 413 ").contains("request_too_large");
        }
        still();
    }

    @Test
    void bodiesTogetherAreBounded() throws Exception {
        start(OPTIONS.withNetwork(
                new ServeOptions.Network(16, 100_000, Duration.ofSeconds(30), 150_000, Optional.empty())));
        String large = "{\"prompt\": \"w1\", \"max_tokens\": 2, \"user\": \"" + "x".repeat(89_000) + "\"}";
        assertThat(client.post("/v1/completions", large).statusCode()).isEqualTo(200);
        Socket sends = withRoom(90_000);
        HttpResponse<String> refused = client.post("/v1/completions", large);
        assertThat(refused.headers().firstValue("retry-after")).hasValue("1");
        assertThat(refused.body()).contains("there is no memory for this body beside those of other requests");
        try (Socket asking = raw("POST /classify HTTP/1.1\r\nContent-Length: 90000\r\nExpect: 100-continue\r\n"
                + "Connection: close\r\n\r\n")) {
            assertThat(read(asking)).startsWith("HTTP/1.1 503 ").contains("no_memory");
        }
        assertThat(withoutLength()).startsWith("HTTP/1.1 503 ").contains("no_memory");
        still();
        sends.close();
        until("there is room", () -> client.post("/v1/completions", large).statusCode() == 200);
        until("there is room for the largest", () -> withoutLength().startsWith("HTTP/1.1 400 "));
        until("there is room", () -> client.post("/v1/completions", large).statusCode() == 200);
    }

    /** What a body of one byte is answered whose length is not known beforehand. */
    private String withoutLength() {
        try (Socket socket = raw("POST /classify HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                + "1\r\n{\r\n0\r\n\r\n")) {
            return read(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Begins a request whose body has its room: the server says so. What was answered last may have it for a moment more. */
    private Socket withRoom(int bytes) throws IOException {
        while (true) {
            Socket socket = raw(
                    "POST /v1/completions HTTP/1.1\r\nContent-Length: " + bytes + "\r\nExpect: 100-continue\r\n\r\n");
            byte[] status = socket.getInputStream().readNBytes("HTTP/1.1 100".length());
            if (new String(status, StandardCharsets.US_ASCII).equals("HTTP/1.1 100")) {
                return socket;
            }
            socket.close();
        }
    }

    @Test
    void aClientThatHangsUpFreesItsRow() throws Exception {
        start(OPTIONS);
        Socket streaming = posted(ENDLESS + ", \"stream\": true}");
        Socket waiting = posted(ENDLESS + "}");
        until("two texts run", () -> running() == 2);
        Socket queued = posted(ENDLESS + "}");
        until("a text waits", () -> client.metric("weft_queue_length") == 1);
        assertThat(streaming.getInputStream().read()).isPositive();
        queued.close();
        until("the text that waited is gone", () -> client.metric("weft_queue_length") == 0);
        streaming.close();
        waiting.close();
        until("no text runs", () -> running() == 0);
        assertThat(client.metric("weft_clients_gone_total")).isEqualTo(3);
        still();
    }

    @Test
    void aFloodIsAnswered429AndNothingElseBreaks() throws Exception {
        start(OPTIONS);
        Socket busy = posted(ENDLESS + ", \"n\": 2}");
        until("both rows are taken", () -> running() == 2);
        List<CompletableFuture<HttpResponse<String>>> flood = new ArrayList<>();
        for (int i = 0; i < 7; i++) { // three more texts may wait: one of these requests
            flood.add(client.postLater("/v1/completions", "{\"prompt\": \"w1\", \"max_tokens\": 4, \"n\": 2}"));
        }
        until("the others are rejected", () -> client.metric("weft_requests_rejected_total") == 6);
        busy.close();
        int done = 0;
        for (CompletableFuture<HttpResponse<String>> each : flood) {
            HttpResponse<String> response = each.join();
            if (response.statusCode() == 200) {
                done++;
            } else {
                assertThat(response.statusCode()).isEqualTo(429);
                assertThat(response.headers().firstValue("retry-after")).hasValue("1");
                assertThat(response.body()).contains("rate_limit_error", "4 of at most 5 texts are waiting");
            }
        }
        assertThat(done).isEqualTo(1);
        still();
    }

    @Test
    void aRequestHasATimeLimit() throws Exception {
        start(OPTIONS.withTimeout(Duration.ofSeconds(1)).withBatch(1, 3));
        CompletableFuture<HttpResponse<String>> runs = client.postLater("/v1/completions", ENDLESS + "}");
        CompletableFuture<HttpResponse<String>> waits = client.postLater("/v1/completions", ENDLESS + "}");
        for (CompletableFuture<HttpResponse<String>> late : List.of(runs, waits)) {
            assertThat(late.join().statusCode()).isEqualTo(504);
            assertThat(late.join().body()).contains("not complete within 1 s", "timeout_error");
        }
        String stream =
                client.post("/v1/completions", ENDLESS + ", \"stream\": true}").body();
        assertThat(stream).contains("\"text\":", "timeout_error").doesNotContain("[DONE]");
        assertThat(client.metric("weft_request_errors_total")).isEqualTo(3);
        still();
    }

    @Test
    void connectionsAreBounded() throws Exception {
        start(OPTIONS.withNetwork(new ServeOptions.Network(8, 100_000, Duration.ofSeconds(30))));
        still(); // one connection, kept
        List<Socket> idle = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            idle.add(raw(""));
        }
        until("all connections are open", () -> client.metric("weft_connections") == 8);
        try (Socket refused = raw("")) {
            assertThat(read(refused)).startsWith("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n");
        }
        for (Socket each : idle) {
            each.close();
        }
        until("they are closed", () -> client.metric("weft_connections") == 1);
        still();
    }

    @Test
    void aClientThatIsSlowToAskIsCutOff() throws Exception {
        start(OPTIONS.withNetwork(new ServeOptions.Network(8, 100_000, Duration.ofMillis(300))));
        for (String beginning : List.of(
                "",
                "POST /v1/comp",
                "POST /v1/completions HTTP/1.1\r\nContent-Length: 10\r\n\r\n{",
                "GET /health HTTP/1.1\r\n\r\n")) {
            try (Socket slow = raw(beginning)) {
                String answer = read(slow); // to the end: the server closes
                assertThat(answer.startsWith("HTTP/1.1 200")).isEqualTo(beginning.startsWith("GET"));
            }
        }
        assertThat(client.post("/v1/completions", "{\"prompt\": \"w1\", \"max_tokens\": 2000}")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aClientThatDoesNotReadIsCutOff() throws Exception {
        start(OPTIONS.withNetwork(new ServeOptions.Network(8, 100_000, Duration.ofMillis(300))));
        try (Socket deaf = new Socket()) {
            deaf.setReceiveBufferSize(1024);
            deaf.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
            String body = "{\"prompt\": \"w1\", \"max_tokens\": 50000, \"n\": 2, \"stream\": true}";
            deaf.getOutputStream()
                    .write(("POST /v1/completions HTTP/1.1\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.US_ASCII));
            until("its texts run", () -> running() == 2);
            until("its rows are free", () -> running() == 0);
        }
        assertThat(client.metric("weft_clients_gone_total")).isEqualTo(1);
        still();
    }

    @Test
    void whatIsNoHttpIsRefused() throws Exception {
        start(OPTIONS);
        try (Socket nonsense = raw("\u0001\u0002 nonsense\r\n\r\n")) {
            assertThat(read(nonsense)).startsWith("HTTP/1.1 400").contains("this is no HTTP request");
        }
        String get = "GET /health HTTP/1.1\r\nConnection: close\r\n\r\n";
        try (Socket pipelined = posted(ENDLESS.replace("50000", "50") + "}")) {
            pipelined.getOutputStream().write(get.getBytes(StandardCharsets.US_ASCII));
            String answers = read(pipelined);
            assertThat(answers).contains("\"completion_tokens\":50").endsWith("{\"status\":\"ok\"}");
        }
        still();
    }

    @Test
    void stoppingFinishesWhatRuns() throws Exception {
        start(OPTIONS);
        String body = "{\"prompt\": \"w1\", \"max_tokens\": 1500, \"stream\": true}";
        Socket keptOpen = raw("");
        CompletableFuture<HttpResponse<String>> running = client.postLater("/v1/completions", body);
        until("it runs", () -> running() == 1);
        CompletableFuture<Boolean> stopped = CompletableFuture.supplyAsync(() -> {
            try {
                return server.stop(Duration.ofSeconds(60));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        until("nobody is let in", this::refused);
        keptOpen.getOutputStream().write("GET /health HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(line(keptOpen.getInputStream())).isEqualTo("HTTP/1.1 503 Service Unavailable");
        assertThat(Client.events(running.join())).hasSizeGreaterThan(1500);
        assertThat(stopped.join()).isTrue();
        assertThat(server.ended().isDone()).isTrue();
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next >= 0 && next != '\r'; next = in.read()) {
            line.append((char) next);
        }
        return line.toString();
    }

    private boolean refused() {
        try (Socket socket = raw("")) {
            return !socket.isConnected();
        } catch (SocketException e) { // also where the connection is taken and reset at once
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void stoppingWaitsNoLongerThanItsLimit() throws Exception {
        start(OPTIONS.withBatch(1, 3));
        CompletableFuture<HttpResponse<String>> running = client.postLater("/v1/completions", ENDLESS + "}");
        until("it runs", () -> running() == 1);
        CompletableFuture<HttpResponse<String>> waiting = client.postLater("/v1/completions", ENDLESS + "}");
        until("another waits", () -> client.metric("weft_queue_length") == 1);
        assertThat(server.stop(Duration.ofMillis(200))).isFalse();
        for (CompletableFuture<HttpResponse<String>> cut : List.of(running, waiting)) {
            assertThat(cut.join().statusCode()).isEqualTo(503);
            assertThat(cut.join().body()).contains("the server is being stopped");
        }
        assertThatThrownBy(() -> client.get("/health")).hasCauseInstanceOf(ConnectException.class);
    }
}
