package org.weft.core.config;

import java.io.Serializable;
import java.util.List;

/** Evaluations that a corpus must not give away. */
public record DecontaminationConfig(
        @Doc("Files, directories or globs of evaluations: .jsonl and .json by the texts of each row, others line by"
                + " line. Documents that share words with one are removed and listed; empty for none.")
        List<String> against,

        @Doc("Words in a row (characters in scripts without spaces) that a document may not share with an evaluation.")
        int ngram,

        @Doc("An evaluation's text of fewer words than corpus.decontaminate.ngram is looked for as a whole where it"
                + " has at least as many.")
        int leastWords)
        implements Serializable {

    private static final int MOST_UNITS = 100;

    /** No evaluation is named. */
    public static DecontaminationConfig defaults() {
        return new DecontaminationConfig(List.of(), 13, 8);
    }

    void validate(Problems problems) {
        DecontaminationConfig none = defaults();
        problems.requireUse(
                !against.isEmpty() || (ngram == none.ngram && leastWords == none.leastWords),
                "corpus.decontaminate.ngram and least_words are of corpus.decontaminate.against, which names nothing");
        problems.require(
                ngram >= 1 && ngram <= MOST_UNITS,
                "corpus.decontaminate.ngram=%d must be in [1, %d]",
                ngram,
                MOST_UNITS);
        problems.require(
                leastWords >= 1 && leastWords <= ngram,
                "corpus.decontaminate.least_words=%d must be in [1, ngram=%d]",
                leastWords,
                ngram);
    }
}
