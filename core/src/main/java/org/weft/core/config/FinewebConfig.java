package org.weft.core.config;

import java.io.Serializable;

/** Thresholds of FineWeb's own rules. */
public record FinewebConfig(
        @Doc("fineweb.line_punctuation: the smallest share of lines that end a sentence.")
        double minLinePunctuation,

        @Doc("fineweb.short_lines: the largest share of short lines.")
        double maxShortLines,

        @Doc("fineweb.short_lines: characters of the longest short line.")
        int shortLineLength,

        @Doc("fineweb.duplicate_characters: the largest share of characters in lines that stood before.")
        double maxDuplicateCharacters,

        @Doc("fineweb.newlines: the most line ends for a word.")
        double maxNewlines)
        implements Serializable {

    static FinewebConfig defaults() {
        return new FinewebConfig(0.12, 0.67, 30, 0.01, 0.3);
    }

    void validate(Problems problems) {
        CleanConfig.requireShare(problems, "corpus.clean.fineweb.min_line_punctuation", minLinePunctuation);
        CleanConfig.requireShare(problems, "corpus.clean.fineweb.max_short_lines", maxShortLines);
        problems.require(
                shortLineLength >= 0,
                "corpus.clean.fineweb.short_line_length=%d must not be negative",
                shortLineLength);
        CleanConfig.requireShare(problems, "corpus.clean.fineweb.max_duplicate_characters", maxDuplicateCharacters);
        problems.require(maxNewlines >= 0, "corpus.clean.fineweb.max_newlines=%s must not be negative", maxNewlines);
    }
}
