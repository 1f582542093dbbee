package org.weft.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Python's white space at the ends of texts. */
class BlanksTest {
    private static final Pattern PYTHONS = Pattern.compile("[\\t-\\r\\x1c- \\x85\\p{Z}]");

    @Test
    void charactersAreThosePythonStrips() {
        for (int each = 0; each <= Character.MAX_VALUE; each++) {
            assertThat(Blanks.isBlank((char) each))
                    .as("%04x", each)
                    .isEqualTo(PYTHONS.matcher(String.valueOf((char) each)).matches());
        }
    }

    @Test
    void endsAloneAreStripped() {
        assertThat(Blanks.stripped("\u3000\n a \u00a0 b\u200b\u001c\u2028")).isEqualTo("a \u00a0 b\u200b");
        assertThat(Blanks.strippedEnd(" a\u0085\t")).isEqualTo(" a");
        assertThat(Blanks.stripped(" \t ")).isEmpty();
        assertThat(Blanks.stripped("")).isEmpty();
    }

    @Test
    @Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aLongRunWithinATextTakesNoTime() {
        String text = "a" + " ".repeat(1_000_000) + "b";
        assertThat(Blanks.stripped(" " + text + " ")).isEqualTo(text);
    }
}
