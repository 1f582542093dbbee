package org.weft.dl4j.transformer;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.random.impl.BernoulliDistribution;
import org.nd4j.linalg.api.rng.Random;
import org.nd4j.linalg.factory.Nd4j;
import org.weft.core.SplitMix64;
import org.weft.engine.MicroBatchKey;

/**
 * The dropout of one micro-batch: each place in the model (a site) draws from ND4J's generator seeded by (seed, step, lane,
 * micro-batch, site), so that backward draws what forward drew, and no worker's draws depend on another's. The masks are
 * not libtorch's: with dropout the two engines train alike, not equally.
 */
final class DropoutMasks {
    /** No dropout: evaluation, and models without it. */
    static final DropoutMasks NONE = new DropoutMasks(null, null, 0);

    static final int EMBEDDING = 0;
    private static final int SITES_PER_BLOCK = 3;

    private final Random random;
    private final MicroBatchKey key;
    private final double probability;

    /** @param random seeded anew for each mask */
    DropoutMasks(Random random, MicroBatchKey key, double probability) {
        this.random = random;
        this.key = key;
        this.probability = probability;
    }

    boolean active() {
        return probability > 0;
    }

    static int attention(int block) {
        return 1 + SITES_PER_BLOCK * block;
    }

    static int attentionOutput(int block) {
        return 2 + SITES_PER_BLOCK * block;
    }

    static int mlpOutput(int block) {
        return 3 + SITES_PER_BLOCK * block;
    }

    /** 0 with the configured probability p, else 1/(1 - p); the caller closes it. */
    INDArray mask(int site, long... shape) {
        random.setSeed(SplitMix64.start(key.seed(), key.step(), key.lane(), key.microBatch(), site));
        INDArray mask = Nd4j.createUninitialized(DataType.FLOAT, shape);
        Nd4j.getExecutioner().exec(new BernoulliDistribution(mask, 1 - probability), random);
        return mask.divi(1 - probability);
    }
}
