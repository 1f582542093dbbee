package org.weft.core.model;

/**
 * What was predicted of one of a task's classes against what is true. A span is class 0: it was predicted rightly where
 * both of its ends were.
 *
 * @param of index of the class
 * @param right how often it was predicted where it was there
 * @param predicted how often it was predicted
 * @param there how often it was there
 */
public record ClassTally(int of, long right, long predicted, long there) {

    /** Both together, of the same class. */
    public ClassTally plus(ClassTally other) {
        return new ClassTally(of, right + other.right, predicted + other.predicted, there + other.there);
    }
}
