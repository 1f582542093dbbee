package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.weft.core.optim.MatrixProducts;
import org.weft.core.optim.MatrixProducts.Matrix;

class TorchProductsTest {
    private static final int M = 37;
    private static final int N = 91;

    private final Random random = new Random(3);
    private final Matrix wide = matrix(M, N);
    private final Matrix square = matrix(M, M);

    @Test
    void productsAreThoseOfPlainLoops() {
        List<float[]> ofTorch = products(new TorchProducts(1));
        List<float[]> plain = products(MatrixProducts.PLAIN);
        for (int result = 0; result < plain.size(); result++) {
            for (int i = 0; i < plain.get(result).length; i++) {
                assertThat(ofTorch.get(result)[i]).isCloseTo(plain.get(result)[i], within(1e-4f));
            }
        }
    }

    /** The same bits again, and on another thread. */
    @Test
    void productsAreTheSameEveryTime() throws InterruptedException {
        List<float[]> first = products(new TorchProducts(1));
        List<float[]> again = new ArrayList<>(products(new TorchProducts(1)));
        Thread other = new Thread(() -> again.addAll(products(new TorchProducts(1))));
        other.start();
        other.join();
        for (int i = 0; i < again.size(); i++) {
            assertThat(again.get(i)).isEqualTo(first.get(i % first.size()));
        }
        assertThat(again).hasSize(2 * first.size());
    }

    /** What is read stays as it is. */
    private List<float[]> products(MatrixProducts products) {
        float[] before = values(wide);
        Matrix gram = zeros(M, M);
        Matrix polynomial = zeros(M, M);
        Matrix moved = zeros(M, N);
        products.gram(wide, gram);
        products.addProduct(-0.5f, square, 2f, gram, gram, polynomial);
        products.addProduct(3f, wide, 1f, square, wide, moved);
        assertThat(values(wide)).isEqualTo(before);
        return List.of(values(gram), values(polynomial), values(moved));
    }

    private Matrix matrix(int rows, int columns) {
        Matrix matrix = zeros(rows, columns);
        for (int i = 0; i < rows * columns; i++) {
            matrix.elements().put(i, (random.nextFloat() - 0.5f) / 4);
        }
        return matrix;
    }

    /** With more room than it needs, as work space has. */
    private static Matrix zeros(int rows, int columns) {
        FloatBuffer room = ByteBuffer.allocateDirect(2 * rows * columns * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        return new Matrix(room, rows, columns);
    }

    private static float[] values(Matrix matrix) {
        float[] values = new float[matrix.rows() * matrix.columns()];
        matrix.elements().get(0, values);
        return values;
    }
}
