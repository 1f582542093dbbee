package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weft.core.tokens.GenerationDefaults;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.tuning.chat.ChatFormat;
import org.weft.tuning.chat.FormatTemplate;

/** {@code response_format: json_object}: a model that knows nothing of JSON writes it. */
@Timeout(120)
class JsonModeTest {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final String END = "<|endoftext|>";
    private static final int CONTEXT = 400;

    /** A model of forty words, these and fillers, that writes a blank between two. */
    private static TextModel model(List<String> words) {
        ObjectNode root = JSON.createObjectNode().put("version", "1.0");
        root.putArray("added_tokens")
                .addObject()
                .put("id", 39)
                .put("content", END)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
        root.putObject("pre_tokenizer").put("type", "Whitespace");
        ObjectNode vocabulary = root.putObject("model")
                .put("type", "WordLevel")
                .put("unk_token", "w38")
                .putObject("vocab");
        for (int id = 0; id < 39; id++) {
            vocabulary.put(id < words.size() ? words.get(id) : "w" + id, id);
        }
        vocabulary.put(END, 39);
        TextTokenizer tokenizer = TextTokenizer.of(root.toString().getBytes(StandardCharsets.UTF_8), "words");
        return new TextModel(
                "words",
                "",
                tokenizer,
                CONTEXT,
                GenerationDefaults.NONE,
                Optional.of(new FormatTemplate(ChatFormat.PLAIN, END)),
                "",
                () -> TinyModel.replica(CONTEXT));
    }

    private static HttpResponse<String> asked(List<String> words, String path, String fields)
            throws InterruptedException {
        try (WeftServer server = WeftServer.start(
                model(words), ServeOptions.defaults().withPort(0).withBatch(16, 32), problem -> {})) {
            return new Client(server.port())
                    .post(path, "{\"response_format\": {\"type\": \"json_object\"}, " + fields + "}");
        }
    }

    @Test
    void textsThatEndAreObjectsAndOthersTheirBeginnings() throws Exception {
        List<String> words = List.of(
                "{", "}", "[", "]", "\"", ":", ",", "true", "null", "-7.5e1", "0", "\\n", "\\u00e9", "}}", "\":", "x");
        for (String temperature : List.of("1", "0")) {
            HttpResponse<String> response = asked(
                    words,
                    "/v1/completions",
                    "\"prompt\": [30, 31], \"n\": 24, \"max_tokens\": 300, \"seed\": 4, \"temperature\": "
                            + temperature);
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            int ended = 0;
            for (JsonNode choice : Client.json(response).path("choices")) {
                String text = choice.path("text").asText();
                if (choice.path("finish_reason").asText().equals("stop")) {
                    ended++;
                    assertThat(object(text)).as(text).isTrue();
                } else {
                    assertThatThrownBy(() -> object(text)).as(text).isInstanceOf(JsonEOFException.class);
                }
            }
            assertThat(ended > 0 || temperature.equals("0")).isTrue();
        }
    }

    private static boolean object(String text) throws JsonProcessingException {
        return JSON.readTree(text).isObject();
    }

    @Test
    void aChatAndItsStreamAreObjects() throws Exception {
        List<String> words = new ArrayList<>(List.of("{", "}", "\"", ":", "1"));
        String fields = "\"messages\": [{\"role\": \"user\", \"content\": \"w30\"}], \"max_tokens\": 300, \"seed\": 1";
        HttpResponse<String> whole = asked(words, "/v1/chat/completions", fields);
        JsonNode choice = Client.json(whole).path("choices").path(0);
        String text = choice.at("/message/content").asText();
        assertThat(choice.path("finish_reason").asText()).isEqualTo("stop");
        assertThat(object(text)).as(text).isTrue();
        StringBuilder streamed = new StringBuilder();
        for (JsonNode event : Client.events(asked(words, "/v1/chat/completions", fields + ", \"stream\": true"))) {
            streamed.append(event.at("/choices/0/delta/content").asText());
        }
        assertThat(streamed).hasToString(text);
    }

    @Test
    void whatWouldMakeItNoObjectIsRefused() throws Exception {
        List<String> words = List.of("{", "}");
        for (String field : List.of("echo", "stop")) {
            String value = field.equals("echo") ? "true" : "[\"}\"]";
            HttpResponse<String> refused =
                    asked(words, "/v1/completions", "\"prompt\": [30], \"" + field + "\": " + value);
            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(Client.json(refused).at("/error/param").asText()).isEqualTo(field);
            assertThat(refused.body()).contains(field + " is not supported with response_format json_object");
        }
        HttpResponse<String> chat = asked(
                words,
                "/v1/chat/completions",
                "\"stop\": \"}\", \"messages\": [{\"role\": \"user\", \"content\": \"w30\"}]");
        assertThat(chat.statusCode()).isEqualTo(400);
        assertThat(chat.body()).contains("stop is not supported with response_format");
    }

    /** What a template writes behind an answer may as well stand in a string of the object. */
    @Test
    void anObjectEndsWhereItDoesAndAtNoStopString() {
        String body = "{\"messages\": [{\"role\": \"user\", \"content\": \"w30\"}]%s}";
        try (TextModel model = model(List.of("{", "}"))) {
            TextRequestReader reader = new TextRequestReader(model, 8, 4);
            assertThat(wish(reader, body.formatted("")).stops()).isNotEmpty();
            TextInquiry.Wish object =
                    wish(reader, body.formatted(", \"response_format\": {\"type\": \"json_object\"}"));
            assertThat(object.constraint()).isNotNull();
            assertThat(object.stops()).isEmpty();
        }
    }

    private static TextInquiry.Wish wish(TextRequestReader reader, String body) {
        return reader.chat(JsonFields.of(body.getBytes(StandardCharsets.UTF_8))).wish(0, CONTEXT);
    }

    @Test
    void wordsThatLeadNowhereAreRefused() throws Exception {
        HttpResponse<String> stuck = asked(List.of("{"), "/v1/completions", "\"prompt\": [30]");
        assertThat(stuck.statusCode()).isEqualTo(400);
        assertThat(stuck.body()).contains("none of words's tokens goes on with the object that it began");
        HttpResponse<String> never = asked(List.of("}"), "/v1/completions", "\"prompt\": [30]");
        assertThat(never.statusCode()).isEqualTo(400);
        assertThat(never.body()).contains("no token of words begins an object");
    }
}
