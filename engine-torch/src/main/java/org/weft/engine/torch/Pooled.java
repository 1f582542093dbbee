package org.weft.engine.torch;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.weft.core.model.TaskHead.Pooling;

/**
 * One vector for each sequence, out of its tokens' hidden states after the family's last norm. Tokens that fill a sequence up have
 * no part in it.
 *
 * <p>B sequences, T tokens, D width.
 */
final class Pooled {
    private Pooled() {}

    /**
     * (B, T, D) to (B, D)
     *
     * @param pooling the first token as it is, without a perceptron of its own
     */
    static Tensor of(Transformer model, Tensor x, TokenTensors tokens, Pooling pooling) {
        return switch (pooling) {
            case FIRST -> model.states(x.select(1, 0)); // (B, D)
            case LAST -> model.states(last(x, tokens)); // (B, D)
            case MEAN -> mean(model, x, tokens); // (B, D)
        };
    }

    private static Tensor last(Tensor x, TokenTensors tokens) {
        return tokens.padding().map(padding -> last(x, padding)).orElseGet(() -> x.select(1, x.size(1) - 1)); // (B, D)
    }

    private static Tensor last(Tensor x, TokenTensors.Padding padding) {
        Tensor at =
                padding.lengths().sub(new Scalar(1)).view(x.size(0), 1, 1).expand(x.size(0), 1, x.size(2)); // (B, 1, D)
        return x.gather(1, at).squeeze(1); // (B, D)
    }

    private static Tensor mean(Transformer model, Tensor x, TokenTensors tokens) {
        Tensor states = model.states(x.reshape(-1, x.size(2))).view(x.sizes()); // (B, T, D)
        return tokens.padding().map(padding -> mean(states, padding)).orElseGet(() -> states.mean(1)); // (B, D)
    }

    private static Tensor mean(Tensor states, TokenTensors.Padding padding) {
        Tensor present = padding.present().unsqueeze(2).to(states.scalar_type()); // (B, T, 1)
        Tensor count = padding.lengths().view(-1, 1).to(states.scalar_type()); // (B, 1)
        return states.mul(present).sum(1).div(count); // (B, D)
    }
}
