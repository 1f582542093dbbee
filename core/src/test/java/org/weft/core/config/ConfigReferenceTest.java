package org.weft.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConfigReferenceTest {
    private static final Path PAGE = Path.of("..", "docs", "configuration.md");

    /** Writes the page anew where {@code -Dweft.docs.update=true} is given. */
    @Test
    void thePageIsWhatTheRecordsSay() throws IOException {
        String generated = ConfigReference.markdown();
        if (Boolean.getBoolean("weft.docs.update")) {
            Files.writeString(PAGE, generated);
        }
        assertThat(PAGE)
                .as("docs/configuration.md; to write it anew: ./mvnw -q -pl core test"
                        + " -Dtest=ConfigReferenceTest -Dweft.docs.update=true")
                .exists()
                .content()
                .isEqualTo(generated);
    }

    @Test
    void describesEveryKeyWithItsDefault() {
        assertThat(ConfigReference.markdown())
                .contains("\n## training\n\nThe optimization.\n")
                .contains("| `training.learning_rate` | `6.0E-4` | Peak learning rate. |")
                .contains("| `cluster.master` | `\"\"` | Spark master")
                .contains("| `checkpoint.keep` | `3` |");
    }

    @Test
    void everyWordOfAClosedSetIsDescribedWhereItIsSet() {
        for (RecordComponent section : WeftConfig.class.getRecordComponents()) {
            for (RecordComponent key : section.getType().getRecordComponents()) {
                if (Word.class.isAssignableFrom(key.getType())) {
                    assertThat(key.getAnnotation(Doc.class).value())
                            .as(section.getName() + "." + key.getName())
                            .contains(Word.all(key.getType().asSubclass(Word.class)));
                }
            }
        }
    }
}
