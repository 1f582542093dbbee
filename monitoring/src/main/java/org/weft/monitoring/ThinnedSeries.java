package org.weft.monitoring;

import java.util.Arrays;

/**
 * A curve of any length in bounded memory: neighbours share a place, and twice as many do whenever places run out. Each place
 * keeps the mean of x and y and the largest y. Points come in ascending order of x, and again lower where a run goes back. For one
 * thread at a time.
 */
public final class ThinnedSeries {
    /** Places; at least half of them are in use once there were so many points. */
    public static final int MOST = 600;

    private final double[] sumX = new double[MOST];
    private final double[] sumY = new double[MOST];
    private final double[] mostY = new double[MOST];
    private final int[] counts = new int[MOST];
    private int used;
    /** Points that share a place. */
    private long share = 1;

    private long points;
    private double last = Double.NaN;

    /** Adds a point; one that is not finite is left out. */
    public void add(double x, double y) {
        if (!Double.isFinite(y)) {
            return;
        }
        points++;
        last = y;
        if (used == 0 || counts[used - 1] >= share) {
            if (used == MOST) {
                halve();
            }
            if (used == 0 || counts[used - 1] >= share) {
                mostY[used] = Double.NEGATIVE_INFINITY;
                used++;
            }
        }
        sumX[used - 1] += x;
        sumY[used - 1] += y;
        mostY[used - 1] = Math.max(mostY[used - 1], y);
        counts[used - 1]++;
    }

    private void halve() {
        for (int i = 0; i < MOST / 2; i++) {
            sumX[i] = sumX[2 * i] + sumX[2 * i + 1];
            sumY[i] = sumY[2 * i] + sumY[2 * i + 1];
            mostY[i] = Math.max(mostY[2 * i], mostY[2 * i + 1]);
            counts[i] = counts[2 * i] + counts[2 * i + 1];
        }
        used = MOST / 2;
        Arrays.fill(sumX, used, MOST, 0);
        Arrays.fill(sumY, used, MOST, 0);
        Arrays.fill(counts, used, MOST, 0);
        share *= 2;
    }

    /** Points that were added. */
    public long points() {
        return points;
    }

    /** How many points share a place. */
    public long share() {
        return share;
    }

    /** The newest value; NaN where there is none. */
    public double last() {
        return last;
    }

    /** Means of what shares a place. */
    public double[] x() {
        return means(sumX);
    }

    /** Means of what shares a place. */
    public double[] y() {
        return means(sumY);
    }

    /** The largest of what shares a place. */
    public double[] most() {
        return Arrays.copyOf(mostY, used);
    }

    /** The mean of all; NaN where there are none. */
    public double mean() {
        return points == 0 ? Double.NaN : Arrays.stream(sumY).sum() / points;
    }

    private double[] means(double[] sums) {
        double[] means = new double[used];
        for (int i = 0; i < used; i++) {
            means[i] = sums[i] / counts[i];
        }
        return means;
    }
}
