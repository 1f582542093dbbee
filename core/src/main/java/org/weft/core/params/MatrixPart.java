package org.weft.core.params;

import java.io.Serializable;
import java.util.List;

/**
 * Part of a matrix that is a matrix of its own: some of its rows, or of its columns, all of them one after the other. A fused projection
 * has several.
 *
 * @param dimension 0 where it is rows that are chosen, 1 where it is columns
 * @param from the first that is chosen
 * @param width how many follow one another
 * @param stride from the first of a run to the first of the next
 * @param runs how many there are
 */
public record MatrixPart(int dimension, int from, int width, int stride, int runs) implements Serializable {

    /** All of a matrix. */
    public static MatrixPart whole(Parameter matrix) {
        int rows = matrix.shape().get(0);
        return new MatrixPart(0, 0, rows, rows, 1);
    }

    /** R of this part of a matrix. */
    public int rows(Parameter matrix) {
        return dimension == 0 ? width * runs : matrix.shape().get(0);
    }

    /** C of this part of a matrix. */
    public int columns(Parameter matrix) {
        return dimension == 1 ? width * runs : matrix.shape().get(1);
    }

    /** Elements of this part of a matrix. */
    public long size(Parameter matrix) {
        return (long) rows(matrix) * columns(matrix);
    }

    /** Takes elements that follow one another in the flat vector. */
    @FunctionalInterface
    public interface Runs {
        /**
         * @param offset of the first in the flat vector
         */
        void run(long offset, int length);
    }

    /** Tells of all elements of this part, row by row. */
    public void forEach(Parameter matrix, Runs to) {
        long columns = matrix.shape().get(1);
        if (dimension == 0) {
            for (int i = 0; i < width * runs; i++) {
                long row = from + (long) (i / width) * stride + i % width;
                to.run(matrix.offset() + row * columns, (int) columns);
            }
            return;
        }
        for (long row = 0; row < matrix.shape().get(0); row++) {
            for (int run = 0; run < runs; run++) {
                to.run(matrix.offset() + row * columns + from + (long) run * stride, width);
            }
        }
    }

    /**
     * Each in its place, one after the other.
     *
     * @param dimension that they are along
     */
    public static List<MatrixPart> sideBySide(int dimension, int... widths) {
        MatrixPart[] parts = new MatrixPart[widths.length];
        int from = 0;
        for (int i = 0; i < widths.length; i++) {
            parts[i] = new MatrixPart(dimension, from, widths[i], widths[i], 1);
            from += widths[i];
        }
        return List.of(parts);
    }
}
