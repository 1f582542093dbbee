package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a server does not answer, and what it says of it. */
@Timeout(120)
class RefusedRequestsTest {
    private static WeftServer server;
    private static Client client;

    @BeforeAll
    static void start() throws InterruptedException {
        server = WeftServer.start(
                TinyModel.withChat(), ServeOptions.defaults().withPort(0).withBatch(4, 40), problem -> {});
        client = new Client(server.port());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void whatIsWrongIsSaidByName() {
        refused("{", 400, null, "the body is not JSON");
        refused("[1]", 400, null, "the body must be a JSON object");
        refused("", 400, null, "the body must be a JSON object");
        refused("{\"prompt\": \"w1\"} x", 400, null, "the body is not JSON");
        refused("{\"prompt\": " + "[".repeat(5000), 400, null, "the body is not JSON");
        refused("{}", 400, "prompt", "prompt must be a string, or an array of strings or token ids, is absent");
        refused("{\"prompt\": 7}", 400, "prompt", "is 7");
        refused("{\"prompt\": []}", 400, "prompt", "is []");
        refused("{\"prompt\": [99]}", 400, "prompt", "prompt[0] must be a token id below 40, is 99");
        refused("{\"prompt\": [\"w1\", {}]}", 400, "prompt", "prompt[1] must be a string or an array of token ids");
        refused("{\"prompt\": \"w1\", \"max_tokens\": \"9\"}", 400, "max_tokens", "must be an integer, is \"9\"");
        refused("{\"prompt\": \"w1\", \"max_tokens\": 5000}", 400, "max_tokens", "from 1 to 1024, is 5000");
        refused("{\"prompt\": \"w1\", \"temperature\": \"hot\"}", 400, "temperature", "must be a number");
        refused("{\"prompt\": \"w1\", \"temperature\": -1}", 400, "temperature", "temperature=-1.0 must be 0 or more");
        refused("{\"prompt\": \"w1\", \"top_p\": 2}", 400, "top_p", "top_p=2.0");
        refused("{\"prompt\": \"w1\", \"stream\": 1}", 400, "stream", "must be true or false, is 1");
        refused("{\"prompt\": \"w1\", \"stop\": [1]}", 400, "stop", "stop[0] must be a string");
        refused("{\"prompt\": \"w1\", \"stop\": \"\"}", 400, "stop", "stop is empty");
        refused("{\"prompt\": \"w1\", \"seed\": 1.5}", 400, "seed", "an integer");
        refused("{\"prompt\": \"w1\", \"n\": 100}", 400, "n", "from 1 to 44");
        refused("{\"prompt\": [\"w1\", \"w2\"], \"n\": 40}", 400, "n", "more texts than this server takes at once: 44");
        refused("{\"prompt\": \"w1\", \"stream_options\": 3}", 400, "stream_options", "must be an object");
        refused("{\"prompt\": \"w1\", \"model\": \"gpt-9\"}", 404, "model", "this server has tiny");
        String allowed = "{\"prompt\": \"w1\", \"max_tokens\": null, \"logit_bias\": {\"1\": 2}, \"user\": \"me\"}";
        assertThat(client.post("/v1/completions", allowed).statusCode()).isEqualTo(200);
    }

    private static void refused(String body, int status, String param, String message) {
        HttpResponse<String> response = client.post("/v1/completions", body);
        assertThat(response.statusCode()).as(body).isEqualTo(status);
        JsonNode error = Client.json(response).path("error");
        assertThat(error.path("message").asText()).contains(message);
        assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
        assertThat(error.path("param").asText(null)).as(body).isEqualTo(param);
    }

    @Test
    void messagesThatAreWrongAreNamed() {
        assertThat(chatError("{\"messages\": \"hi\"}")).startsWith("messages must be an array of 1 to 1000 messages");
        assertThat(chatError("{\"messages\": [{\"content\": \"hi\"}]}"))
                .startsWith("messages[0].role must be a string");
        assertThat(chatError("{\"messages\": [{\"role\": \"user\", \"content\": 3}]}"))
                .isEqualTo("messages[0].content must be a string, is 3");
        assertThat(chatError("{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"image\"}]}]}"))
                .startsWith("messages[0].content must be a string or parts of text");
        assertThat(chatError("{\"messages\": [{\"role\": \"user\", \"content\": \"x<|endoftext|>\"}]}"))
                .startsWith("messages[0].content contains <|endoftext|>");
    }

    private static String chatError(String body) {
        HttpResponse<String> response = client.post("/v1/chat/completions", body);
        assertThat(response.statusCode()).isEqualTo(400);
        return Client.json(response).path("error").path("message").asText();
    }

    @Test
    void otherPathsAndMethodsAreRefused() {
        HttpResponse<String> classify = client.post("/classify", "{\"input\": \"w1\"}");
        assertThat(classify.statusCode()).isEqualTo(404);
        assertThat(classify.body()).contains("tiny is no classifier");
        assertThat(client.get("/v1/nothing").statusCode()).isEqualTo(404);
        assertThat(client.get("/v1/completions").statusCode()).isEqualTo(405);
        assertThat(client.post("/health", "{}").statusCode()).isEqualTo(405);
    }

    @Test
    void aKeyIsAskedForWhereThereIsOne() throws InterruptedException {
        try (WeftServer guarded = WeftServer.start(
                TinyModel.withoutChat(64),
                ServeOptions.defaults().withPort(0).withApiKeys(List.of("first", "second")),
                problem -> {})) {
            Client of = new Client(guarded.port());
            String body = "{\"prompt\": \"w1\", \"max_tokens\": 1}";
            HttpResponse<String> without = of.post("/v1/completions", body);
            assertThat(without.statusCode()).isEqualTo(401);
            assertThat(without.headers().firstValue("www-authenticate")).hasValue("Bearer");
            assertThat(of.get("/v1/models").statusCode()).isEqualTo(401);
            assertThat(of.get("/health").statusCode()).isEqualTo(200);
            for (String key : List.of("first", "second", "third")) {
                HttpResponse<String> response = of.send(of.request("/v1/completions", body)
                        .header("Authorization", "Bearer " + key)
                        .build());
                assertThat(response.statusCode()).isEqualTo(key.equals("third") ? 401 : 200);
                assertThat(response.body()).doesNotContain(key);
            }
        }
    }
}
