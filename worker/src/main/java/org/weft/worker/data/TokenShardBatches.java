package org.weft.worker.data;

import java.io.IOException;
import org.weft.core.config.TrainingConfig;
import org.weft.core.corpus.CorpusManifest;
import org.weft.core.corpus.SampleOrder;
import org.weft.core.corpus.TokenCorpus;
import org.weft.core.storage.Store;

/**
 * Batches out of token shards. Which samples a micro-batch holds is arithmetic on (seed, step, lane, micro-batch), so
 * that it does not depend on which worker asks, nor on what was asked before:
 *
 * <pre>
 *   positions of SampleOrder   [ step s: global_batch                                      ]
 *                              [ lane 0        ][ lane 1        ] ...  [ lane L-1      ]
 *                              [ m 0  ][ m 1  ]
 * </pre>
 */
public final class TokenShardBatches implements BatchSource {
    private final TokenCorpus train;
    private final TokenCorpus val;
    private final SampleOrder order;
    private final TrainingConfig training;
    private final int context;

    private TokenShardBatches(TokenCorpus train, TokenCorpus val, TrainingConfig training, int context, long seed) {
        this.train = train;
        this.val = val;
        this.training = training;
        this.context = context;
        this.order = new SampleOrder(seed, train.requireSamples(context));
    }

    /**
     * Batches of the corpus in a directory.
     *
     * @param context T
     * @param seed {@code run.seed}
     */
    public static TokenShardBatches open(Store store, String directory, TrainingConfig training, int context, long seed)
            throws IOException {
        CorpusManifest manifest = CorpusManifest.load(store, directory);
        return new TokenShardBatches(
                TokenCorpus.train(store, directory, manifest),
                TokenCorpus.val(store, directory, manifest),
                training,
                context,
                seed);
    }

    /** Micro-batches of one lane of one step. */
    public int microBatchesPerLane() {
        return training.laneBatch() / training.microBatch();
    }

    @Override
    public Batch training(int step, int lane, int microBatch) throws IOException {
        check("step", step, Integer.MAX_VALUE);
        check("lane", lane, training.lanes());
        check("micro_batch", microBatch, microBatchesPerLane());
        long first = (long) step * training.globalBatch()
                + (long) lane * training.laneBatch()
                + (long) microBatch * training.microBatch();
        int[] tokens = new int[training.microBatch() * (context + 1)]; // (B, T + 1)
        for (int b = 0; b < training.microBatch(); b++) {
            read(train, order.sample(first + b), tokens, b);
        }
        return Batch.causal(training.microBatch(), context, tokens);
    }

    /** Batches of the whole validation split; 0 where it holds no sequence. */
    public int validationBatches() {
        long samples = val.samples(context);
        return Math.toIntExact((samples + training.microBatch() - 1) / training.microBatch());
    }

    @Override
    public Batch validation(int index) throws IOException {
        check("validation batch", index, validationBatches());
        long first = (long) index * training.microBatch();
        int sequences = (int) Math.min(training.microBatch(), val.samples(context) - first);
        int[] tokens = new int[sequences * (context + 1)]; // (B, T + 1)
        for (int b = 0; b < sequences; b++) {
            read(val, first + b, tokens, b);
        }
        return Batch.causal(sequences, context, tokens);
    }

    @Override
    public void close() throws IOException {
        train.close();
        val.close();
    }

    private void read(TokenCorpus corpus, long sample, int[] tokens, int row) throws IOException {
        corpus.read(sample, context, tokens, row * (context + 1));
    }

    private static void check(String what, int actual, int bound) {
        if (actual < 0 || actual >= bound) {
            throw new IndexOutOfBoundsException(what + "=" + actual + " must be in [0, " + bound + ")");
        }
    }
}
