package org.weft.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

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
}
