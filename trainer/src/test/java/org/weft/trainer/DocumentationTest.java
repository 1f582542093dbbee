package org.weft.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the documentation points at is there: a class that moves takes the reader along. */
class DocumentationTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    @Test
    void everyLinkLeadsSomewhere() throws IOException {
        assertThat(Links.broken(
                        ROOT,
                        List.of(
                                ROOT.resolve("docs"),
                                ROOT.resolve("deploy"),
                                ROOT.resolve("examples"),
                                ROOT.resolve("bench"))))
                .isEmpty();
    }
}
