package org.weft.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Halves of pairs become U+FFFD; pairs and everything else stay. */
class UnpairedSurrogatesTest {
    @Test
    void theFirstHalfThatStandsAloneIsFound() {
        assertThat(UnpairedSurrogates.first("")).isEqualTo(-1);
        assertThat(UnpairedSurrogates.first("a\uD83D\uDC4Db\uFFFF\0")).isEqualTo(-1);
        assertThat(UnpairedSurrogates.first("a\uD83D")).isEqualTo(1);
        assertThat(UnpairedSurrogates.first("\uDC4D\uD83D")).isZero();
        assertThat(UnpairedSurrogates.first("\uD83D\uD83D\uDC4D")).isZero();
        assertThat(UnpairedSurrogates.first("\uD83D\uDC4D\uDC4D")).isEqualTo(2);
    }

    @Test
    void halvesAreReplacedAndCounted() {
        String well = "a\uD83D\uDC4Db \uFFFD";
        assertThat(UnpairedSurrogates.count(well)).isZero();
        assertThat(UnpairedSurrogates.replaced(well)).isSameAs(well);
        String odd = "\uDC4D\uD83D\uD83D\uDC4D\uD83D";
        assertThat(UnpairedSurrogates.count(odd)).isEqualTo(3);
        assertThat(UnpairedSurrogates.replaced(odd)).isEqualTo("\uFFFD\uFFFD\uD83D\uDC4D\uFFFD");
    }
}
