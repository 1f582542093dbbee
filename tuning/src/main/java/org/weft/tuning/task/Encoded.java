package org.weft.tuning.task;

import java.util.Arrays;
import org.weft.core.examples.Example;

/**
 * A row as an example, with what is needed to say what the model's outputs mean.
 *
 * @param truncated whether a part of the row was cut off
 * @param leftOutBecause why nothing can be learnt of it: ends the sentence "3 rows left out: ..."; null where something can
 * @param anchors tokens: for each word the position of its first token, or why it has none; qa: for each of T positions the
 *     first character of the passage that its token stands for and the one after the last (T, 2), -1 where there is none.
 *     Null otherwise.
 */
public record Encoded(Example example, boolean truncated, String leftOutBecause, int[] anchors) {
    /** What is too long has lost all that there was to learn. */
    static final String CUT = "nothing to learn is left within dataset.max_length";

    /** Whether nothing can be learnt of the row. */
    public boolean leftOut() {
        return leftOutBecause != null;
    }

    /** Whether nothing tells them apart, neither what is read nor what is to be learnt. */
    boolean sameAs(Encoded other) {
        return Arrays.equals(example.tokens(), other.example.tokens())
                && Arrays.equals(example.targets(), other.example.targets());
    }

    static Encoded of(Example example, boolean truncated) {
        return new Encoded(example, truncated, null, null);
    }
}
