package org.weft.engine.torch;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.quantize.QuantizationGrid;
import org.weft.core.quantize.QuantizationType;

/**
 * A matrix of bytes with a scale for each output, whose input is rounded to bytes with a scale for each row as it comes. Whole numbers
 * are multiplied and summed exactly, so that a row's result does not depend on the rows beside it, nor on the processor.
 */
final class Int8Products extends ByteMatrix {
    private static final long[] LAST = {1};
    private static final QuantizationGrid ROWS = new QuantizationGrid(QuantizationType.INT8, 0, FloatFormat.F32);

    Int8Products(QuantizedKernels kernels, int outputs, int inputs) {
        super(kernels, outputs, inputs);
    }

    @Override
    Tensor product(Tensor x) {
        Tensor steps = x.abs().amax(LAST, true).div_(new Scalar(ROWS.halfRange())); // (N, 1)
        steps.add_(steps.eq(new Scalar(0.0))); // rows of zeros are zeros by any scale
        Tensor rounded = x.div(steps)
                .round_()
                .clamp_(
                        new ScalarOptional(new Scalar((double) ROWS.type().smallest())),
                        new ScalarOptional(new Scalar((double) ROWS.type().largest())))
                .to(ScalarType.Char); // (N, I)
        return kernels.wholeNumbers(rounded, values)
                .to(ScalarType.Float)
                .mul_(steps)
                .mul_(scales); // (N, O)
    }
}
