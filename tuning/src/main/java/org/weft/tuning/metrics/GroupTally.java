package org.weft.tuning.metrics;

/**
 * Counts of rows by group and class, from which shares and rates follow. Owned by one thread.
 *
 * <p>G groups, K classes.
 */
final class GroupTally {
    private final Decisions decisions;
    private final long[] rows; // (G)
    private final long[] right; // (G)
    private final long[][] truly; // (G, K)
    private final long[][] said; // (G, K)
    private final long[][] both; // (G, K)

    GroupTally(Decisions decisions, int groups) {
        int classes = decisions.names().size();
        this.decisions = decisions;
        rows = new long[groups];
        right = new long[groups];
        truly = new long[groups][classes];
        said = new long[groups][classes];
        both = new long[groups][classes];
    }

    void add(int group, int row) {
        rows[group]++;
        right[group] += decisions.right()[row] ? 1 : 0;
        for (int of : decisions.truly()[row]) {
            truly[group][of]++;
        }
        for (int taken : decisions.said()[row]) {
            said[group][taken]++;
            for (int of : decisions.truly()[row]) {
                both[group][taken] += of == taken ? 1 : 0;
            }
        }
    }

    long rows(int group) {
        return rows[group];
    }

    /** Rows of a group that are of a class. */
    long positives(int group, int of) {
        return truly[group][of];
    }

    /** Rows of a group that are not. */
    long negatives(int group, int of) {
        return rows[group] - truly[group][of];
    }

    /** NaN, as all others, of no rows. */
    double accuracy(int group) {
        return (double) right[group] / rows[group];
    }

    /** The share that was taken for a class. */
    double selectionRate(int group, int of) {
        return (double) said[group][of] / rows[group];
    }

    /** Of the rows of a class, the share that was taken for it: its recall. */
    double truePositiveRate(int group, int of) {
        return (double) both[group][of] / truly[group][of];
    }

    /** Of the rows of other classes, the share that was taken for it. */
    double falsePositiveRate(int group, int of) {
        return (double) (said[group][of] - both[group][of]) / negatives(group, of);
    }
}
