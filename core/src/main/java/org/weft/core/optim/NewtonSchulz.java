package org.weft.core.optim;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import org.weft.core.optim.MatrixProducts.Matrix;
import org.weft.core.params.WholeMatrix;

/**
 * Orthogonalises a matrix G = U S Vᵀ by a few steps of a polynomial of odd powers, which brings all its singular values near 1 and leaves U
 * and V: X becomes a X + (b A + c A²) X with A = X Xᵀ, from X = G / |G| (Jordan et al. 2024, "Muon", whose coefficients these are;
 * PyTorch's {@code torch.optim.Muon}). In float32 throughout, where PyTorch computes in bfloat16. Of a matrix that is higher than it is wide
 * the transpose is taken, so that A is as small as can be.
 *
 * <p>Holds work space for the largest matrix of m by n, m ≤ n: 8 m n + 8 m² bytes of direct memory. For one thread.
 */
public final class NewtonSchulz {
    private static final float A = 3.4445f;
    private static final float B = -4.7750f;
    private static final float C = 2.0315f;
    private static final float EPSILON = 1e-7f;

    private final MatrixProducts products;
    private final FloatBuffer[] wide = new FloatBuffer[2]; // (m, n)
    private final FloatBuffer[] square = new FloatBuffer[2]; // (m, m)
    private int rows;
    private int columns;

    /** @param matrices the largest of which there is room for; none where there are none */
    public NewtonSchulz(MatrixProducts products, List<WholeMatrix> matrices) {
        this.products = products;
        for (int i = 0; i < 2; i++) {
            wide[i] = floats(largestPart(matrices));
            square[i] = floats((long) longestSide(matrices) * longestSide(matrices));
        }
    }

    /** Bytes of work space that are held for some matrices. */
    public static long bytes(List<WholeMatrix> matrices) {
        return 2L * Float.BYTES * (largestPart(matrices) + (long) longestSide(matrices) * longestSide(matrices));
    }

    private static long largestPart(List<WholeMatrix> matrices) {
        return matrices.stream().mapToLong(WholeMatrix::largestPart).max().orElse(0);
    }

    private static int longestSide(List<WholeMatrix> matrices) {
        return matrices.stream().mapToInt(WholeMatrix::longestSide).max().orElse(0);
    }

    private static FloatBuffer floats(long elements) {
        return ByteBuffer.allocateDirect(Math.toIntExact(elements * Float.BYTES))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    /** Makes room for a matrix, whose elements are then {@link #put} and got again. */
    void begin(int newRows, int newColumns) {
        rows = newRows;
        columns = newColumns;
    }

    /** Where the ith element is, row by row. */
    int place(int i) {
        return rows <= columns ? i : i % columns * rows + i / columns;
    }

    /** From an element's place to that of the next one of its row. */
    int stride() {
        return rows <= columns ? 1 : rows;
    }

    void put(int place, float value) {
        wide[0].put(place, value);
    }

    float get(int place) {
        return wide[0].get(place);
    }

    /** Makes of the matrix the orthogonal one. */
    void run() {
        int m = Math.min(rows, columns);
        int n = Math.max(rows, columns);
        divideByNorm(m * n);
        Matrix gram = new Matrix(square[0], m, m);
        Matrix polynomial = new Matrix(square[1], m, m);
        for (int step = 0; step < WholeMatrix.ITERATIONS; step++) {
            Matrix x = new Matrix(wide[0], m, n);
            Matrix next = new Matrix(wide[1], m, n);
            products.gram(x, gram);
            products.addProduct(B, gram, C, gram, gram, polynomial);
            products.addProduct(A, x, 1, polynomial, x, next);
            wide[0] = next.elements();
            wide[1] = x.elements();
        }
    }

    /** By Frobenius's, added in float64 element by element. */
    private void divideByNorm(int elements) {
        FloatBuffer x = wide[0];
        double squares = 0;
        for (int i = 0; i < elements; i++) {
            double value = x.get(i);
            squares += value * value;
        }
        float norm = Math.max((float) Math.sqrt(squares), EPSILON);
        for (int i = 0; i < elements; i++) {
            x.put(i, x.get(i) / norm);
        }
    }
}
