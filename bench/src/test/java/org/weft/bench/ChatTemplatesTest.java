package org.weft.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The bench of chat templates, over the two that tuning's tests have. */
class ChatTemplatesTest {
    private static final String GOLDEN = "../tuning/src/test/resources/org/weft/tuning/chat/templates";

    @Test
    void templatesAreCompared() throws Exception {
        assertThat(Printed.by(() -> ChatTemplates.main(new String[] {GOLDEN, GOLDEN})))
                .isEqualTo("{equal=39, equal, places too=35, refused by both=6}%n".formatted());
    }
}
