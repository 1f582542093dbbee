package org.weft.worker.engine;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A linear layer over the last dimension. Its product is in the type of {@link FlatTensors#factor}, and so is what it
 * returns.
 *
 * <p>N rows, I inputs, O outputs.
 */
final class Linear {
    private final Tensor weight; // (I, O), or (O, I)
    private final Tensor bias; // (O), or null
    private final boolean inputFirst;
    private final TensorOptional optionalBias;
    private final ScalarType type;

    private Linear(String name, FlatTensors flat, boolean inputFirst, boolean biased) {
        weight = flat.factor(name + ".weight");
        bias = biased ? flat.factor(name + ".bias") : null;
        optionalBias = biased ? new TensorOptional(bias) : new TensorOptional();
        type = flat.factorType();
        this.inputFirst = inputFirst;
    }

    /** x W + b with W of (I, O): GPT-2's. */
    static Linear inputFirst(String name, FlatTensors flat) {
        return new Linear(name, flat, true, true);
    }

    /** x Wᵀ + b with W of (O, I). */
    static Linear outputFirst(String name, FlatTensors flat) {
        return new Linear(name, flat, false, true);
    }

    /** x Wᵀ with W of (O, I). */
    static Linear unbiased(String name, FlatTensors flat) {
        return new Linear(name, flat, false, false);
    }

    /** (B, T, I) to (B, T, O), or (N, I) to (N, O). */
    Tensor apply(Tensor x) {
        Tensor input = x.scalar_type() == type ? x : x.to(type);
        if (!inputFirst) {
            return torch.linear(input, weight, optionalBias);
        }
        Tensor rows = input.view(-1, weight.size(0)); // (N, I)
        return torch.addmm(bias, rows, weight).view(x.size(0), x.size(1), weight.size(1)); // (B, T, O)
    }
}
