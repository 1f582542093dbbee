package org.weft.trainer.pretrain;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.weft.core.batches.Batch;
import org.weft.core.batches.BatchSource;
import org.weft.core.batches.TokenShardBatches;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.Store;
import org.weft.core.tokens.PackedShard;
import org.weft.engine.Engines;
import org.weft.engine.GradientListener;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.Replica;
import org.weft.engine.Workload;

/**
 * Pre-training: a Transformer that predicts tokens, on a prepared corpus.
 *
 * @param store where the corpus is
 * @param packed what packing makes of each token shard; empty where nothing is packed
 * @param tokensPerStep of a step's global batch, on the average
 */
record LanguageModelling(
        WeftConfig config, int vocabSize, Store store, Map<String, PackedShard> packed, double tokensPerStep)
        implements Workload<Batch> {
    private static final long serialVersionUID = 1L;

    private ModelShape shape() {
        return new ModelShape(config.model(), vocabSize);
    }

    @Override
    public ParameterLayout layout() {
        return shape().layout();
    }

    @Override
    public Replica<Batch> open(String device) {
        return Engines.open(config, shape(), device);
    }

    /** A pass of one block over the first batch. */
    @Override
    public void warm(String device) throws IOException {
        WeftConfig small = ConfigLoader.recorded(
                "one block of the model", config, List.of("model.layers=1", "cluster.residency=whole"));
        LanguageModelling one = new LanguageModelling(small, vocabSize, store, packed, tokensPerStep);
        try (Replica<Batch> replica = one.open(device);
                BatchSource<Batch> batches = one.batches()) {
            replica.measurePeakFlops();
            replica.zeroGradients();
            MicroBatchKey key = new MicroBatchKey(config.run().seed(), 0, 0, 0);
            replica.accumulateGradient(batches.training(0, 0, 0), 1, key, GradientListener.NONE);
        }
    }

    @Override
    public BatchSource<Batch> batches() throws IOException {
        return TokenShardBatches.open(store, config, packed);
    }

    @Override
    public double flopsPerToken() {
        return shape().family().flopsPerSequence(shape(), config) / config.textTokens();
    }
}
