package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** HTTP where it is seldom used: every request is answered, by its name. */
@Timeout(120)
class HttpEdgesTest {
    private static final List<String> NOTICES = new CopyOnWriteArrayList<>();
    private static final String SHORT = "{\"prompt\": \"w1\", \"max_tokens\": 2}";

    private static WeftServer server;
    private static Client client;

    @BeforeAll
    static void start() throws InterruptedException {
        server = WeftServer.start(TinyModel.withChat(), ServeOptions.defaults().withPort(0), NOTICES::add);
        client = new Client(server.port());
    }

    @AfterAll
    static void stop() {
        server.close();
        assertThat(NOTICES).isEmpty();
    }

    private static String answer(String request) {
        return Wire.answers(server.port(), request);
    }

    private static String[] answers(String requests) {
        return answer(requests).split("(?=HTTP/1\\.1 )");
    }

    @Test
    void aPathThatIsBrokenIsRefusedAndCounted() {
        double before = client.metric("weft_requests_total{endpoint=\"other\",status=\"400\"}");
        assertThat(answer(Wire.bare("GET /v1/models/a%", "")))
                .startsWith("HTTP/1.1 400 ")
                .contains("the path /v1/models/a% cannot be read");
        assertThat(client.metric("weft_requests_total{endpoint=\"other\",status=\"400\"}"))
                .isEqualTo(before + 1);
        assertThat(answer(Wire.bare("GET /v1/models/a%2Fb", ""))).startsWith("HTTP/1.1 404 ");
        assertThat(answer(Wire.bare("GET /v1/models/", ""))).startsWith("HTTP/1.1 404 ");
    }

    @Test
    void aMethodThatIsRefusedIsToldTheOthers() {
        assertThat(answer(Wire.bare("GET /v1/completions", "")))
                .startsWith("HTTP/1.1 405 ")
                .containsIgnoringCase("\r\nallow: POST, OPTIONS\r\n")
                .contains("/v1/completions takes POST, not GET");
        assertThat(answer(Wire.posted("/health", "", "{}")))
                .startsWith("HTTP/1.1 405 ")
                .containsIgnoringCase("\r\nallow: GET, HEAD, OPTIONS\r\n");
        assertThat(answer(Wire.bare("OPTIONS /health", "")))
                .startsWith("HTTP/1.1 204 ")
                .containsIgnoringCase("\r\nallow: GET, HEAD, OPTIONS\r\n");
        assertThat(answer(Wire.bare("DELETE /nothing", ""))).startsWith("HTTP/1.1 404 ");
    }

    @Test
    void headIsGetWithoutTheBody() {
        for (String path : List.of("/", "/health", "/metrics", "/v1/models")) {
            assertThat(answer(Wire.bare("HEAD " + path, "")))
                    .as(path)
                    .startsWith("HTTP/1.1 200 ")
                    .containsIgnoringCase("content-length: ")
                    .endsWith("\r\n\r\n");
        }
    }

    @Test
    void bodiesInOtherFormsAreCalledWhatTheyAre() {
        assertThat(answer(Wire.posted("/v1/completions", "Content-Encoding: gzip\n", "\u001f?")))
                .startsWith("HTTP/1.1 415 ")
                .contains("a body of Content-Encoding gzip is not taken");
        assertThat(answer(Wire.posted("/v1/completions", "Content-Encoding: identity\n", SHORT)))
                .startsWith("HTTP/1.1 200 ");
        assertThat(answer(Wire.bare("POST /v1/completions", "Transfer-Encoding: chunked\n") + "zz\r\n{}\r\n0\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ")
                .contains("the body's chunks are broken")
                .doesNotContain("null:");
        for (String length : List.of("abc", "-1", "99999999999999999999")) {
            assertThat(answer(Wire.bare("POST /v1/completions", "Content-Length: " + length + "\n") + "{}"))
                    .as(length)
                    .startsWith("HTTP/1.1 400 ");
        }
        assertThat(answer(Wire.bare("GET /" + "a".repeat(9000), ""))).startsWith("HTTP/1.1 414 ");
        assertThat(answer(Wire.bare("GET /", "X: " + "a".repeat(9000) + "\n"))).startsWith("HTTP/1.1 431 ");
    }

    @Test
    void pipelinedRequestsAreAnsweredInTheirOrder() {
        String body = "{\"prompt\": \"w1\", \"max_tokens\": 300}";
        String first = "POST /v1/completions HTTP/1.1\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
        String many = "GET /health/live HTTP/1.1\r\n\r\n".repeat(40);
        String[] answers = answers(first + many + "GET /broken% HTTP/1.1\r\n\r\n" + Wire.bare("GET /v1/models", ""));
        assertThat(answers).hasSize(43);
        assertThat(answers[0]).contains("\"completion_tokens\":300");
        assertThat(answers[20]).startsWith("HTTP/1.1 200 ").contains("{\"status\":\"ok\"}");
        assertThat(answers[41]).startsWith("HTTP/1.1 400 ").contains("cannot be read");
        assertThat(answers[42]).startsWith("HTTP/1.1 200 ").contains("max_model_len");
    }

    @Test
    void aBodyThatIsTooLargeWaitsForItsTurn() {
        String large = " ".repeat(2 << 20);
        String[] answers =
                answers("POST /v1/completions HTTP/1.1\r\nContent-Length: " + SHORT.length() + "\r\n\r\n" + SHORT
                        + "POST /v1/completions HTTP/1.1\r\nContent-Length: " + large.length() + "\r\n\r\n" + large
                        + Wire.bare("GET /health", ""));
        assertThat(answers).hasSize(3);
        assertThat(answers[0]).startsWith("HTTP/1.1 200 ");
        assertThat(answers[1]).startsWith("HTTP/1.1 413 ").contains("request_too_large");
        assertThat(answers[2]).startsWith("HTTP/1.1 200 ");
    }
}
