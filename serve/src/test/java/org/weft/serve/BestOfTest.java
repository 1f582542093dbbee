package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code best_of}: of several texts those whose tokens are the likeliest on average. */
@Timeout(120)
class BestOfTest extends TinyServer {
    private static final String ASKED = "{\"prompt\": [\"w1\", \"w2\"], \"max_tokens\": 6, \"seed\": 9, ";

    /** Of log-probabilities but the first ones. */
    private static double mean(JsonNode choice, int first) {
        JsonNode scores = choice.at("/logprobs/token_logprobs");
        return IntStream.range(first, scores.size())
                .mapToDouble(i -> scores.path(i).asDouble())
                .average()
                .orElseThrow();
    }

    @Test
    void theLikeliestTextsOfEachPromptAreAnswered() {
        JsonNode all = posted("/v1/completions", ASKED + "\"n\": 5, \"logprobs\": 0}");
        JsonNode best = posted("/v1/completions", ASKED + "\"n\": 2, \"best_of\": 5}");
        List<String> expected = new ArrayList<>();
        for (int prompt = 0; prompt < 2; prompt++) {
            List<JsonNode> texts = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                texts.add(all.path("choices").path(5 * prompt + i));
            }
            texts.sort(
                    Comparator.comparingDouble((JsonNode text) -> mean(text, 0)).reversed());
            texts.stream().limit(2).map(choice -> choice.path("text").asText()).forEach(expected::add);
        }
        JsonNode choices = best.path("choices");
        assertThat(choices.findValuesAsText("text")).isEqualTo(expected);
        assertThat(choices.findValuesAsText("index")).containsExactly("0", "1", "2", "3");
        assertThat(choices.path(0).path("logprobs").isNull()).isTrue();
        assertThat(best.path("usage")).isEqualTo(all.path("usage")); // All that was generated counts.
    }

    /** The first scores are a prompt's; texts are of different lengths, else what each begins with would not matter. */
    @Test
    void anEchoIsNoPartOfWhatIsCompared() {
        int different = 0;
        for (int seed = 0; seed < 12; seed++) {
            String asked = "{\"prompt\": \"w1 w2 w3 w4 w5\", \"max_tokens\": 6, \"seed\": " + seed
                    + ", \"stop\": [\"w7\", \"w8\", \"w9\", \"w1\", \"w2\"], \"logprobs\": 0, \"echo\": true, ";
            List<JsonNode> texts = new ArrayList<>();
            posted("/v1/completions", asked + "\"n\": 6}").path("choices").forEach(texts::add);
            JsonNode best = posted("/v1/completions", asked + "\"best_of\": 6}").at("/choices/0");
            JsonNode ownBest = Collections.max(texts, Comparator.comparingDouble(text -> mean(text, 5)));
            JsonNode wholeBest = Collections.max(texts, Comparator.comparingDouble(text -> mean(text, 1)));
            different += ownBest == wholeBest ? 0 : 1;
            assertThat(best.path("logprobs")).isEqualTo(ownBest.path("logprobs"));
        }
        assertThat(different).isPositive();
    }
}
