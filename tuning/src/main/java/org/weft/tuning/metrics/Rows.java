package org.weft.tuning.metrics;

import java.util.List;
import org.weft.core.WeftException;

/** Checks of what an evaluation hands over, and arithmetic on rows of C numbers that lie one after the other. */
final class Rows {
    private static final String HINT =
            "give the evaluation the classes and the model that it was fine-tuned with; NaN means that training diverged";

    private Rows() {}

    static void check(boolean good, String what, int row) {
        if (!good) {
            throw WeftException.invalidData("row " + row + " of the predictions: " + what, HINT);
        }
    }

    static void checkFinite(double value, String what, int row) {
        check(Double.isFinite(value), what + " " + value, row);
    }

    static void checkSameLength(int rows, int others, String what) {
        if (rows != others) {
            throw WeftException.invalidData(rows + " rows but " + others + " " + what, HINT);
        }
    }

    static void checkDistinct(List<String> names, int fewest, String what) {
        if (names.size() < fewest || names.stream().distinct().count() < names.size()) {
            throw WeftException.invalidData(
                    "names of " + what + " are " + names, "give " + fewest + " or more, all different");
        }
    }

    /** Elements of an array of rows, of which Java holds 2^31 at most. */
    static int size(int rows, int width) {
        long size = (long) rows * width;
        if (size > Integer.MAX_VALUE - 8) {
            throw WeftException.usage(
                    rows + " rows of " + width + " numbers each are more than an evaluation holds",
                    "evaluate a sample of the rows");
        }
        return (int) size;
    }

    /** Rows of {@code width} numbers one after the other. */
    static double[] flat(List<double[]> rows, int width) {
        double[] values = new double[size(rows.size(), width)];
        for (int row = 0; row < rows.size(); row++) {
            check(rows.get(row).length == width, rows.get(row).length + " probabilities, not " + width, row);
            System.arraycopy(rows.get(row), 0, values, row * width, width);
        }
        return values;
    }

    /** The chosen rows of numbers that lie {@code width} a row. */
    static double[] select(double[] values, int width, int[] rows) {
        double[] chosen = new double[size(rows.length, width)];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(values, rows[i] * width, chosen, i * width, width);
        }
        return chosen;
    }

    static int[] select(int[] values, int width, int[] rows) {
        int[] chosen = new int[size(rows.length, width)];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(values, rows[i] * width, chosen, i * width, width);
        }
        return chosen;
    }

    static boolean[] select(boolean[] values, int width, int[] rows) {
        boolean[] chosen = new boolean[size(rows.length, width)];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(values, rows[i] * width, chosen, i * width, width);
        }
        return chosen;
    }
}
