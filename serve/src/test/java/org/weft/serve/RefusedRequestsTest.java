package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a server does not answer, and what it says of it. */
@Timeout(120)
class RefusedRequestsTest extends TinyServer {
    @Test
    void whatIsWrongIsSaidByName() {
        refused("{", 400, null, "the body is not JSON");
        refused("[1]", 400, null, "the body must be a JSON object");
        refused("", 400, null, "the body must be a JSON object");
        refused("{\"prompt\": \"w1\"} x", 400, null, "the body is not JSON");
        refused("{\"prompt\": " + "[".repeat(5000), 400, null, "the body is not JSON");
        refused("{}", 400, "prompt", "prompt must be a string, or an array of strings or token ids, is absent");
        refused(
                "{\"prompt\": null}",
                400,
                "prompt",
                "prompt must be a string, or an array of strings or token ids, is null");
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
        refused("{\"prompt\": \"w1\", \"n\": 2, \"best_of\": 1}", 400, "best_of", "best_of=1 is less than n=2");
        refused("{\"prompt\": \"w1\", \"stream\": true, \"best_of\": 3}", 400, "best_of", "with stream: true");
        refused("{\"prompt\": [\"w1\", \"w2\"], \"best_of\": 40}", 400, "best_of", "at once: 44");
        refused("{\"prompt\": \"w1\", \"response_format\": {}}", 400, "response_format", "is absent");
        refused("{\"prompt\": \"w1\", \"stream_options\": 3}", 400, "stream_options", "must be an object");
        refused("{\"prompt\": \"w1\", \"model\": \"gpt-9\"}", 404, "model", "this server has tiny");
        String allowed = "{\"prompt\": \"w1\", \"max_tokens\": null, \"logit_bias\": {\"1\": 2}, \"user\": \"me\"}";
        assertThat(client.post("/v1/completions", allowed).statusCode()).isEqualTo(200);
    }

    @Test
    void whatHasNoEffectIsRefusedByName() {
        for (String field : List.of(
                "\"suffix\": \"end\"",
                "\"suffix\": [\"\"]",
                "\"response_format\": {\"type\": \"json_object\"}", // of which these words can write none
                "\"min_p\": 0.1",
                "\"guided_json\": {}",
                "\"messages\": []",
                "\"tools\": [{}]",
                "\"stream_options\": {\"include_usage\": true}")) {
            String name = field.substring(1, field.indexOf('"', 1));
            refused("{\"prompt\": \"w1\", " + field + "}", 400, name, name);
        }
        refused(
                "{\"prompt\": \"w1\", \"temprature\": 0}",
                400,
                "temprature",
                "there is no field temprature here: there are best_of, echo, ");
        refused(
                "{\"prompt\": \"w1\", \"stream\": true, \"stream_options\": {\"usage\": true}}",
                400,
                "stream_options.usage",
                "there is no field stream_options.usage here: there are include_obfuscation, include_usage");
        String nothing =
                "{\"prompt\": \"w1\", \"suffix\": \"\", \"best_of\": 1, \"response_format\": {\"type\": \"text\"},"
                        + " \"logprobs\": null, \"echo\": false, \"min_p\": null, \"store\": true, \"metadata\": {\"a\": \"b\"},"
                        + " \"presence_penalty\": 0, \"frequency_penalty\": 0.0, \"logit_bias\": {}}";
        assertThat(client.post("/v1/completions", nothing).statusCode()).isEqualTo(200);
    }

    @Test
    void chatsRefuseWhatHasNoEffect() {
        String start = "{\"messages\": [{\"role\": \"user\", \"content\": \"w1\"}], \"max_tokens\": 2, ";
        for (String field : List.of(
                "\"tools\": [{\"type\": \"function\"}]",
                "\"tool_choice\": \"required\"",
                "\"response_format\": {\"type\": \"json_schema\"}",
                "\"modalities\": [\"text\", \"audio\"]",
                "\"modalities\": {\"a\": \"text\"}",
                "\"tool_choice\": [\"auto\"]",
                "\"max_completion_tokens\": 3",
                "\"top_logprobs\": 3",
                "\"logprobs\": 3",
                "\"reasoning_effort\": \"low\"",
                "\"prompt\": \"w1\"")) {
            String name = field.substring(1, field.indexOf('"', 1));
            assertThat(chatError(start + field + "}")).contains(name);
        }
        assertThat(chatError("{\"messages\": [{\"role\": \"assistant\", \"content\": \"w1\", \"tool_calls\": [{}]}]}"))
                .isEqualTo("messages[0].tool_calls is not supported: this server calls no tools");
        assertThat(chatError("{\"messages\": [{\"role\": \"user\", \"content\": \"w1\", \"weight\": 0}]}"))
                .startsWith("there is no field messages[0].weight here");
        String asClientsSend =
                "\"max_completion_tokens\": 2, \"tools\": [], \"tool_choice\": \"auto\", \"parallel_tool_calls\": true, \"modalities\":"
                        + " [\"text\"], \"response_format\": {\"type\": \"text\"}, \"user\": \"u\", \"service_tier\": \"auto\"}";
        assertThat(client.post("/v1/chat/completions", start + asClientsSend).statusCode())
                .isEqualTo(200);
    }

    @Test
    void numbersAreCheckedInTheTypeThatIsUsed() {
        refused(
                "{\"prompt\": \"w1\", \"repetition_penalty\": 1e-39}",
                400,
                "repetition_penalty",
                "repetition_penalty=1.0E-39 must be from 1e-6 to 1e6");
        refused("{\"prompt\": \"w1\", \"repetition_penalty\": 1e39}", 400, "repetition_penalty", "from 1e-6 to 1e6");
        refused("{\"prompt\": \"w1\", \"temperature\": 1e999}", 400, "temperature", "temperature=Infinity");
        refused("{\"prompt\": \"w1\", \"top_p\": 1e-999}", 400, "top_p", "top_p=0.0 must be in (0, 1]");
        refused("{\"prompt\": \"w1\", \"presence_penalty\": 2.1}", 400, "presence_penalty", "from -2 to 2");
        refused("{\"prompt\": \"w1\", \"frequency_penalty\": -3}", 400, "frequency_penalty", "from -2 to 2");
        refused("{\"prompt\": \"w1\", \"logit_bias\": {\"1\": 101}}", 400, "logit_bias", "logit_bias[1]=101.0");
        refused(
                "{\"prompt\": \"w1\", \"logit_bias\": {\"40\": 1}}",
                400,
                "logit_bias",
                "the key 40, which is no token id");
        refused(
                "{\"prompt\": \"w1\", \"logit_bias\": {\"w1\": 1}}",
                400,
                "logit_bias",
                "the key w1, which is no token id");
        refused(
                "{\"prompt\": \"w1\", \"logit_bias\": {\"1\": \"x\"}}",
                400,
                "logit_bias",
                "logit_bias[1] must be a number");
        refused("{\"prompt\": \"w1\", \"logprobs\": 21}", 400, "logprobs", "from 0 to 20");
        refused("{\"prompt\": \"w1\", \"max_tokens\": 0}", 400, "max_tokens", "from 1 to 1024");
    }

    @Test
    void whatIsNoTextIsRefused() {
        String half = "\\ud83d";
        refused("{\"prompt\": \"a" + half + "\"}", 400, "prompt", "prompt is no text: the character at 1 is half");
        refused("{\"prompt\": [\"w1\", \"\\udc4d b\"]}", 400, "prompt", "prompt[1] is no text");
        refused("{\"prompt\": \"\\udc4d" + half + "\"}", 400, "prompt", "\\udc4d");
        refused("{\"prompt\": \"w1\", \"stop\": [\"" + half + "\"]}", 400, "stop", "stop[0] is no text");
        refused("{\"prompt\": \"w1\", \"model\": \"" + half + "\"}", 400, "model", "model is no text");
        assertThat(chatError("{\"messages\": [{\"role\": \"user\", \"content\": \"" + half + "\"}]}"))
                .startsWith("messages[0].content is no text");
        assertThat(chatError("{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\": \""
                        + half + "\"}]}]}"))
                .startsWith("messages[0].content[0].text is no text");
        String pair = "{\"prompt\": \"w1 " + half + "\\udc4d \\uffff\", \"max_tokens\": 1}";
        assertThat(client.post("/v1/completions", pair).statusCode()).isEqualTo(200);
        refused("{\"prompt\": \"a\", \"prompt\": \"b\"}", 400, null, "Duplicate field 'prompt'");
    }

    @Test
    void bodiesAreUtf8() {
        String body = "{\"prompt\": \"w1\", \"max_tokens\": 1}";
        assertThat(posted(("\uFEFF" + body).getBytes(StandardCharsets.UTF_8)).statusCode())
                .isEqualTo(200);
        for (Charset other : List.of(StandardCharsets.UTF_16, StandardCharsets.UTF_16LE)) {
            assertThat(posted(body.getBytes(other)).statusCode()).isEqualTo(400);
        }
        HttpResponse<String> latin = posted("{\"prompt\": \"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(latin.statusCode()).isEqualTo(400);
        assertThat(latin.body()).contains("the body is not UTF-8: at byte 12 of 15");
    }

    private static HttpResponse<String> posted(byte[] body) {
        return client.send(client.request("/v1/completions", "")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build());
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
        String part = "{\"messages\": [{\"role\": \"user\", \"content\": [{%s}]}]}";
        for (String unlike :
                List.of("\"type\": \"image_url\", \"text\": \"w1\"", "\"text\": \"w1\"", "\"type\": \"text\"")) {
            assertThat(chatError(part.formatted(unlike)))
                    .startsWith("messages[0].content must be a string or parts of text");
        }
        assertThat(chatError(part.formatted("\"type\": \"text\", \"text\": \"w1\", \"image_url\": \"http://x\"")))
                .startsWith("there is no field messages[0].content[0].image_url here");
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
        assertThat(classify.body())
                .contains("tiny has no /classify: it continues text; post to /v1/completions or /v1/chat/completions");
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
            for (String endpoint : Endpoints.OF_MODELS) {
                assertThat(of.post(endpoint, "{\"input\": \"w1\"}").statusCode())
                        .as(endpoint)
                        .isEqualTo(401);
            }
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
