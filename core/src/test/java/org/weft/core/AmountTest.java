package org.weft.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AmountTest {
    @Test
    void onlyOneIsSingular() {
        assertThat(Amount.of(1, "row")).isEqualTo("1 row");
        assertThat(Amount.of(0, "row")).isEqualTo("0 rows");
        assertThat(Amount.of(40, "row")).isEqualTo("40 rows");
    }
}
