package org.weft.tuning.suite;

import java.util.Locale;

/** A metric and how documents' values become one: each document has a value and a weight. */
public enum SuiteMetric {
    /** Whether the likeliest answer is the right one; of one answer, whether each of its tokens is the likeliest. */
    ACC("mean", true),
    /** The same of likelihoods divided by the answers' characters (code points). */
    ACC_NORM("mean", true),
    /** The same of likelihoods divided by the answers' bytes in UTF-8. */
    ACC_BYTES("mean", true),
    /** Of an answer, not of a token. */
    PERPLEXITY("perplexity", false),
    WORD_PERPLEXITY("weighted_perplexity", false),
    BYTE_PERPLEXITY("weighted_perplexity", false),
    BITS_PER_BYTE("bits_per_byte", false);

    private final String aggregation;
    private final boolean higherIsBetter;

    SuiteMetric(String aggregation, boolean higherIsBetter) {
        this.aggregation = aggregation;
        this.higherIsBetter = higherIsBetter;
    }

    /** As YAML has it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The harness's name for how values become one. */
    public String aggregation() {
        return aggregation;
    }

    public boolean higherIsBetter() {
        return higherIsBetter;
    }

    /** Whether it is a plain mean over documents, whose standard error has a closed form. */
    boolean mean() {
        return aggregation.equals("mean");
    }

    /** One number of the sums of documents' values and weights. */
    double of(double values, double weights) {
        double mean = values / weights;
        return switch (this) {
            case ACC, ACC_NORM, ACC_BYTES -> mean;
            case PERPLEXITY, WORD_PERPLEXITY, BYTE_PERPLEXITY -> Math.exp(-mean);
            case BITS_PER_BYTE -> -mean / Math.log(2);
        };
    }
}
