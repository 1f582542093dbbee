package org.weft.core.scores;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.model.ClassTally;

/** Scores from counts, by hand. */
class ScoresTest {
    @Test
    void averagesAreOverAllClassesOrThosePresent() {
        MatchCounts counts = MatchCounts.of(3, List.of(new ClassTally(0, 1, 2, 4), new ClassTally(1, 3, 3, 3)));
        assertThat(counts.of(0)).isEqualTo(new Scores(0.5, 0.25, 1 / 3.0, 4));
        assertThat(counts.of(2)).isEqualTo(new Scores(0, 0, 0, 0));
        assertThat(counts.micro().precision()).isEqualTo(4 / 5.0);
        assertThat(counts.micro().recall()).isEqualTo(4 / 7.0);
        assertThat(counts.macro().precision()).isEqualTo(1.5 / 3);
        assertThat(counts.present().macro().precision()).isEqualTo(1.5 / 2);
        assertThat(counts.present().weighted().recall()).isEqualTo((4 * 0.25 + 3) / 7);
    }

    @Test
    void aModelThatKnowsNothingIsAsUnsureAsThereAreTokens() {
        LanguageScores none = new LanguageScores(Math.log(512), Double.NaN, 10);
        assertThat(none.perplexity()).isCloseTo(512, within(1e-9));
        assertThat(LanguageScores.bits(Math.log(512))).isCloseTo(9, within(1e-12));
    }
}
