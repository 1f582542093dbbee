package org.weft.engine.torch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.weft.core.SplitMix64;
import org.weft.engine.MicroBatchKey;

/**
 * The dropout of one micro-batch. Each place in the model (a site) has a generator of its own, seeded by (seed, step,
 * lane, micro-batch, site): a mask depends on nothing that ran before it, and on no other worker.
 *
 * <p>libtorch's CPU generator keeps 32 bits of its seed; two of a run's masks may coincide by chance, which does no
 * harm.
 */
final class RandomStreams {
    /** No dropout: evaluation, and models without it. */
    static final RandomStreams NONE = new RandomStreams(null, null, 0);

    static final int EMBEDDING = 0;
    /** The input of a task's head. */
    static final int HEAD = -1;
    /** The input of the perceptron before it, in families that have dropout there. */
    static final int POOLER = -2;
    /** What an encoder gives its decoder. */
    static final int ENCODED = -3;

    private static final int SITES_PER_BLOCK = 3;

    private final ComputeDevice device;
    private final MicroBatchKey key;
    private final double probability;

    private RandomStreams(ComputeDevice device, MicroBatchKey key, double probability) {
        this.device = device;
        this.key = key;
        this.probability = probability;
    }

    static RandomStreams of(ComputeDevice device, MicroBatchKey key, double probability) {
        return new RandomStreams(device, key, probability);
    }

    /** The same micro-batch's draws with another probability. */
    RandomStreams with(double other) {
        return device == null ? NONE : new RandomStreams(device, key, other);
    }

    boolean active() {
        return probability > 0;
    }

    /** The sites of a block: the attention probabilities, and what its two halves add to the residual stream. */
    static int attention(int block) {
        return 1 + SITES_PER_BLOCK * block;
    }

    static int attentionOutput(int block) {
        return 2 + SITES_PER_BLOCK * block;
    }

    static int mlpOutput(int block) {
        return 3 + SITES_PER_BLOCK * block;
    }

    /** {@code x} with elements cleared and the others scaled by 1/(1 - p); {@code x} itself without dropout. */
    Tensor drop(Tensor x, int site) {
        return active() ? x.mul(mask(x, site)) : x;
    }

    /** 0 with probability p, else 1/(1 - p); shaped as {@code like}. */
    Tensor mask(Tensor like, int site) {
        Tensor mask = torch.empty_like(like);
        try (PointerScope scope = new PointerScope()) {
            Generator generator = device.generator(seed(key, site));
            mask.bernoulli_(1 - probability, new GeneratorOptional(generator)).div_(new Scalar(1 - probability));
        }
        return mask;
    }

    /** The seed of a site's generator. */
    static long seed(MicroBatchKey key, int site) {
        return SplitMix64.start(key.seed(), key.step(), key.lane(), key.microBatch(), site);
    }
}
