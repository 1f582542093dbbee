package org.weft.engine.torch;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.optim.MatrixProducts;

/**
 * Products by the library that libtorch multiplies with, in float32, on the CPU, where the matrices are. Of the thread that opened it, with
 * {@code cluster.threads} threads as replicas have: so the same bits on each server.
 */
final class TorchProducts implements MatrixProducts {

    TorchProducts(int threads) {
        NativeRuntime.setThreads(threads);
    }

    @Override
    public void gram(Matrix x, Matrix into) {
        try (PointerScope scope = new PointerScope()) {
            Tensor rows = tensor(x); // (R, C)
            torch.mm_out(tensor(into), rows, rows.t()); // (R, R)
        }
    }

    @Override
    public void addProduct(float ofAdded, Matrix added, float ofProduct, Matrix left, Matrix right, Matrix into) {
        try (PointerScope scope = new PointerScope()) {
            torch.addmm_out(
                    tensor(into),
                    tensor(added),
                    tensor(left),
                    tensor(right),
                    new Scalar(ofAdded),
                    new Scalar(ofProduct));
        }
    }

    /** On the buffer's own memory. (R, C) */
    private static Tensor tensor(Matrix matrix) {
        FloatBuffer all = matrix.elements().duplicate().clear();
        return torch.from_blob(
                new FloatPointer(all),
                new long[] {matrix.rows(), matrix.columns()},
                new TensorOptions(ScalarType.Float));
    }
}
