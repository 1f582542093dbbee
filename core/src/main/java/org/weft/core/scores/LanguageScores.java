package org.weft.core.scores;

/**
 * How well a model foretells the tokens of a text.
 *
 * @param loss nats a token
 * @param bitsPerByte of the text in UTF-8; NaN where the loss says nothing of some of its tokens
 * @param tokens that were predicted
 */
public record LanguageScores(double loss, double bitsPerByte, long tokens) {

    /** Among so many tokens, all as likely, the model is as unsure as it is here. */
    public double perplexity() {
        return perplexity(loss);
    }

    /** @param loss nats a token */
    public static double perplexity(double loss) {
        return Math.exp(loss);
    }

    /** Bits of information that so many nats are. */
    public static double bits(double nats) {
        return nats / Math.log(2);
    }
}
