package org.weft.core.scores.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.config.Metric;

/** What the golden file of sacrebleu's and rouge-score's numbers cannot see. */
class TextMatchesTest {
    private static final List<TextMatches> CORPUS = List.of(
            TextMatches.of("the cat sat on the mat", List.of("the cat sat on a mat", "a cat was there"), false),
            TextMatches.of("", List.of("something"), false),
            TextMatches.of("我们回家了。", List.of("我们去了。"), false),
            TextMatches.of("one\ntwo three", List.of("two three\none"), false),
            TextMatches.of("same", List.of("same"), true));

    @Test
    void aSumDoesNotDependOnItsOrder() {
        List<TextMatches> backwards = new ArrayList<>(CORPUS);
        Collections.reverse(backwards);
        assertThat(TextMatches.sum(backwards).scores())
                .isEqualTo(TextMatches.sum(CORPUS).scores());
    }

    @Test
    void talliesAreTheSameNumbers() {
        TextMatches sum = TextMatches.sum(CORPUS);
        assertThat(TextMatches.of(sum.tallies()).scores()).isEqualTo(sum.scores());
        assertThat(sum.scores().keySet()).containsExactlyElementsOf(Metric.OF_TEXTS);
        assertThat(sum.scores()).containsEntry(Metric.EXACT_MATCH, 0.2);
    }

    @Test
    void whatIsRightIsWhole() {
        var scores = TextMatches.of("four words are enough", List.of("four words are enough"), true)
                .scores();
        scores.forEach((metric, score) -> assertThat(score)
                .as(metric.word())
                .isCloseTo(metric.word().matches("bleu.*|chrf.*") ? 100 : 1, within(1e-9)));
    }

    @Test
    void ofNoTextThereIsNoScore() {
        assertThat(TextMatches.sum(List.of()).scores().values()).allMatch(score -> Double.isNaN(score));
    }

    @Test
    void aWordOfAnotherWritingIsNoneOfRouge() {
        var scores = TextMatches.of("日本", List.of("日本"), true).scores();
        assertThat(scores).containsEntry(Metric.ROUGE1, 0.0).containsEntry(Metric.EXACT_MATCH, 1.0);
    }
}
