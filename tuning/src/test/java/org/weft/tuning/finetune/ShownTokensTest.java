package org.weft.tuning.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.corpus.privacy.Scrubber;
import org.weft.tuning.report.RowExplanation.Token;
import org.weft.tuning.task.ReadText;

/** What of a row's tokens a report may show. */
class ShownTokensTest {

    /** Tokens stand one after the other; those in brackets frame the text and stand for none of it. */
    private static List<Token> shown(String text, String... tokens) {
        int[] starts = new int[tokens.length];
        int[] ends = new int[tokens.length];
        float[] scores = new float[tokens.length];
        List<String> spelt = new ArrayList<>();
        int at = 0;
        for (int i = 0; i < tokens.length; i++) {
            scores[i] = 1 << i;
            spelt.add(tokens[i]);
            if (!tokens[i].startsWith("[")) {
                starts[i] = text.indexOf(tokens[i], at);
                ends[i] = starts[i] + tokens[i].length();
                at = ends[i];
            }
        }
        List<Token> shown = ShownTokens.of(
                new ReadText(text, new int[tokens.length], starts, ends),
                spelt,
                scores,
                Scrubber.ofExamples(List.of()).places());
        assertThat(shown.stream().mapToDouble(Token::score).sum())
                .as("complete")
                .isCloseTo((1 << tokens.length) - 1, within(1e-9));
        return shown;
    }

    @Test
    void whatTouchesAnAddressIsOnePlaceholderWithTheSumOfItsScores() {
        assertThat(shown(
                        "[x] Ask (bob.lee@example.org) now",
                        "[CLS]",
                        "Ask",
                        " (bo",
                        "b",
                        ".lee",
                        "@",
                        "example",
                        ".org)",
                        " now"))
                .containsExactly(
                        new Token("[CLS]", 1),
                        new Token("Ask", 2),
                        new Token("<EMAIL>", 4 + 8 + 16 + 32 + 64 + 128),
                        new Token(" now", 256));
    }

    @Test
    void whatStandsForNothingWithinAnAddressGoesWithIt() {
        assertThat(shown("a bob@example.org b", "a", " bob", "[▁]", "@example.org", "[▁]", " b"))
                .extracting(Token::text)
                .containsExactly("a", "<EMAIL>", "[▁]", " b");
    }

    @Test
    void placesThatShareATokenAreOne() {
        assertThat(shown(
                        "to a.b@example.org,c.d@example.com at 4111111111111111",
                        "to",
                        " a.b@",
                        "example.org,c.d",
                        "@example.com",
                        " at",
                        " 4111111111111111"))
                .containsExactly(
                        new Token("to", 1),
                        new Token("<EMAIL><EMAIL>", 2 + 4 + 8),
                        new Token(" at", 16),
                        new Token("<CARD>", 32));
    }

    /** The text says what it is, though the model did not see all of it. */
    @Test
    void aPlaceThatWasCutOffIsHiddenAsFarAsItWasRead() {
        assertThat(shown("mail bob.lee@example.org", "mail", " bob"))
                .containsExactly(new Token("mail", 1), new Token("<EMAIL>", 2));
        assertThat(shown("mail bob.lee@example.org", "mail")).containsExactly(new Token("mail", 1));
    }
}
