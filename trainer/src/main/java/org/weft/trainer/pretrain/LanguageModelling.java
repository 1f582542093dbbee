package org.weft.trainer.pretrain;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
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
import org.weft.engine.ModelReplica;
import org.weft.engine.Replica;
import org.weft.engine.Workload;
import org.weft.hub.TeacherModel;

/**
 * Pre-training: a Transformer that predicts tokens, on a prepared corpus.
 *
 * @param store where the corpus is
 * @param packed what packing makes of each token shard; empty where nothing is packed
 * @param tokensPerStep of a step's global batch, on the average
 * @param teacher that is learnt from, too; null for none
 */
record LanguageModelling(
        WeftConfig config,
        int vocabSize,
        Store store,
        Map<String, PackedShard> packed,
        double tokensPerStep,
        TeacherModel teacher)
        implements Workload<Batch> {
    private static final long serialVersionUID = 1L;
    private static final int NARROW_CONTEXT = 16;
    private static final int NARROW_VOCABULARY = 64;

    private ModelShape shape() {
        return new ModelShape(config.model(), vocabSize);
    }

    @Override
    public ParameterLayout layout() {
        return shape().layout();
    }

    @Override
    public Replica<Batch> open(String device) throws IOException {
        ModelReplica replica = Engines.open(config, shape(), device);
        if (config.distillation().active()) {
            try {
                if (teacher == null) {
                    replica.learnFrom(null, config.distillation());
                } else {
                    teacher.teach(replica, config, device);
                }
            } catch (IOException | RuntimeException e) {
                replica.close();
                throw e;
            }
        }
        return replica;
    }

    /** A pass of a narrow block of the same family, whatever the model's size: it is the libraries that are wanted. */
    @Override
    public void warm(String device) throws IOException {
        try (Replica<Batch> replica = narrow().open(device)) {
            replica.measurePeakFlops();
            if (!config.model().encodesSource()) {
                replica.zeroGradients();
                int[] tokens = new int[NARROW_CONTEXT];
                MicroBatchKey key = new MicroBatchKey(config.run().seed(), 0, 0, 0);
                Batch batch = Batch.ofTokens(1, NARROW_CONTEXT, tokens, tokens);
                replica.accumulateGradient(batch, 1, key, GradientListener.NONE);
            }
        }
    }

    /** With the family's own for every key of the model that is not its size. */
    LanguageModelling narrow() {
        ObjectNode tree = ConfigLoader.toTree(config).deepCopy();
        tree.putObject("model")
                .put("architecture", config.model().architecture())
                .put("layers", 1)
                .put("width", 32)
                .put("heads", 2)
                .put("context", NARROW_CONTEXT);
        ((ObjectNode) tree.path("cluster")).put("residency", "whole");
        tree.remove("distillation");
        WeftConfig small = ConfigLoader.recorded("a narrow block of the model's family", tree);
        return new LanguageModelling(small, NARROW_VOCABULARY, store, Map.of(), tokensPerStep, null);
    }

    @Override
    public BatchSource<Batch> batches() throws IOException {
        return TokenShardBatches.open(store, config, packed);
    }

    @Override
    public double flopsPerToken() {
        double own = shape().family().flopsPerSequence(shape(), config) / config.textTokens();
        return own + (teacher == null ? 0 : teacher.flopsPerToken());
    }
}
