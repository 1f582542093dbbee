package org.weft.core.scores.text;

/**
 * Places of a vector of whole numbers, three each: what matches, what was said, and what is right. A view: the vector is its
 * owner's.
 *
 * <pre>
 *   first * 3                                   (first + places) * 3
 *   | matches | said | right | matches | said | right | ...
 * </pre>
 *
 * @param first place
 */
record Counts(long[] values, int first) {
    static final int WIDTH = 3;

    long matches(int place) {
        return values[(first + place) * WIDTH];
    }

    long said(int place) {
        return values[(first + place) * WIDTH + 1];
    }

    long right(int place) {
        return values[(first + place) * WIDTH + 2];
    }

    void put(int place, long matches, long said, long right) {
        int at = (first + place) * WIDTH;
        values[at] = matches;
        values[at + 1] = said;
        values[at + 2] = right;
    }
}
