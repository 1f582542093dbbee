package org.weft.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class SuggestionTest {
    @Test
    void countsInsertionsDeletionsAndSubstitutions() {
        assertThat(Suggestion.edits("", "abc")).isEqualTo(3);
        assertThat(Suggestion.edits("steps", "steps")).isZero();
        assertThat(Suggestion.edits("kitten", "sitting")).isEqualTo(3);
    }

    @Property(tries = 200)
    void distanceIsAMetric(
            @ForAll @AlphaChars @StringLength(max = 8) String a,
            @ForAll @AlphaChars @StringLength(max = 8) String b,
            @ForAll @AlphaChars @StringLength(max = 8) String c) {
        assertThat(Suggestion.edits(a, b)).isEqualTo(Suggestion.edits(b, a));
        assertThat(Suggestion.edits(a, b) == 0).isEqualTo(a.equals(b));
        assertThat(Suggestion.edits(a, c)).isLessThanOrEqualTo(Suggestion.edits(a, b) + Suggestion.edits(b, c));
    }

    @Test
    void suggestsOnlyWhatIsNear() {
        List<String> known = List.of("width", "heads");
        assertThat(Suggestion.among(known, "widht")).isEqualTo("; did you mean width?");
        assertThat(Suggestion.among(known, "hd")).isEqualTo("; known are width, heads");
    }
}
