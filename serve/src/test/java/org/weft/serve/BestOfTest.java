package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code best_of}: of several texts those whose tokens are the likeliest on average. */
@Timeout(120)
class BestOfTest extends TinyServer {
    private static final String ASKED = "{\"prompt\": [\"w1\", \"w2\"], \"max_tokens\": 6, \"seed\": 9, ";

    private static double mean(JsonNode choice) {
        double sum = 0;
        JsonNode scores = choice.at("/logprobs/token_logprobs");
        for (JsonNode score : scores) {
            sum += score.asDouble();
        }
        return sum / scores.size();
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
            texts.sort(Comparator.comparingDouble(BestOfTest::mean).reversed());
            texts.stream().limit(2).map(choice -> choice.path("text").asText()).forEach(expected::add);
        }
        JsonNode choices = best.path("choices");
        assertThat(choices.findValuesAsText("text")).isEqualTo(expected);
        assertThat(choices.findValuesAsText("index")).containsExactly("0", "1", "2", "3");
        assertThat(choices.path(0).path("logprobs").isNull()).isTrue();
        assertThat(best.path("usage")).isEqualTo(all.path("usage")); // All that was generated counts.
    }

    @Test
    void anEchoIsNoPartOfWhatIsCompared() {
        String options = "\"best_of\": 5, \"logprobs\": 1, \"echo\": true}";
        JsonNode best = posted("/v1/completions", ASKED + options);
        JsonNode plain = posted("/v1/completions", ASKED + "\"best_of\": 5}");
        for (int prompt = 0; prompt < 2; prompt++) {
            JsonNode choice = best.path("choices").path(prompt);
            assertThat(choice.path("text").asText())
                    .isEqualTo("w" + (prompt + 1)
                            + plain.path("choices").path(prompt).path("text").asText());
            assertThat(choice.at("/logprobs/tokens")).hasSize(7);
        }
    }
}
