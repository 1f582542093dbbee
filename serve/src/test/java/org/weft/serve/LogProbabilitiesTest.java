package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weft.engine.ModelReplica;

/** What programs that judge a model's answers ask for: how likely it takes texts to be. */
@Timeout(120)
class LogProbabilitiesTest extends TinyServer {
    private static JsonNode choice(String body) {
        return posted("/v1/completions", body).path("choices").path(0);
    }

    private static List<String> strings(JsonNode array) {
        return IntStream.range(0, array.size())
                .mapToObj(i -> array.get(i).asText())
                .toList();
    }

    /** Log-probabilities of what follows each token, computed beside the server. */
    private static double[][] expected(int... tokens) {
        try (ModelReplica replica = TinyModel.replica(TinyModel.CONTEXT)) {
            float[][] logits =
                    replica.logits(tokens, IntStream.range(0, tokens.length).toArray());
            return Arrays.stream(logits).map(LogProbabilitiesTest::logSoftmax).toArray(double[][]::new);
        }
    }

    private static double[] logSoftmax(float[] logits) {
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit);
        }
        double log = Math.log(sum);
        return IntStream.range(0, logits.length)
                .mapToDouble(i -> logits[i] - log)
                .toArray();
    }

    @Test
    void anEchoHasThePromptAndWhatTheModelThinksOfIt() {
        // As lm-evaluation-harness asks: ids, one token more, and the likeliest beside each.
        JsonNode choice = choice("{\"model\": \"tiny\", \"prompt\": [[3, 1, 2]], \"temperature\": 0, \"max_tokens\": 1,"
                + " \"logprobs\": 1, \"seed\": 1234, \"echo\": true}");
        JsonNode logprobs = choice.path("logprobs");
        double[][] expected = expected(3, 1, 2);
        int next = IntStream.range(0, 40)
                .reduce((a, b) -> expected[2][b] > expected[2][a] ? b : a)
                .orElseThrow();
        assertThat(choice.path("text").asText()).isEqualTo("w3 w1 w2 w" + next);
        assertThat(strings(logprobs.path("tokens"))).containsExactly(" w3", " w1", " w2", " w" + next);
        assertThat(logprobs.path("text_offset").toString()).isEqualTo("[0,2,5,8]");
        JsonNode scores = logprobs.path("token_logprobs");
        assertThat(scores.get(0).isNull()).isTrue();
        assertThat(logprobs.path("top_logprobs").get(0).isNull()).isTrue();
        int[] tokens = {3, 1, 2, next};
        for (int i = 1; i < 4; i++) {
            double[] likely = expected[i - 1];
            assertThat(scores.get(i).asDouble()).isCloseTo(likely[tokens[i]], within(1e-4));
            double best = Arrays.stream(likely).max().orElseThrow();
            List<Double> top = new ArrayList<>();
            logprobs.path("top_logprobs").get(i).forEach(each -> top.add(each.asDouble()));
            assertThat(top).hasSize(best == likely[tokens[i]] ? 1 : 2);
            assertThat(top.get(0)).isCloseTo(best, within(1e-4));
            assertThat(top).contains(scores.get(i).asDouble());
        }
    }

    @Test
    void anEchoAloneChoosesNothing() {
        JsonNode answer = posted(
                "/v1/completions", "{\"prompt\": \"w3  w1\", \"max_tokens\": 0, \"logprobs\": 0, \"echo\": true}");
        JsonNode choice = answer.path("choices").path(0);
        assertThat(choice.path("text").asText()).isEqualTo("w3  w1");
        assertThat(choice.path("finish_reason").asText()).isEqualTo("length");
        assertThat(choice.path("logprobs").path("tokens")).hasSize(2);
        assertThat(answer.path("usage").path("completion_tokens").asInt()).isZero();
        JsonNode whole =
                posted("/v1/completions", "{\"prompt\": [[3], [1, 2]], \"n\": 2, \"max_tokens\": 0, \"echo\": true}");
        assertThat(whole.path("choices").get(3).path("text").asText()).isEqualTo("w1 w2");
        assertThat(whole.path("choices").get(3).path("logprobs").isNull()).isTrue();
    }

    @Test
    void everyChosenTokenIsTold() {
        JsonNode choice =
                choice("{\"prompt\": \"w1\", \"max_tokens\": 9, \"logprobs\": 2, \"temperature\": 1.5, \"seed\": 4}");
        JsonNode logprobs = choice.path("logprobs");
        assertThat(logprobs.path("tokens")).hasSize(9);
        assertThat(String.join("", strings(logprobs.path("tokens"))))
                .isEqualTo(choice.path("text").asText());
        assertThat(logprobs.path("text_offset").get(0).asInt()).isZero();
        assertThat(logprobs.path("top_logprobs").get(8).size()).isBetween(2, 3);
        JsonNode none = choice("{\"prompt\": \"w1\", \"max_tokens\": 9, \"temperature\": 1.5, \"seed\": 4}");
        assertThat(none.path("logprobs").isNull()).isTrue();
        assertThat(none.path("text")).isEqualTo(choice.path("text"));
    }

    @Test
    void aStreamTellsTheSamePieceByPiece() {
        String body = "{\"prompt\": \"w4 w5\", \"max_tokens\": 8, \"logprobs\": 1, \"echo\": true, \"temperature\": 0";
        JsonNode whole = choice(body + "}");
        List<JsonNode> events = Client.events(client.post("/v1/completions", body + ", \"stream\": true}"));
        StringBuilder text = new StringBuilder();
        List<String> tokens = new ArrayList<>();
        List<String> offsets = new ArrayList<>();
        for (JsonNode event : events) {
            JsonNode choice = event.path("choices").path(0);
            text.append(choice.path("text").asText());
            tokens.addAll(strings(choice.path("logprobs").path("tokens")));
            offsets.addAll(strings(choice.path("logprobs").path("text_offset")));
        }
        assertThat(text).hasToString(whole.path("text").asText());
        assertThat(tokens).isEqualTo(strings(whole.path("logprobs").path("tokens")));
        assertThat(offsets).isEqualTo(strings(whole.path("logprobs").path("text_offset")));
    }

    @Test
    void aChatHasAnObjectForEachToken() {
        JsonNode content = posted(
                        "/v1/chat/completions",
                        "{\"messages\": [{\"role\": \"user\", \"content\": \"w7\"}], \"max_tokens\": 3, \"seed\": 1,"
                                + " \"logprobs\": true, \"top_logprobs\": 4}")
                .path("choices")
                .path(0)
                .path("logprobs")
                .path("content");
        assertThat(content).hasSize(3);
        JsonNode first = content.get(0);
        assertThat(first.path("token").asText()).matches(" w\\d+");
        assertThat(first.path("logprob").asDouble()).isNegative();
        assertThat(first.path("bytes").get(0).asInt()).isEqualTo(' ');
        assertThat(first.path("top_logprobs")).hasSize(4);
        assertThat(first.path("top_logprobs").get(0).path("logprob").asDouble())
                .isGreaterThanOrEqualTo(
                        first.path("top_logprobs").get(1).path("logprob").asDouble());
    }

    @Test
    void aTokenCanBeBannedOrForced() {
        String body = "{\"prompt\": \"w1\", \"max_tokens\": 6, \"temperature\": 0, \"logit_bias\": ";
        JsonNode forced = choice(body + "{\"7\": 100}, \"logprobs\": 1}");
        assertThat(forced.path("text").asText()).isEqualTo(" w7".repeat(6));
        assertThat(forced.path("logprobs").path("token_logprobs").get(0).asDouble())
                .as("what the model thought, not the bias")
                .isLessThan(-1);
        String free = choice(body + "null}").path("text").asText();
        String first = free.strip().split(" ")[0];
        String banned = choice(body + "{\"" + first.substring(1) + "\": -100}}")
                .path("text")
                .asText();
        assertThat(banned.strip().split(" ")).doesNotContain(first);
    }

    @Test
    void theTokenThatEndsATextIsCountedAndTold() throws InterruptedException {
        try (WeftServer ending =
                WeftServer.start(TinyModel.thatEnds(), ServeOptions.defaults().withPort(0), problem -> {})) {
            Client of = new Client(ending.port());
            String body = "{\"prompt\": \"w1\", \"max_tokens\": 5, \"logit_bias\": {\"39\": 100}, \"logprobs\": 0}";
            JsonNode answer = Client.json(of.post("/v1/completions", body));
            JsonNode choice = answer.path("choices").path(0);
            assertThat(choice.path("finish_reason").asText()).isEqualTo("stop");
            assertThat(choice.path("text").asText()).isEmpty();
            assertThat(answer.path("usage").path("completion_tokens").asInt()).isEqualTo(1);
            assertThat(strings(choice.path("logprobs").path("tokens"))).containsExactly(" <|endoftext|>");
            assertThat(of.metric("weft_generated_tokens_total")).isEqualTo(1);
        }
    }
}
