package org.weft.trainer.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class WordNetFormatTest {
    @Test
    void readsWordsWithSpacesAndTheGloss() {
        String line = "02086723 05 n 03 dog 0 domestic_dog 0 Canis_familiaris 0 001 @ 02085998 n 0000 | a member; "
                + "\"the dog barked\"  ";

        assertThat(WordNetFormat.parse(line))
                .hasToString("dog, domestic dog, Canis familiaris: a member; \"the dog barked\"");
    }

    @Test
    void countsWordsInHexadecimal() {
        StringBuilder line = new StringBuilder("00000001 00 n 0b");
        for (int i = 0; i < 11; i++) {
            line.append(" w").append(i).append(" 0");
        }
        line.append(" 000 | eleven");

        assertThat(WordNetFormat.parse(line.toString()).lemmas()).hasSize(11).endsWith("w10");
    }

    @Test
    void dropsTheMarkerOfAnAdjective() {
        assertThat(WordNetFormat.parse("00000001 00 a 02 galore(ip) 0 awash(p) 0 000 | in plenty"))
                .hasToString("galore, awash: in plenty");
    }

    @Test
    void keepsABarInsideTheGloss() {
        assertThat(WordNetFormat.parse("00000001 00 n 01 or 0 000 | written a | b")
                        .gloss())
                .isEqualTo("written a | b");
    }

    @Test
    void knowsTheLicence() {
        assertThat(WordNetFormat.isLicence("  1 This software and database is being provided"))
                .isTrue();
        assertThat(WordNetFormat.isLicence("00001740 03 n 01 entity 0 000 | that which is"))
                .isFalse();
    }

    @Test
    void rejectsWhatIsNoSynset() {
        assertThatThrownBy(() -> WordNetFormat.parse("00000001 00 n 01 word 0 000"))
                .hasMessage("no gloss in: 00000001 00 n 01 word 0 000");
        assertThatThrownBy(() -> WordNetFormat.parse("a | b")).hasMessage("no words in: a | b");
        assertThatThrownBy(() -> WordNetFormat.parse("00000001 00 n 03 word 0 000 | b"))
                .hasMessage("fewer than 3 words in: 00000001 00 n 03 word 0 000 | b");
    }
}
