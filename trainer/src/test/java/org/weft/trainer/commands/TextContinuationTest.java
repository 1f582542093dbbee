package org.weft.trainer.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.engine.ModelReplica;
import org.weft.engine.sampling.GenerationOptions;
import org.weft.engine.sampling.SamplingOptions;
import org.weft.trainer.commands.TextContinuation.Continuation;

class TextContinuationTest {
    private static final int B = 4;

    /** As Llama 2's: a blank is put before a text, and taken away where tokens become a text. */
    private static final String TOKENIZER = """
            {"added_tokens": [{"id": 5, "content": "</s>", "special": true, "single_word": false, "lstrip": false,
              "rstrip": false, "normalized": false}],
             "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"},
               {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
             "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
               {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
             "model": {"type": "BPE", "vocab": {"▁": 0, "a": 1, "b": 2, "▁a": 3, "▁b": 4, "</s>": 5},
               "merges": ["▁ a", "▁ b"]}}""";

    @Test
    void theFirstWordBehindAPromptKeepsItsBlank() {
        TextTokenizer tokenizer = TextTokenizer.of(TOKENIZER.getBytes(StandardCharsets.UTF_8), "words");
        List<String> pieces = new ArrayList<>();
        TextContinuation.Listener listener = new TextContinuation.Listener() {
            @Override
            public void piece(int prompt, String text) {
                pieces.add(prompt + text);
            }
        };
        GenerationOptions options = new GenerationOptions(SamplingOptions.greedy(), 2, 1, false);
        try (TextContinuation continuation = new TextContinuation(alwaysB(), tokenizer, 8)) {
            assertThat(continuation.generate(List.of("a", ""), options, List.of(), listener))
                    .extracting(Continuation::text)
                    .containsExactly(" b b", "b b");
            assertThat(pieces).containsExactlyInAnyOrder("0 b", "0 b", "1b", "1 b");
        }
    }

    @Test
    void alternativesAreSpeltWithTheModelsOwnProbabilities() throws IOException {
        TextTokenizer tokenizer = TextTokenizer.of(TOKENIZER.getBytes(StandardCharsets.UTF_8), "words");
        SamplingOptions hot = new SamplingOptions(5, 1, 1, 3.0, 1); // neither changes what the model says
        List<ChosenToken> chosen;
        try (TextContinuation continuation = new TextContinuation(alwaysB(), tokenizer, 8)) {
            chosen = continuation
                    .generate(
                            List.of("a"),
                            new GenerationOptions(hot, 2, 1, false),
                            List.of(),
                            new GeneratedOutput(List.of("a"), true, 2))
                    .get(0)
                    .chosen();
        }
        double most = Math.exp(1) / (Math.exp(1) + 5);
        assertThat(chosen).hasSize(2);
        JsonNode first = ChosenToken.json(chosen).get(0);
        assertThat(first.path("token").asText()).isEqualTo(" b");
        assertThat(first.path("id").asInt()).isEqualTo(B);
        assertThat(first.path("probability").asDouble()).isCloseTo(most, within(1e-6));
        assertThat(first.path("logprob").asDouble()).isCloseTo(Math.log(most), within(1e-6));
        assertThat(first.path("alternatives")).hasSize(2);
        assertThat(first.at("/alternatives/0/id").asInt()).isEqualTo(B);
        assertThat(first.at("/alternatives/1/id").asInt())
                .as("of equals the first")
                .isZero();
        assertThat(ChosenToken.lines(chosen).lines().toList().get(1))
                .startsWith("   1  \" b\" 35.22%")
                .contains(" | \" b\" 35.22% | ", "12.96%");
    }

    @Test
    void noMoreAlternativesThanThereAreTokens() {
        GenerateCommand.requireKnown(6, 6);
        assertThatThrownBy(() -> GenerateCommand.requireKnown(7, 6))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("--alternatives 7 is more than the 6 tokens that the model knows");
    }

    private static ModelReplica alwaysB() {
        return (ModelReplica) Proxy.newProxyInstance(
                ModelReplica.class.getClassLoader(), new Class<?>[] {ModelReplica.class}, (self, method, given) -> {
                    float[] logits = new float[6];
                    logits[B] = 1;
                    return switch (method.getName()) {
                        case "nextTokenLogits" -> logits;
                        case "logits" -> new float[][] {logits};
                        case "encodesSource" -> false;
                        default -> null; // close
                    };
                });
    }
}
