package org.weft.trainer.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.tokens.SpecialTokens;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.engine.ModelReplica;
import org.weft.trainer.commands.MaskFilling.Candidate;

class MaskFillingTest {
    private static final String WORDS = "\"the\": 0, \"state\": 1, \"of\": 2, \"union\": 3, \"[UNK]\": 4, \"</s>\": 5";
    private static final int CONTEXT = 8;

    private final List<List<Integer>> asked = new ArrayList<>();

    @Test
    void findsTheLikeliestForEachMask() {
        try (MaskFilling filling = filling(", \"[CLS]\": 6, \"[SEP]\": 7", "[MASK]")) {
            List<List<Candidate>> found = filling.fill("the [MASK] of the <mask>", 3);
            assertThat(asked).containsExactly(List.of(6, 0, 9, 2, 0, 9, 7));
            assertThat(found).hasSize(2);
            // The replica gives token v at position p the logit -|v - p / 2|.
            assertThat(found.get(0)).extracting(Candidate::token).containsExactly("state", "the", "of");
            assertThat(found.get(1)).extracting(Candidate::token).containsExactly("of", "state", "union");
            double total = 0;
            for (int v = 0; v < 10; v++) {
                total += Math.exp(-Math.abs(v - 1));
            }
            assertThat(found.get(0).get(0).probability()).isCloseTo(1 / total, within(1e-9));
            assertThat(found.get(0).get(0).id()).isEqualTo(1);
            assertThat(filling.fill("[MASK]", 100).get(0))
                    .as("all but 8, which the tokenizer has no token for")
                    .extracting(MaskFilling.Candidate::id)
                    .containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 9);
        }
    }

    @Test
    void aTokenizerWithoutFrameGetsNone() {
        try (MaskFilling filling = filling("", "<mask>")) {
            assertThat(filling.mask()).isEqualTo("<mask>");
            assertThat(filling.fill("the [MASK] of", 1)).hasSize(1);
            assertThat(asked).containsExactly(List.of(0, 9, 2));
        }
    }

    @Test
    void refusesTextThatItCannotFill() {
        try (MaskFilling filling = filling(", \"[CLS]\": 6, \"[SEP]\": 7", "[MASK]")) {
            assertThatThrownBy(() -> filling.fill("the state", 5))
                    .isInstanceOfSatisfying(WeftException.class, e -> {
                        assertThat(e.status()).isEqualTo(ExitStatus.USAGE);
                        assertThat(e.hint()).isEqualTo("write [MASK] where a word is to be found");
                    })
                    .hasMessage("no mask in the text: the state");
            assertThatThrownBy(() -> filling.fill("the the the [MASK] of the union", 5))
                    .hasMessage("text of 9 tokens does not fit model.context=8");
        }
    }

    /** A tokenizer of words, and a replica that answers by arithmetic. */
    private MaskFilling filling(String more, String mask) {
        String json = """
                {"added_tokens": [{"id": 9, "content": "%s", "special": true, "single_word": false, "lstrip": true,
                  "rstrip": false, "normalized": false}],
                 "pre_tokenizer": {"type": "Whitespace"},
                 "model": {"type": "WordLevel", "unk_token": "[UNK]", "vocab": {%s, "%s": 9}}}""".formatted(mask, WORDS + more, mask);
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return new MaskFilling(replica(), TextTokenizer.of(bytes, "words"), SpecialTokens.of(bytes), CONTEXT);
    }

    private ModelReplica replica() {
        return (ModelReplica) Proxy.newProxyInstance(
                ModelReplica.class.getClassLoader(), new Class<?>[] {ModelReplica.class}, (self, method, given) -> {
                    if (!method.getName().equals("logits")) {
                        return null; // close
                    }
                    List<Integer> tokens = new ArrayList<>();
                    for (int token : (int[]) given[0]) {
                        tokens.add(token);
                    }
                    asked.add(tokens);
                    int[] positions = (int[]) given[1];
                    float[][] logits = new float[positions.length][10];
                    for (int i = 0; i < positions.length; i++) {
                        for (int v = 0; v < 10; v++) {
                            logits[i][v] = -Math.abs(v - positions[i] / 2);
                        }
                    }
                    return logits;
                });
    }
}
