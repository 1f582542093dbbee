package org.weft.tuning.finetune;

import java.util.Locale;
import org.weft.core.WeftException;

/**
 * What an evaluation brings back to the driver, which computes metrics and their intervals over all rows.
 *
 * @param rows that are judged
 * @param numbers of each row: a probability for each label, or a vector
 */
record EvaluationSize(long rows, int numbers) {
    /** A row's id, the beginning of its text, and the objects around them. */
    private static final long ROW_BYTES = 1200;

    /** As they arrive, in an array, and in an array of the rows that a resample drew. */
    private static final long COPIES = 3;

    /** Multiplications that the driver's cores do in minutes. */
    private static final double MOST_PRODUCTS = 2e12;

    /**
     * Fails, before any row is predicted, where the driver could not hold them.
     *
     * @param heapBytes that the driver may have
     */
    void requireFits(long heapBytes) {
        long each = ROW_BYTES + COPIES * Double.BYTES * numbers;
        long byHeap = heapBytes / each;
        long byArray = (Integer.MAX_VALUE - 8) / Math.max(1, numbers);
        long most = Math.min(byHeap, byArray);
        if (rows > most) {
            throw WeftException.usage(
                    rows + " rows to evaluate" + (numbers == 0 ? "" : " of " + numbers + " numbers each")
                            + " are more than the driver holds: at most " + most,
                    byHeap < byArray
                            ? "give the driver more memory, or evaluate a sample of the rows with --input"
                            : "evaluate a sample of the rows with --input");
        }
    }

    /** Most rows that the driver compares each with each other one in minutes. */
    int mostComparable() {
        return (int) Math.sqrt(MOST_PRODUCTS / Math.max(1, numbers));
    }

    /** Fails where each row is compared with each other one, and that would take the driver longer. */
    void requireComparable() {
        long most = mostComparable();
        if (rows > most) {
            throw WeftException.usage(
                    rows + " rows to evaluate, each anchor beside each positive, are "
                            + String.format(Locale.ROOT, "%.1e", (double) rows * rows * numbers)
                            + " products on the driver: at most " + most + " rows of " + numbers + " numbers",
                    "evaluate a sample of the rows with --input: recall among fewer texts is another figure, so keep to one"
                            + " number of them");
        }
    }
}
