package org.weft.core.optim;

/**
 * Which are the least of many unsigned numbers, found in two passes by their upper and their lower halves.
 *
 * @param largest of the least
 * @param equal how many of those that are equal to it are among them
 */
record LeastKeys(int largest, int equal) {
    private static final int HALF = 16;
    private static final int VALUES = 1 << HALF;

    /**
     * @param count at least 1, at most as many as there are
     */
    static LeastKeys of(int[] keys, int count) {
        int[] upper = new int[VALUES];
        for (int key : keys) {
            upper[key >>> HALF]++;
        }
        int left = count;
        int high = 0;
        while (upper[high] < left) {
            left -= upper[high++];
        }
        int[] lower = new int[VALUES];
        for (int key : keys) {
            if (key >>> HALF == high) {
                lower[key & VALUES - 1]++;
            }
        }
        int low = 0;
        while (lower[low] < left) {
            left -= lower[low++];
        }
        return new LeastKeys(high << HALF | low, left);
    }
}
