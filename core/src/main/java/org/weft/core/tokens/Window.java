package org.weft.core.tokens;

/**
 * What T positions of a sequence hold, and the token after each:
 *
 * <pre>
 *   tokens    a0 a1 a2 &lt;/s&gt; b0 b1 &lt;/s&gt; -- | --      T = 8, length = 7, breaks = 4 7
 *   predicts  a1 a2 &lt;/s&gt; -  b1 &lt;/s&gt; -   -
 * </pre>
 *
 * @param tokens (T + 1); 0 where there is none
 * @param length positions that hold a token; after them it is filled up
 * @param breaks in rising order the positions, T among them, at which something else begins than what stands before: the token
 *     there is not to be predicted; empty where documents are not told apart
 */
public record Window(int[] tokens, int length, int[] breaks) {
    private static final int[] NONE = {};

    /** Text without end in which documents are not told apart. */
    public static Window whole(int[] tokens) {
        return new Window(tokens, tokens.length - 1, NONE);
    }

    /** T. */
    public int context() {
        return tokens.length - 1;
    }
}
