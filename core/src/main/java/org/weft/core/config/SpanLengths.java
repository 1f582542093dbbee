package org.weft.core.config;

/**
 * How long both sides of a sequence are of which spans are cut out, as T5's code counts it
 * ({@code compute_input_and_target_lengths}): the longest text whose first side, with a token for each span and one that ends it,
 * fills the context. Half a token is rounded to an even number, as Python does it.
 *
 * @param tokens of the text
 * @param noise of them, those that are cut out
 * @param spans that they are of
 */
public record SpanLengths(int tokens, int noise, int spans) {
    /** A token more is at most one more that is cut out and one more span. */
    private static final int STEP = 2;

    /**
     * Where hardly a token is left of a text, what is written passes the context long before what is read does: the text is then one
     * that does not fit, however it is cut.
     *
     * @param context T, tokens that are read
     * @param density part of the text that is cut out
     * @param meanSpan tokens of a span, on the average
     */
    static SpanLengths of(int context, double density, double meanSpan) {
        SpanLengths lengths = ofText(context, density, meanSpan);
        while (lengths.tokens > 2
                && lengths.source() > context) { // of few tokens, whose span is shorter than what stands for it
            lengths = ofText(lengths.tokens - 1, density, meanSpan);
        }
        while (lengths.target() <= context + STEP) {
            SpanLengths longer = ofText(lengths.tokens + 1, density, meanSpan);
            if (longer.source() > context) {
                break;
            }
            lengths = longer;
        }
        boolean half = density == 0.5 && lengths.target() > lengths.source();
        return half ? ofText(lengths.tokens - 1, density, meanSpan) : lengths;
    }

    /** At least one token is cut out and one is left, in at least one span. */
    private static SpanLengths ofText(int tokens, double density, double meanSpan) {
        int noise = (int) Math.min(Math.max(Math.rint(tokens * density), 1), Math.max(tokens - 1, 1));
        int spans = (int) Math.max(Math.rint(noise / meanSpan), 1);
        return new SpanLengths(tokens, noise, Math.min(spans, Math.max(1, Math.min(noise, tokens - noise))));
    }

    /** Tokens that are read: what is left, a token for each span, and the end. */
    public int source() {
        return tokens - noise + spans + 1;
    }

    /** Tokens that are written: each span after its token, and the end. */
    public int target() {
        return noise + spans + 1;
    }
}
