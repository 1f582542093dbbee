package org.weft.engine.torch;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.model.Adaptation;
import org.weft.core.model.AdaptedLayout;

/**
 * A linear layer over the last dimension, with a low-rank adapter beside it where the layout has one. Its products are in
 * the type of {@link FlatTensors#factor}, and so is what it returns. A matrix that is kept as whole numbers is multiplied as such, and
 * bias and result are float32.
 *
 * <p>N rows, I inputs, O outputs, R rank.
 */
final class Linear {
    private final Tensor weight; // (I, O), or (O, I), or null
    private final QuantizedWeight quantized; // or null
    private final Tensor bias; // (O), or null
    private final boolean inputFirst;
    private final String name;
    private final FlatTensors flat;
    private final TensorOptional optionalBias;
    private final ScalarType type;
    private final Tensor down; // (R, I), or null
    private final Tensor up; // (O, R), or null
    private final Scalar scale;

    private Linear(String name, FlatTensors flat, boolean inputFirst) {
        this.name = name + ".weight";
        this.flat = flat;
        boolean biased = flat.has(name + ".bias");
        quantized = flat.quantized(this.name);
        weight = quantized == null ? flat.factor(this.name) : null;
        bias = biased ? flat.factor(name + ".bias") : null;
        optionalBias = biased ? new TensorOptional(bias) : new TensorOptional();
        type = flat.factorType();
        this.inputFirst = inputFirst;
        Adaptation.Lora lora = flat.has(name + AdaptedLayout.LORA_A) ? flat.lora() : null;
        down = lora == null ? null : flat.factor(name + AdaptedLayout.LORA_A);
        up = lora == null ? null : flat.factor(name + AdaptedLayout.LORA_B);
        scale = lora == null ? null : new Scalar(lora.scale());
    }

    /** x W + b with W of (I, O) and a bias: GPT-2's. */
    static Linear inputFirst(String name, FlatTensors flat) {
        return new Linear(name, flat, true);
    }

    /** x Wᵀ + b with W of (O, I); without b where the layout has none. */
    static Linear outputFirst(String name, FlatTensors flat) {
        return new Linear(name, flat, false);
    }

    /** (B, T, I) to (B, T, O), or (N, I) to (N, O). */
    Tensor apply(Tensor x) {
        flat.observed().see(name, x);
        if (quantized != null) {
            Tensor product = quantized.apply(x);
            return bias == null ? product : product.add_(bias);
        }
        Tensor input = x.scalar_type() == type ? x : x.to(type);
        Tensor output = product(input);
        return down == null ? output : output.add(adapted(input), scale);
    }

    private Tensor product(Tensor input) {
        if (!inputFirst) {
            return torch.linear(input, weight, optionalBias);
        }
        Tensor rows = input.view(-1, weight.size(0)); // (N, I)
        return torch.addmm(bias, rows, weight).view(input.size(0), input.size(1), weight.size(1)); // (B, T, O)
    }

    /** x Aᵀ Bᵀ */
    private Tensor adapted(Tensor input) {
        return torch.linear(torch.linear(input, down), up); // (…, R), then (…, O)
    }
}
