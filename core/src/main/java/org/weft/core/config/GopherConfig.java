package org.weft.core.config;

import java.io.Serializable;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Thresholds of MassiveText's rules. */
public record GopherConfig(
        @Doc("gopher.words: the fewest words.") int minWords,

        @Doc("gopher.words: the most words, in scripts without spaces characters.")
        int maxWords,

        @Doc("gopher.words: the fewest characters of a document in a script without spaces, in place of min_words.")
        int minCharacters,

        @Doc("gopher.word_length: the shortest mean length of words.")
        double minMeanWordLength,

        @Doc("gopher.word_length: the longest mean length of words.")
        double maxMeanWordLength,

        @Doc("gopher.symbols: the most # for a word, and the most ellipses for a word.")
        double maxSymbolRatio,

        @Doc("gopher.bullets: the largest share of lines that begin with a bullet.")
        double maxBulletLines,

        @Doc("gopher.ellipses: the largest share of lines that end with an ellipsis.")
        double maxEllipsisLines,

        @Doc("gopher.alphabetic: the smallest share of words with a letter.")
        double minAlphabeticWords,

        @Doc("gopher.stop_words: how many of stop_words have to occur.")
        int minStopWords,

        @Doc("gopher.stop_words: words that any text of the language has, in lower case; those of English by default, "
                + "which documents of other scripts, or found to be of another language, need not have.")
        List<String> stopWords,

        @Doc("gopher.duplicate_lines: the largest share of lines that stood before.")
        double maxDuplicateLines,

        @Doc("gopher.duplicate_lines: the largest share of characters in such lines.")
        double maxDuplicateLineCharacters,

        @Doc("gopher.duplicate_paragraphs: the largest share of paragraphs that stood before.")
        double maxDuplicateParagraphs,

        @Doc("gopher.duplicate_paragraphs: the largest share of characters in such paragraphs.")
        double maxDuplicateParagraphCharacters,

        @Doc("gopher.top_ngrams: for n words in a row, the largest share of characters in the most frequent of them.")
        List<NgramLimit> topNgrams,

        @Doc(
                "gopher.duplicate_ngrams: for n words in a row, the largest share of characters in those that stood before.")
        List<NgramLimit> duplicateNgrams)
        implements Serializable {

    /** MassiveText's, of English. */
    public static final List<String> ENGLISH = List.of("the", "be", "to", "of", "and", "that", "have", "with");

    private static final int LONGEST_NGRAM = 32;

    /** A share that depends on a number of words. */
    public record NgramLimit(
            @Doc("Words in a row.") int n,
            @Doc("The largest share.") double max) implements Serializable {
        static NgramLimit defaults() {
            return new NgramLimit(2, 1);
        }
    }

    static GopherConfig defaults() {
        return new GopherConfig(
                50,
                100_000,
                10,
                3,
                10,
                0.1,
                0.9,
                0.3,
                0.8,
                2,
                ENGLISH,
                0.3,
                0.2,
                0.3,
                0.2,
                List.of(new NgramLimit(2, 0.2), new NgramLimit(3, 0.18), new NgramLimit(4, 0.16)),
                List.of(
                        new NgramLimit(5, 0.15),
                        new NgramLimit(6, 0.14),
                        new NgramLimit(7, 0.13),
                        new NgramLimit(8, 0.12),
                        new NgramLimit(9, 0.11),
                        new NgramLimit(10, 0.1)));
    }

    void validate(Problems problems) {
        String section = "corpus.clean.gopher.";
        problems.require(
                0 <= minWords && minWords <= maxWords,
                section + "min_words=%d must be in [0, max_words=%d]",
                minWords,
                maxWords);
        problems.require(
                0 <= minCharacters && minCharacters <= maxWords,
                section + "min_characters=%d must be in [0, max_words=%d]",
                minCharacters,
                maxWords);
        problems.require(
                0 <= minMeanWordLength && minMeanWordLength <= maxMeanWordLength,
                section + "min_mean_word_length=%s must be in [0, max_mean_word_length=%s]",
                minMeanWordLength,
                maxMeanWordLength);
        problems.require(maxSymbolRatio >= 0, section + "max_symbol_ratio=%s must not be negative", maxSymbolRatio);
        CleanConfig.requireShare(problems, section + "max_bullet_lines", maxBulletLines);
        CleanConfig.requireShare(problems, section + "max_ellipsis_lines", maxEllipsisLines);
        CleanConfig.requireShare(problems, section + "min_alphabetic_words", minAlphabeticWords);
        problems.require(
                0 <= minStopWords && minStopWords <= stopWords.size(),
                section + "min_stop_words=%d must be in [0, %d], the number of stop_words=%s",
                minStopWords,
                stopWords.size(),
                stopWords);
        CleanConfig.requireShare(problems, section + "max_duplicate_lines", maxDuplicateLines);
        CleanConfig.requireShare(problems, section + "max_duplicate_line_characters", maxDuplicateLineCharacters);
        CleanConfig.requireShare(problems, section + "max_duplicate_paragraphs", maxDuplicateParagraphs);
        CleanConfig.requireShare(
                problems, section + "max_duplicate_paragraph_characters", maxDuplicateParagraphCharacters);
        validate(problems, section + "top_ngrams", topNgrams);
        validate(problems, section + "duplicate_ngrams", duplicateNgrams);
    }

    private static void validate(Problems problems, String key, List<NgramLimit> limits) {
        Set<Integer> seen = new TreeSet<>();
        for (NgramLimit limit : limits) {
            problems.require(
                    limit.n() >= 1 && limit.n() <= LONGEST_NGRAM,
                    "%s: n=%d must be in [1, %d]",
                    key,
                    limit.n(),
                    LONGEST_NGRAM);
            CleanConfig.requireShare(problems, key + ": max of n=" + limit.n(), limit.max());
            problems.require(seen.add(limit.n()), "%s: n=%d stands there twice", key, limit.n());
        }
    }
}
