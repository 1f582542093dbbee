package org.weft.tuning.task;

import org.weft.core.examples.Example;

/**
 * A row as an example, with what is needed to say what the model's outputs mean.
 *
 * @param truncated whether a part of the row was cut off
 * @param leftOut whether nothing can be learnt of it
 * @param anchors tokens: for each word the position of its first token; qa: for each of T positions the first character
 *     of the passage that its token stands for and the one after the last (T, 2); -1 where there is none. Null otherwise.
 */
public record Encoded(Example example, boolean truncated, boolean leftOut, int[] anchors) {

    static Encoded of(Example example, boolean truncated) {
        return new Encoded(example, truncated, false, null);
    }
}
