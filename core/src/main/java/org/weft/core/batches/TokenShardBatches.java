package org.weft.core.batches;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.weft.core.SplitMix64;
import org.weft.core.WeftException;
import org.weft.core.config.TrainingConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.core.taught.TeacherLogits;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.CorpusSource;
import org.weft.core.tokens.MixtureOrder;
import org.weft.core.tokens.PackedShard;
import org.weft.core.tokens.Windows;

/**
 * Batches out of token shards. Which samples a micro-batch holds is arithmetic on (seed, step, lane, micro-batch), so
 * that it does not depend on which worker asks, nor on what was asked before:
 *
 * <pre>
 *   positions of MixtureOrder  [ step s: global_batch                                      ]
 *                              [ lane 0        ][ lane 1        ] ...  [ lane L-1      ]
 *                              [ m 0  ][ m 1  ]
 * </pre>
 *
 * Validation is in {@link ValidationOrder}.
 */
public final class TokenShardBatches implements BatchSource<Batch> {
    /** Streams of random choices: training's positions, validation's samples, examples drawn by themselves. */
    private static final int TRAINING = 0;

    private static final int VALIDATION = 1;
    private static final int EXAMPLE = 2;

    private final Store store;
    private final List<CorpusSource> sources;
    private final CorpusWindows windows;
    private final WeftConfig config;
    private final TrainingConfig training;
    private final long seed;
    private final Objective objective;
    private final ValidationOrder validation;
    private TeacherLogits logits; // opened when training first asks: an evaluation needs none
    private Mixture mixture; // made when it is first asked for: validation needs none

    private TokenShardBatches(
            List<CorpusSource> sources, CorpusWindows windows, WeftConfig config, Objective objective, Store store) {
        this.store = store;
        this.sources = sources;
        this.windows = windows;
        this.config = config;
        this.training = config.training();
        this.seed = config.run().seed();
        this.objective = objective;
        this.validation = new ValidationOrder(windows.val(), training.microBatch(), training.evalBatches());
    }

    /** Batches of a run's corpus, for what its model predicts. */
    public static TokenShardBatches open(Store store, WeftConfig config) throws IOException {
        return open(store, config, Map.of());
    }

    /**
     * The same where somebody has counted what packing makes of the shards.
     *
     * @param packed by file; empty where nothing is packed, or it is to be counted here
     */
    public static TokenShardBatches open(Store store, WeftConfig config, Map<String, PackedShard> packed)
            throws IOException {
        String directory = config.run().directory().corpus();
        CorpusManifest manifest = CorpusManifest.load(store, directory);
        Objective objective =
                Objectives.of(config, manifest.vocabSize(), directory, () -> manifest.openTokenizer(store, directory));
        List<CorpusSource> sources = CorpusWindows.sources(manifest);
        return new TokenShardBatches(
                sources, CorpusWindows.open(store, directory, manifest, config, packed), config, objective, store);
    }

    private synchronized Mixture mixture() {
        if (mixture == null) {
            mixture = new Mixture(config, sources, windows.train());
        }
        return mixture;
    }

    @Override
    public Batch training(int step, int lane, int microBatch) throws IOException {
        long first = position(step, lane, microBatch);
        MixtureOrder order = mixture().order();
        List<Objective.Chosen> chosen = new ArrayList<>(); // B
        List<MixtureOrder.Draw> draws = new ArrayList<>(); // B
        for (int b = 0; b < training.microBatch(); b++) {
            MixtureOrder.Draw draw = order.at(first + b);
            draws.add(draw);
            chosen.add(new Objective.Chosen(
                    windows.train().get(draw.source()), draw.sample(), SplitMix64.start(seed, TRAINING, first + b)));
        }
        Batch batch = objective.batch(chosen);
        return config.distillation().logits().isBlank() ? batch : batch.taught(logits().read(draws));
    }

    private synchronized TeacherLogits logits() throws IOException {
        if (logits == null) {
            logits = TeacherLogits.open(store, config.distillation().logits());
        }
        return logits;
    }

    /** Windows of the training split. */
    @Override
    public long examples() {
        requireOneSource();
        return trainingWindows(0);
    }

    @Override
    public Batch example(int step, long number) throws IOException {
        requireOneSource();
        long key = SplitMix64.start(seed, EXAMPLE, step, number);
        Batch batch =
                objective.batch(List.of(new Objective.Chosen(windows.train().get(0), number, key)));
        return config.distillation().logits().isBlank()
                ? batch
                : batch.taught(logits().read(List.of(new MixtureOrder.Draw(0, number))));
    }

    private void requireOneSource() {
        if (sources.size() > 1) {
            throw WeftException.usage(
                    "privacy draws each window with the same probability, and the corpus has " + sources.size()
                            + " sources",
                    "prepare it as one whole, or leave the section privacy out");
        }
    }

    /** Sources of the corpus; of one that is one whole 1. */
    public int sourceCount() {
        return sources.size();
    }

    /** Windows of a source's training split. */
    public long trainingWindows(int source) {
        return windows.train().get(source).count();
    }

    /**
     * Some of them in their order, of a model that predicts the next token: of one that draws which tokens are asked for they are not
     * those of a run.
     */
    public Batch trainingWindows(int source, long first, int count) throws IOException {
        List<Objective.Chosen> chosen = new ArrayList<>(); // B
        for (int b = 0; b < count; b++) {
            chosen.add(new Objective.Chosen(windows.train().get(source), first + b, 0));
        }
        return objective.batch(chosen);
    }

    /** Of the first of a micro-batch's sequences. */
    private long position(int step, int lane, int microBatch) {
        check("step", step, Integer.MAX_VALUE);
        check("lane", lane, training.lanes());
        check("micro_batch", microBatch, training.microBatchesPerLane());
        return (long) step * training.globalBatch()
                + (long) lane * training.laneBatch()
                + (long) microBatch * training.microBatch();
    }

    /** A window is of one source, however many documents it holds. */
    @Override
    public List<String> sources(int step, int lane, int microBatch) {
        if (sources.size() == 1) {
            return List.of();
        }
        long first = position(step, lane, microBatch);
        MixtureOrder order = mixture().order();
        return LongStream.range(first, first + training.microBatch())
                .mapToObj(at -> sources.get(order.source(at)).name())
                .toList();
    }

    /**
     * What a step's sources have to predict on the average over all of their windows: no worker sees a step's other lanes, and a
     * token counts as much in whichever step it stands.
     */
    @Override
    public double targets(int step) {
        MixtureOrder order = mixture().order();
        double sum = 0;
        double fixed = config.model().continuesText() ? 0 : config.targetsPerSequence();
        long first = (long) step * training.globalBatch();
        for (int i = 0; i < training.globalBatch(); i++) {
            sum += config.model().continuesText()
                    ? windows.train().get(order.source(first + i)).targets()
                    : fixed;
        }
        return sum;
    }

    /** Tokens of a step's global batch; where documents are told apart those that are predicted, on the average over the first. */
    public double tokensPerStep() {
        boolean stream = !training.packing().whole() && !training.documentAttention();
        return stream || !config.model().causal() ? (double) training.globalBatch() * config.textTokens() : targets(0);
    }

    /**
     * What the run draws of each source, a line each; none of a corpus that is one whole.
     *
     * @throws WeftException where the sources cannot give what is asked of them
     */
    public List<String> account() {
        List<String> lines = mixture().account();
        return sources.size() == 1 ? List.of() : lines;
    }

    /** The validation batches of an evaluation during training, source after source; none where there is no sequence. */
    public List<ValidationPart> evaluated() {
        List<ValidationPart> parts = new ArrayList<>();
        for (int source = 0; source < sources.size(); source++) {
            int batches = validation.evaluated(source);
            if (batches > 0) {
                parts.add(new ValidationPart(sources.get(source).name(), batches));
            }
        }
        return parts;
    }

    /** Batches of the whole validation split; 0 where it holds no sequence. */
    public int validationBatches() {
        return validation.all();
    }

    /** Whose validation text a batch is of. */
    public String validationSource(int index) {
        return sources.get(validation.place(index).source()).name();
    }

    @Override
    public Batch validation(int index) throws IOException {
        check("validation batch", index, validationBatches());
        ValidationOrder.Place place = validation.place(index);
        Windows val = windows.val().get(place.source());
        long first = (long) place.batch() * training.microBatch();
        int sequences = (int) Math.min(training.microBatch(), val.count() - first);
        List<Objective.Chosen> chosen = new ArrayList<>(); // B
        for (int b = 0; b < sequences; b++) {
            long key = place.source() == 0
                    ? SplitMix64.start(seed, VALIDATION, first + b)
                    : SplitMix64.start(seed, VALIDATION, first + b, place.source());
            chosen.add(new Objective.Chosen(val, first + b, key));
        }
        return objective.batch(chosen);
    }

    @Override
    public void close() throws IOException {
        TeacherLogits opened;
        synchronized (this) {
            opened = logits;
        }
        try (opened) {
            windows.close();
        }
    }

    private static void check(String what, int actual, int bound) {
        if (actual < 0 || actual >= bound) {
            throw new IndexOutOfBoundsException(what + "=" + actual + " must be in [0, " + bound + ")");
        }
    }
}
