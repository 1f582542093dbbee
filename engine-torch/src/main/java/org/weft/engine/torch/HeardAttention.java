package org.weft.engine.torch;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Attention rollout (Abnar and Zuidema 2020, "Quantifying Attention Flow in Transformers", arXiv 2005.00928, section 3): of each block
 * the mean of its heads' attention, half of it for the block's residual connection, multiplied from the first block up. One
 * sequence's, for one thread.
 *
 * <p>B sequences, T tokens, H heads.
 */
final class HeardAttention {
    private Tensor rollout; // (T, T), null before the first block

    /**
     * Takes the next block's.
     *
     * @param weights (B, H, T, T), of which the first sequence counts; rows come to 1
     */
    void take(Tensor weights) {
        Tensor mean = weights.select(0, 0).mean(0).to(torch.ScalarType.Double); // (T, T)
        Tensor half = mean.add(torch.eye(mean.size(0), mean.options())).mul(new Scalar(0.5)); // (T, T)
        Tensor normed = half.div(half.sum(1).unsqueeze(1)); // (T, T)
        rollout = rollout == null ? normed : normed.matmul(rollout); // (T, T)
    }

    /** How much each place has of each token's input. (T, T) */
    Tensor rollout() {
        if (rollout == null) {
            throw new IllegalStateException("no attention was heard");
        }
        return rollout;
    }
}
