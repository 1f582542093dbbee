package org.weft.core.config;

import java.io.Serializable;

/** Which documents of a corpus say what another one says. */
public record DeduplicationConfig(
        @Doc("Documents that are dropped as equal to another: bytes, the same text; normalized, also what differs"
                + " in case, white space, punctuation or composed letters alone.")
        Exact exact,

        @Doc("Documents that are dropped as nearly equal to another: off; minhash, those found by min-hashing whose"
                + " Jaccard similarity, always computed, reaches corpus.deduplicate.threshold.")
        Near near,

        @Doc("Jaccard similarity of the documents' shingles from which on they are near duplicates.")
        double threshold,

        @Doc("Words of a shingle; in scripts without spaces, characters.")
        int ngram,

        @Doc("Size of a document's sketch; more find more of what is near the threshold, and take more time.")
        int permutations,

        @Doc("Bands that a sketch is cut into; 0: what suits threshold and permutations.")
        int bands,

        @Doc("Rows of a band; 0 where corpus.deduplicate.bands is 0.")
        int rows,

        @Doc("Which document of near or normalized duplicates stays: longest, of these the one of the smallest key;"
                + " first, the one of the smallest key.")
        Keep keep,

        @Doc("Lines of five words or more that stand in more documents than this are taken out of all of them, before "
                + "documents are compared; 0 for none.")
        int repeatedLines)
        implements Serializable {

    /** What equal means. */
    public enum Exact implements Word {
        BYTES,
        NORMALIZED
    }

    /** How near duplicates are found. */
    public enum Near implements Word {
        OFF,
        MINHASH
    }

    /** Which one stays. */
    public enum Keep implements Word {
        LONGEST,
        FIRST
    }

    private static final int MOST_UNITS = 100;
    private static final int MOST_PERMUTATIONS = 1024;
    private static final int MOST_DOCUMENTS = 100_000;

    /** Equal texts are kept once, and nothing else is dropped. */
    public static DeduplicationConfig defaults() {
        return without(Exact.BYTES, Keep.LONGEST, 0);
    }

    /** No search for near duplicates. */
    private static DeduplicationConfig without(Exact exact, Keep keep, int repeatedLines) {
        return new DeduplicationConfig(exact, Near.OFF, 0.8, 5, 128, 0, 0, keep, repeatedLines);
    }

    void validate(Problems problems) {
        String section = "corpus.deduplicate.";
        problems.require(
                near != Near.OFF || equals(without(exact, keep, repeatedLines)),
                section + "threshold, ngram, permutations, bands and rows are for near=minhash");
        problems.requireUse(
                keep == Keep.LONGEST || exact == Exact.NORMALIZED || near != Near.OFF,
                section + "keep=%s is for exact=normalized or near=minhash: equal bytes are one text",
                keep.word());
        problems.require(threshold > 0 && threshold <= 1, section + "threshold=%s must be in (0, 1]", threshold);
        problems.require(ngram >= 1 && ngram <= MOST_UNITS, section + "ngram=%d must be in [1, %d]", ngram, MOST_UNITS);
        problems.require(
                permutations >= 1 && permutations <= MOST_PERMUTATIONS,
                section + "permutations=%d must be in [1, %d]",
                permutations,
                MOST_PERMUTATIONS);
        problems.require(
                repeatedLines >= 0 && repeatedLines <= MOST_DOCUMENTS,
                section + "repeated_lines=%d must be in [0, %d]",
                repeatedLines,
                MOST_DOCUMENTS);
        problems.require(
                bands >= 0 && rows >= 0 && (bands == 0) == (rows == 0),
                section + "bands=%d and rows=%d must both be given, or neither",
                bands,
                rows);
        problems.require(
                bands <= MOST_PERMUTATIONS && rows <= MOST_PERMUTATIONS && bands * rows <= permutations,
                section + "bands=%d times rows=%d must be at most permutations=%d",
                bands,
                rows,
                permutations);
    }
}
