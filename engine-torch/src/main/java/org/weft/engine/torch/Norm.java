package org.weft.engine.torch;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A norm over the last dimension, never in bfloat16. (…, D) to (…, D) */
@FunctionalInterface
interface Norm {
    Tensor apply(Tensor x);

    /** LayerNorm (Ba et al. 2016) with scale and, where the layout has one, shift. */
    static Norm layer(String name, FlatTensors flat, double epsilon) {
        Tensor scale = flat.parameter(name + ".weight"); // (D)
        TensorOptional weight = new TensorOptional(scale);
        TensorOptional bias = flat.has(name + ".bias")
                ? new TensorOptional(flat.parameter(name + ".bias")) // (D)
                : new TensorOptional();
        long[] shape = {scale.size(0)};
        return x -> torch.layer_norm(x, shape, weight, bias, epsilon, true);
    }

    /**
     * RMSNorm (Zhang and Sennrich 2019): x / sqrt(mean(x²) + epsilon), scaled by w.
     *
     * @param offset whether it is scaled by 1 + w
     */
    static Norm rootMeanSquare(String name, FlatTensors flat, double epsilon, boolean offset) {
        Tensor scale = flat.parameter(name + ".weight"); // (D)
        TensorOptional weight = new TensorOptional(scale);
        DoubleOptional term = new DoubleOptional(epsilon);
        Scalar one = new Scalar(1.0);
        ScalarType type = flat.type();
        long[] shape = {scale.size(0)};
        return x -> {
            Tensor wide = x.scalar_type() == type ? x : x.to(type);
            return torch.rms_norm(wide, shape, offset ? new TensorOptional(scale.add(one)) : weight, term);
        };
    }
}
