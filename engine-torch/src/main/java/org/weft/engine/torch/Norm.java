package org.weft.engine.torch;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** A norm over the last dimension, never in bfloat16. (…, D) to (…, D) */
@FunctionalInterface
interface Norm {
    Tensor apply(Tensor x);

    /** LayerNorm (Ba et al. 2016) with scale and shift. */
    static Norm layer(String name, FlatTensors flat, double epsilon) {
        Tensor scale = flat.parameter(name + ".weight"); // (D)
        TensorOptional weight = new TensorOptional(scale);
        TensorOptional bias = new TensorOptional(flat.parameter(name + ".bias")); // (D)
        long[] shape = {scale.size(0)};
        return x -> torch.layer_norm(x, shape, weight, bias, epsilon, true);
    }

    /** RMSNorm (Zhang and Sennrich 2019): x / sqrt(mean(x²) + epsilon), scaled. */
    static Norm rootMeanSquare(String name, FlatTensors flat, double epsilon) {
        Tensor scale = flat.parameter(name + ".weight"); // (D)
        TensorOptional weight = new TensorOptional(scale);
        DoubleOptional term = new DoubleOptional(epsilon);
        long[] shape = {scale.size(0)};
        return x -> torch.rms_norm(x, shape, weight, term);
    }
}
