package org.weft.core.optim;

import java.nio.FloatBuffer;

/**
 * Products of matrices in float32, by whatever library multiplies fast. For one thread, the one that opened them; the same products of
 * the same bits are the same bits.
 */
public interface MatrixProducts {
    /** By loops of this language: for tests, and a few elements. */
    MatrixProducts PLAIN = new PlainProducts();

    /**
     * A matrix.
     *
     * @param elements (R, C), row by row, from the buffer's beginning; direct, in the machine's order
     */
    record Matrix(FloatBuffer elements, int rows, int columns) {}

    /** {@code into} = x xᵀ. */
    void gram(Matrix x, Matrix into);

    /** {@code into} = {@code ofAdded} added + {@code ofProduct} left right; {@code into} is none of the others. */
    void addProduct(float ofAdded, Matrix added, float ofProduct, Matrix left, Matrix right, Matrix into);
}
