package org.weft.core.config;

import java.io.Serializable;

/** Thresholds of C4's rules. */
public record C4Config(
        @Doc("c4.sentences: the fewest sentences.") int minSentences,

        @Doc("c4.short_lines: the fewest words of a line that is kept, in scripts without spaces characters.")
        int minWordsPerLine,

        @Doc("c4.long_words: the most characters of a word of a line that is kept.")
        int maxWordLength,

        @Doc(
                "c4.bad_words: a file with a word or phrase a line, on any Hadoop file system; documents that have one are "
                        + "dropped.")
        String badWordsFile)
        implements Serializable {

    static C4Config defaults() {
        return new C4Config(5, 3, 1000, "");
    }

    void validate(Problems problems) {
        problems.require(minSentences >= 0, "corpus.clean.c4.min_sentences=%d must not be negative", minSentences);
        problems.require(
                minWordsPerLine >= 0, "corpus.clean.c4.min_words_per_line=%d must not be negative", minWordsPerLine);
        problems.require(maxWordLength >= 1, "corpus.clean.c4.max_word_length=%d must be at least 1", maxWordLength);
    }
}
