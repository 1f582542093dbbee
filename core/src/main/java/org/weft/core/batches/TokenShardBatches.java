package org.weft.core.batches;

import java.io.IOException;
import org.weft.core.SplitMix64;
import org.weft.core.WeftException;
import org.weft.core.config.TrainingConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.SampleOrder;
import org.weft.core.tokens.SpecialTokens;
import org.weft.core.tokens.TokenCorpus;
import org.weft.core.tokens.TokenizerFile;

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
public final class TokenShardBatches implements BatchSource<Batch> {
    /** Streams of random choices: training's positions, validation's samples. */
    private static final int TRAINING = 0;

    private static final int VALIDATION = 1;

    private final TokenCorpus train;
    private final TokenCorpus val;
    private final SampleOrder order;
    private final TrainingConfig training;
    private final int context;
    private final long seed;
    private final double targetsPerStep;
    private final Objective trainObjective;
    private final Objective valObjective;

    private TokenShardBatches(
            TokenCorpus train, TokenCorpus val, WeftConfig config, SpecialTokens tokens, int vocabSize) {
        this.train = train;
        this.val = val;
        this.training = config.training();
        this.context = config.model().context();
        this.seed = config.run().seed();
        this.targetsPerStep = (double) training.globalBatch() * config.targetsPerSequence();
        this.order = new SampleOrder(seed, train.requireSamples(context));
        this.trainObjective = objective(config, tokens, vocabSize, train.samples(context));
        this.valObjective = objective(config, tokens, vocabSize, val.samples(context));
    }

    private static Objective objective(WeftConfig config, SpecialTokens tokens, int vocabSize, long samples) {
        int context = config.model().context();
        return config.model().causal()
                ? new NextToken(context)
                : new MaskedTokens(
                        context,
                        vocabSize,
                        config.targetsPerSequence(),
                        tokens,
                        samples,
                        config.model().nextSentence());
    }

    /** Batches of a run's corpus, for what its model predicts. */
    public static TokenShardBatches open(Store store, WeftConfig config) throws IOException {
        String directory = config.run().directory().corpus();
        CorpusManifest manifest = CorpusManifest.load(store, directory);
        SpecialTokens tokens =
                config.model().causal() ? null : specialTokens(manifest.openTokenizer(store, directory), directory);
        return new TokenShardBatches(
                TokenCorpus.train(store, directory, manifest),
                TokenCorpus.val(store, directory, manifest),
                config,
                tokens,
                manifest.vocabSize());
    }

    private static SpecialTokens specialTokens(TokenizerFile tokenizer, String directory) {
        SpecialTokens special = SpecialTokens.of(tokenizer);
        if (!special.hasMask()) {
            throw WeftException.invalidData(
                    "the tokenizer of " + directory
                            + " has no mask token ([MASK] or <mask>), which a masked language model"
                            + " learns to fill",
                    "run prepare again with model.architecture=bert in the configuration, or give a BERT's tokenizer.json");
        }
        return special;
    }

    @Override
    public Batch training(int step, int lane, int microBatch) throws IOException {
        check("step", step, Integer.MAX_VALUE);
        check("lane", lane, training.lanes());
        check("micro_batch", microBatch, training.microBatchesPerLane());
        long first = (long) step * training.globalBatch()
                + (long) lane * training.laneBatch()
                + (long) microBatch * training.microBatch();
        long[] samples = new long[training.microBatch()]; // (B)
        long[] keys = new long[training.microBatch()]; // (B)
        for (int b = 0; b < samples.length; b++) {
            samples[b] = order.sample(first + b);
            keys[b] = SplitMix64.start(seed, TRAINING, first + b);
        }
        return trainObjective.batch(sample -> read(train, sample), samples, keys);
    }

    @Override
    public double targets(int step) {
        return targetsPerStep;
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
        long[] samples = new long[sequences]; // (B)
        long[] keys = new long[sequences]; // (B)
        for (int b = 0; b < sequences; b++) {
            samples[b] = first + b;
            keys[b] = SplitMix64.start(seed, VALIDATION, first + b);
        }
        return valObjective.batch(sample -> read(val, sample), samples, keys);
    }

    @Override
    public void close() throws IOException {
        train.close();
        val.close();
    }

    private int[] read(TokenCorpus corpus, long sample) throws IOException {
        int[] window = new int[context + 1]; // (T + 1)
        corpus.read(sample, context, window, 0);
        return window;
    }

    private static void check(String what, int actual, int bound) {
        if (actual < 0 || actual >= bound) {
            throw new IndexOutOfBoundsException(what + "=" + actual + " must be in [0, " + bound + ")");
        }
    }
}
