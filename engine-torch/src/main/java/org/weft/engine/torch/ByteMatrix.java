package org.weft.engine.torch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.quantize.QuantizedMatrix;

/** A matrix of bytes with a scale for each output. */
abstract class ByteMatrix extends QuantizedWeight {
    final Tensor values; // (O, I), int8
    final Tensor scales; // (O)

    ByteMatrix(QuantizedKernels kernels, int outputs, int inputs) {
        super(kernels, outputs, inputs);
        values = zeros(ScalarType.Char, outputs, inputs);
        scales = zeros(ScalarType.Float, outputs);
    }

    @Override
    void fill(QuantizedMatrix matrix) {
        try (PointerScope scope = new PointerScope()) {
            write(matrix.values(), values);
            scales.copy_(Tensor.create(matrix.scales()));
        }
    }
}
