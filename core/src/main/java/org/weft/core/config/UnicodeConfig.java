package org.weft.core.config;

import java.io.Serializable;

/** Thresholds of the rules about characters. */
public record UnicodeConfig(
        @Doc("unicode.replacements: the largest share of U+FFFD, which stands where a character could not be read, "
                + "among a document's characters.")
        double maxReplacements,

        @Doc("unicode.mojibake: the largest share of characters that are UTF-8 read as another encoding (Ã© for é); 1 "
                + "to count alone.")
        double maxMojibake)
        implements Serializable {

    static UnicodeConfig defaults() {
        return new UnicodeConfig(0.001, 1);
    }

    void validate(Problems problems) {
        CleanConfig.requireShare(problems, "corpus.clean.unicode.max_replacements", maxReplacements);
        CleanConfig.requireShare(problems, "corpus.clean.unicode.max_mojibake", maxMojibake);
    }
}
