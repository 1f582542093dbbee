package org.weft.engine.torch;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.weft.core.model.RotaryFamily;
import org.weft.engine.torch.Transformer.BlockOutput;

/**
 * A perceptron with a gate (Shazeer 2020): W₃ (f(W₁ x) · W₂ x), f a SiLU or a tanh GELU. W₁ and W₂ are two matrices or,
 * one after the other, one.
 *
 * <p>B sequences, T tokens, N rows, D width, M width within.
 *
 * @param gate (M, D), or (2 M, D) with up
 * @param up (M, D), or null
 * @param down (D, M)
 */
record GatedPerceptron(Linear gate, Linear up, Linear down, boolean tanhGelu) implements Perceptron {

    /** @param prefix of the names of its layers */
    static GatedPerceptron of(String prefix, RotaryFamily family, FlatTensors flat) {
        return new GatedPerceptron(
                Linear.outputFirst(prefix + (family.fused() ? "gate_up_proj" : "gate_proj"), flat),
                family.fused() ? null : Linear.outputFirst(prefix + "up_proj", flat),
                Linear.outputFirst(prefix + "down_proj", flat),
                family.tanhGelu());
    }

    @Override
    public BlockOutput apply(Tensor x) {
        return BlockOutput.of(of(x));
    }

    /** (B, T, D) to (B, T, D), or (N, D) to (N, D). */
    Tensor of(Tensor x) {
        Tensor first = gate.apply(x); // (B, T, M) or (B, T, 2 M)
        if (up != null) {
            return down.apply(bent(first).mul(up.apply(x)));
        }
        long half = first.size(-1) / 2;
        return down.apply(bent(first.narrow(-1, 0, half)).mul(first.narrow(-1, half, half)));
    }

    private Tensor bent(Tensor x) {
        return tanhGelu ? torch.gelu(x, "tanh") : torch.silu(x); // (B, T, M)
    }
}
