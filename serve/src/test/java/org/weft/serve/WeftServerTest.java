package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weft.core.WeftException;
import org.weft.core.tokens.GenerationDefaults;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.engine.ModelReplica;
import org.weft.engine.sampling.GenerationListener;
import org.weft.engine.sampling.GenerationOptions;
import org.weft.engine.sampling.SamplingOptions;
import org.weft.engine.sampling.TokenGenerator;

/** The API of a real server over the loopback interface, with a tiny GPT behind it. */
@Timeout(120)
class WeftServerTest extends TinyServer {
    private static JsonNode completed(String body) {
        return posted("/v1/completions", body);
    }

    private static String text(JsonNode completion) {
        return completion.path("choices").path(0).path("text").asText();
    }

    @Test
    void aCompletionHasTextReasonAndUsage() {
        JsonNode answer = completed("{\"model\": \"tiny\", \"prompt\": \"w1 w2 w3\", \"max_tokens\": 7, \"seed\": 5}");
        assertThat(answer.path("object").asText()).isEqualTo("text_completion");
        assertThat(answer.path("model").asText()).isEqualTo("tiny");
        assertThat(answer.path("seed").asLong()).isEqualTo(5);
        assertThat(answer.path("choices")).hasSize(1);
        assertThat(text(answer).strip().split(" ")).hasSize(7).allMatch(word -> word.matches("w\\d+"));
        assertThat(answer.path("choices").path(0).path("finish_reason").asText())
                .isEqualTo("length");
        assertThat(answer.path("usage").toString())
                .isEqualTo("{\"prompt_tokens\":3,\"completion_tokens\":7,\"total_tokens\":10}");
    }

    @Test
    void textIsThatOfGenerateWhateverElseIsInTheBatch() {
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String temperature = i % 2 == 0 ? "0" : "0.9";
            answers.add(client.postLater(
                    "/v1/completions",
                    "{\"prompt\": \"w" + i + " w2\", \"max_tokens\": " + (20 + i) + ", \"temperature\": " + temperature
                            + ", \"seed\": " + i + ", \"top_k\": 20, \"top_p\": 0.9, \"repetition_penalty\": 1.1}"));
        }
        try (TextTokenizer tokenizer = TinyModel.tokenizer();
                ModelReplica replica = TinyModel.replica(TinyModel.CONTEXT)) {
            TokenGenerator generator = new TokenGenerator(replica, TinyModel.CONTEXT, tokenizer.tokens());
            for (int i = 0; i < 20; i++) {
                SamplingOptions sampling =
                        new SamplingOptions(i % 2 == 0 ? 0 : 0.9, 20, 0.9, i).withRepetitionPenalty(1.1);
                int[] expected = generator
                        .generate(
                                List.of(tokenizer.encode("w" + i + " w2")),
                                new GenerationOptions(sampling, 20 + i, 1, true),
                                GenerationListener.NONE)
                        .get(0)
                        .tokens();
                assertThat(text(Client.json(answers.get(i).join())).strip())
                        .as("request %d", i)
                        .isEqualTo(tokenizer.decode(expected));
            }
        }
        assertThat(client.metric("weft_batch_size{quantile=\"0.99\"}")).isGreaterThan(1);
    }

    @Test
    void severalPromptsAndChoicesComeBackInTheirPlaces() {
        JsonNode answer = completed(
                "{\"prompt\": [\"w1\", \"w2 w3\"], \"n\": 2, \"max_tokens\": 5, \"seed\": 9, \"temperature\": 1.5}");
        assertThat(answer.path("choices")).hasSize(4);
        assertThat(answer.path("usage").path("prompt_tokens").asInt()).isEqualTo(3);
        assertThat(IntStream.range(0, 4)
                        .map(i -> answer.path("choices").path(i).path("index").asInt()))
                .containsExactly(0, 1, 2, 3);
        JsonNode alone = completed("{\"prompt\": \"w1\", \"max_tokens\": 5, \"seed\": 9, \"temperature\": 1.5}");
        assertThat(text(alone)).isEqualTo(text(answer));
        JsonNode byIds = completed("{\"prompt\": [1], \"max_tokens\": 5, \"seed\": 9, \"temperature\": 1.5}");
        assertThat(text(byIds)).isEqualTo(text(answer));
    }

    @Test
    void aStreamIsTheSameTextInPieces() {
        String body = "{\"prompt\": \"w4\", \"max_tokens\": 12, \"seed\": 3";
        JsonNode whole = completed(body + "}");
        HttpResponse<String> stream = client.post(
                "/v1/completions", body + ", \"stream\": true, \"stream_options\": {\"include_usage\": true}}");
        assertThat(stream.headers().firstValue("content-type")).hasValue("text/event-stream; charset=utf-8");
        List<JsonNode> events = Client.events(stream);
        assertThat(events).hasSizeGreaterThan(12);
        assertThat(events.stream().map(WeftServerTest::text).collect(Collectors.joining()))
                .isEqualTo(text(whole));
        JsonNode last = events.get(events.size() - 2);
        assertThat(last.path("choices").path(0).path("finish_reason").asText()).isEqualTo("length");
        assertThat(events.get(events.size() - 1)
                        .path("usage")
                        .path("completion_tokens")
                        .asInt())
                .isEqualTo(12);
    }

    @Test
    void aStopStringEndsTheTextBeforeIt() {
        String whole = text(completed("{\"prompt\": \"w5\", \"max_tokens\": 30, \"temperature\": 0}"));
        String stop = whole.strip().split(" ")[4];
        JsonNode stopped = completed("{\"prompt\": \"w5\", \"max_tokens\": 30, \"temperature\": 0, \"stop\": [\"" + stop
                + " \", \"absent\"]}");
        assertThat(whole).startsWith(text(stopped) + stop);
        assertThat(stopped.path("choices").path(0).path("finish_reason").asText())
                .isEqualTo("stop");
    }

    @Test
    void aChatIsACompletionOfItsTemplate() {
        String options = "\"max_tokens\": 9, \"seed\": 11";
        HttpResponse<String> response = client.post(
                "/v1/chat/completions", "{\"messages\": [{\"role\": \"user\", \"content\": \"w7\"}], " + options + "}");
        JsonNode message = Client.json(response).path("choices").path(0).path("message");
        assertThat(message.path("role").asText()).isEqualTo("assistant");
        String said = text(completed("{\"prompt\": [0, 0, 7, 0, 0], " + options + "}"));
        assertThat(message.path("content").asText()).isEqualTo(said.strip());
        HttpResponse<String> stream = client.post(
                "/v1/chat/completions",
                "{\"stream\": true, \"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\": \"w7\"}]}], "
                        + options + "}");
        List<JsonNode> events = Client.events(stream);
        assertThat(events.get(0).path("object").asText()).isEqualTo("chat.completion.chunk");
        assertThat(events.get(0).path("choices").path(0).path("delta").toString())
                .isEqualTo("{\"role\":\"assistant\",\"content\":\"\"}");
        assertThat(events.stream()
                        .map(event -> event.path("choices")
                                .path(0)
                                .path("delta")
                                .path("content")
                                .asText())
                        .collect(Collectors.joining()))
                .isEqualTo(message.path("content").asText());
    }

    @Test
    void aModelEndsWhereItsContextDoes() throws InterruptedException {
        try (WeftServer small = WeftServer.start(
                TinyModel.withoutChat(16), ServeOptions.defaults().withPort(0), problem -> {})) {
            Client of = new Client(small.port());
            JsonNode answer =
                    Client.json(of.post("/v1/completions", "{\"prompt\": \"w1 w2 w3\", \"max_tokens\": 100}"));
            assertThat(answer.path("usage").path("completion_tokens").asInt()).isEqualTo(13);
            assertThat(answer.path("choices").path(0).path("finish_reason").asText())
                    .isEqualTo("length");
            HttpResponse<String> long_ = of.post("/v1/completions", "{\"prompt\": \"" + "w1 ".repeat(16) + "\"}");
            assertThat(long_.statusCode()).isEqualTo(400);
            assertThat(Client.json(long_).path("error").path("code").asText()).isEqualTo("context_length_exceeded");
            HttpResponse<String> chat = of.post("/v1/chat/completions", "{\"messages\": []}");
            assertThat(chat.statusCode()).isEqualTo(400);
            assertThat(Client.json(chat).path("error").path("message").asText())
                    .isEqualTo("tiny takes no chats: tiny has no chat template");
        }
    }

    @Test
    void whatIsThereCanBeAsked() {
        assertThat(client.get("/health").statusCode()).isEqualTo(200);
        assertThat(client.get("/health/live").body()).isEqualTo("{\"status\":\"ok\"}");
        assertThat(client.get("/health/ready?verbose").statusCode()).isEqualTo(200);
        JsonNode models = Client.json(client.get("/v1/models"));
        assertThat(models.path("data").path(0).path("id").asText()).isEqualTo("tiny");
        assertThat(models.path("data").path(0).path("endpoints").toString())
                .isEqualTo("[\"/v1/completions\",\"/v1/chat/completions\"]");
        assertThat(Client.json(client.get("/v1/models/tiny"))
                        .path("max_model_len")
                        .asInt())
                .isEqualTo(TinyModel.CONTEXT);
        assertThat(client.get("/v1/models/other").statusCode()).isEqualTo(404);
        HttpResponse<String> page = client.get("/");
        assertThat(page.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
        assertThat(page.body()).contains("<!DOCTYPE html>").doesNotContain("http://", "https://", "src=\"");
    }

    @Test
    void aPageOfOnesOwnStandsInItsPlace() throws Exception {
        ServeOptions own = ServeOptions.defaults().withPort(0).withPage("<!DOCTYPE html><p>the shop's desk");
        try (WeftServer desk = WeftServer.start(TinyModel.withoutChat(64), own, problem -> {})) {
            HttpResponse<String> page = new Client(desk.port()).get("/");
            assertThat(page.body()).isEqualTo("<!DOCTYPE html><p>the shop's desk");
            assertThat(page.headers().firstValue("content-security-policy").orElseThrow())
                    .contains("connect-src 'self'");
        }
    }

    @Test
    void metricsCountAndTime() {
        completed("{\"prompt\": \"w1\", \"max_tokens\": 3}");
        client.post("/v1/completions", "nonsense");
        String metrics = client.get("/metrics").body();
        assertThat(metrics)
                .contains("# TYPE weft_requests_total counter")
                .contains("weft_requests_total{endpoint=\"/v1/completions\",status=\"200\"} ")
                .contains("weft_requests_total{endpoint=\"/v1/completions\",status=\"400\"} ")
                .contains("weft_request_seconds{quantile=\"0.99\"} ", "weft_time_to_first_token_seconds_count ")
                .contains("weft_queue_length 0", "weft_requests_rejected_total ", "weft_connections ");
        assertThat(metrics.lines().filter(line -> line.startsWith("# TYPE weft_requests_total ")))
                .hasSize(1);
        assertThat(client.metric("weft_generated_tokens_total")).isGreaterThanOrEqualTo(3);
        assertThat(server.requests()).isPositive();
        assertThat(server.generatedTokens()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void anAddressThatIsTakenIsSaid() {
        ServeOptions taken = ServeOptions.defaults().withPort(server.port());
        assertThatThrownBy(() -> WeftServer.start(TinyModel.withoutChat(64), taken, problem -> {}))
                .isInstanceOf(WeftException.class)
                .hasMessageStartingWith("cannot listen at 127.0.0.1:" + server.port() + ": ");
    }

    @Test
    void aModelThatCannotBeOpenedSaysWhy() {
        TextModel broken = new TextModel(
                "broken", "", TinyModel.tokenizer(), 8, GenerationDefaults.NONE, Optional.empty(), "", () -> {
                    throw WeftException.invalidData("no such parameters", "");
                });
        assertThatThrownBy(
                        () -> WeftServer.start(broken, ServeOptions.defaults().withPort(0), problem -> {}))
                .isInstanceOf(WeftException.class)
                .hasMessage("no such parameters");
    }
}
