package org.weft.core.quantize;

import java.util.Arrays;

/**
 * A linear layer's matrix W of (O, I) as whole numbers q and scales s: W[o, i] is about q[o, i] s[o, g], with g the group of
 * input i. A byte for each number, four bits or eight. Not safe for several threads while it is filled.
 *
 * <p>O outputs (rows), I inputs (columns), G groups of a row.
 */
public final class QuantizedMatrix {
    private final QuantizationGrid grid;
    private final int rows;
    private final int columns;
    private final byte[] values; // (O, I)
    private final float[] scales; // (O, G)

    /** Of zeros, with scales of zero. */
    public QuantizedMatrix(QuantizationGrid grid, int rows, int columns) {
        if (!grid.divides(columns)) {
            throw new IllegalArgumentException("columns=" + columns + " are no whole groups of " + grid.groupSize());
        }
        this.grid = grid;
        this.rows = rows;
        this.columns = columns;
        values = new byte[Math.multiplyExact(rows, columns)];
        scales = new float[rows * grid.groups(columns)];
    }

    /**
     * Each number rounded to the nearest.
     *
     * @param weights (O, I), row after row
     */
    public static QuantizedMatrix nearest(QuantizationGrid grid, float[] weights, int rows, int columns) {
        QuantizedMatrix matrix = new QuantizedMatrix(grid, rows, columns);
        int length = grid.groupLength(columns);
        for (int start = 0; start < weights.length; start += length) {
            float scale = grid.scale(magnitude(weights, start, length));
            matrix.scales[start / length] = scale;
            for (int i = start; i < start + length; i++) {
                matrix.values[i] = grid.nearest(weights[i], scale);
            }
        }
        return matrix;
    }

    private static float magnitude(float[] weights, int start, int length) {
        float largest = 0;
        for (int i = start; i < start + length; i++) {
            largest = Math.max(largest, Math.abs(weights[i]));
        }
        return largest;
    }

    public QuantizationGrid grid() {
        return grid;
    }

    /** O. */
    public int rows() {
        return rows;
    }

    /** I. */
    public int columns() {
        return columns;
    }

    /** The whole numbers themselves, (O, I). */
    public byte[] values() {
        return values;
    }

    /** The scales themselves, (O, G). */
    public float[] scales() {
        return scales;
    }

    /** The number that stands for W[row, column]. */
    public float at(int row, int column) {
        int group = row * grid.groups(columns) + column / grid.groupLength(columns);
        return values[row * columns + column] * scales[group];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof QuantizedMatrix matrix
                && grid.equals(matrix.grid)
                && rows == matrix.rows
                && columns == matrix.columns
                && Arrays.equals(values, matrix.values)
                && Arrays.equals(scales, matrix.scales);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(values) + Arrays.hashCode(scales);
    }

    @Override
    public String toString() {
        return grid + " (" + rows + ", " + columns + ")";
    }
}
