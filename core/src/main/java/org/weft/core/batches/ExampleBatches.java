package org.weft.core.batches;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.weft.core.WeftException;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.TrainingConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.examples.Example;
import org.weft.core.examples.ExampleSet;
import org.weft.core.examples.ExamplesManifest;
import org.weft.core.storage.Store;

/**
 * Batches of encoded examples. Which ones a step sees is {@link LengthBuckets}'; within the step they are dealt in order
 * of length, a micro-batch to each lane in turn, so that a micro-batch holds its like and lanes have about as much to do:
 *
 * <pre>
 *   a step's examples by length   [ B ][ B ][ B ][ B ][ B ][ B ] ...
 *   lane, micro-batch (2 lanes)    0,0  1,0  0,1  1,1  0,2  1,2
 * </pre>
 *
 * Each micro-batch is filled up to its own longest example. Safe for use by many threads.
 */
public final class ExampleBatches implements BatchSource<Batch> {
    private final ExampleSet train;
    private final ExampleSet validation;
    private final LengthBuckets order;
    private final TrainingConfig training;
    private final Function<List<Example>, Batch> assembly;
    private final int[][] validationBatches; // (evaluated, B): numbers of examples
    private final AtomicLong realTokens = new AtomicLong();
    private final AtomicLong allTokens = new AtomicLong();

    private ExampleBatches(ExampleSet train, ExampleSet validation, WeftConfig config) {
        this.train = train;
        this.validation = validation;
        this.training = config.training();
        this.assembly = assembly(config);
        this.order = new LengthBuckets(
                train,
                config.run().seed(),
                training.globalBatch(),
                config.dataset().lengthBuckets());
        this.validationBatches = evaluated(validation, training);
    }

    private static Function<List<Example>, Batch> assembly(WeftConfig config) {
        if (config.finetune().task() == TaskName.EMBEDDING) {
            return examples -> ContrastBatch.of(examples, config.finetune());
        }
        if (config.finetune().task() == TaskName.PREFERENCE) {
            PreferenceLoss loss = PreferenceLoss.of(config.finetune());
            return pairs -> PreferenceBatch.of(pairs, loss);
        }
        boolean tokenTypes = config.model().tellsSegments();
        return examples -> PaddedBatch.of(examples, tokenTypes);
    }

    /**
     * The rows by length, cut into batches; of these {@code training.eval_batches}, as far from each other as there are
     * more: any number of batches then holds short and long ones as the split does. A row that became several examples is judged
     * as one: they stand together, where they are more than a micro-batch in a batch of their own.
     */
    private static int[][] evaluated(ExampleSet validation, TrainingConfig training) {
        int[] starts = IntStream.range(0, validation.size())
                .filter(example -> !validation.sameRow(example))
                .toArray();
        List<int[]> rows = new ArrayList<>(); // (rows, examples of the row)
        for (int row = 0; row < starts.length; row++) {
            int end = row + 1 < starts.length ? starts[row + 1] : validation.size();
            rows.add(IntStream.range(starts[row], end).toArray());
        }
        rows.sort(Comparator.comparingLong(
                row -> IntStream.of(row).mapToLong(validation::length).sum()));
        List<int[]> all = together(rows, training.microBatch());
        int evaluated = Math.min(all.size(), training.evalBatches());
        int[][] batches = new int[evaluated][];
        for (int i = 0; i < evaluated; i++) {
            batches[i] = all.get(
                    Math.toIntExact((2L * i + 1) * all.size() / (2L * evaluated))); // the middle of an equal share
        }
        return batches;
    }

    /** Rows one after the other in batches of at most so many examples, but for a row that has more. */
    private static List<int[]> together(List<int[]> rows, int most) {
        List<int[]> batches = new ArrayList<>();
        IntStream.Builder batch = IntStream.builder();
        int size = 0;
        for (int[] row : rows) {
            if (size > 0 && size + row.length > most) {
                batches.add(batch.build().toArray());
                batch = IntStream.builder();
                size = 0;
            }
            IntStream.of(row).forEach(batch::add);
            size += row.length;
        }
        if (size > 0) {
            batches.add(batch.build().toArray());
        }
        return batches;
    }

    /**
     * Batches of the data set that was encoded for a run.
     *
     * @throws WeftException where there is none, or it is damaged or empty
     */
    public static ExampleBatches open(Store store, WeftConfig config) throws IOException {
        boolean pairs = config.finetune().task() == TaskName.PREFERENCE;
        return open(
                store,
                config,
                pairs
                        ? config.run().directory().reference()
                        : config.run().directory().dataset());
    }

    /** How many batches an evaluation has, of the examples that were encoded for a run. */
    public static int validationBatches(Store store, WeftConfig config) throws IOException {
        try (ExampleBatches batches =
                open(store, config, config.run().directory().dataset())) {
            return batches.validationBatches();
        }
    }

    private static ExampleBatches open(Store store, WeftConfig config, String directory) throws IOException {
        ExamplesManifest manifest = ExamplesManifest.load(store, directory);
        if (manifest.train().examples() == 0) {
            throw WeftException.invalidData(
                    "no training example in " + directory, "give dataset.train more rows, in another run.dir");
        }
        ExampleSet train = ExampleSet.open(store, directory, manifest, manifest.train());
        try {
            return new ExampleBatches(
                    train, ExampleSet.open(store, directory, manifest, manifest.validation()), config);
        } catch (IOException | RuntimeException failure) {
            train.close();
            throw failure;
        }
    }

    @Override
    public Batch training(int step, int lane, int microBatch) throws IOException {
        check("step", step, Integer.MAX_VALUE);
        check("lane", lane, training.lanes());
        check("micro_batch", microBatch, training.microBatchesPerLane());
        int from = (microBatch * training.lanes() + lane) * training.microBatch();
        Batch batch = batch(train, order.step(step), from, training.microBatch());
        count(batch);
        return batch;
    }

    @Override
    public long examples() {
        return train.size();
    }

    @Override
    public Batch example(int step, long number) throws IOException {
        Batch batch = batch(train, new int[] {Math.toIntExact(number)}, 0, 1);
        count(batch);
        return batch;
    }

    /** Sum of the weights of the examples in the step's global batch, added in order of length. */
    @Override
    public double targets(int step) {
        double sum = 0;
        for (int example : order.step(step)) {
            sum += train.weight(example);
        }
        return sum;
    }

    /** Batches of an evaluation; 0 where the validation split is empty. */
    public int validationBatches() {
        return validationBatches.length;
    }

    /** The shortest examples come first. */
    @Override
    public Batch validation(int index) throws IOException {
        check("validation batch", index, validationBatches());
        return batch(validation, validationBatches[index], 0, validationBatches[index].length);
    }

    /** Sum of the weights of the examples in it: a class counts in validation what it counts in training. */
    @Override
    public double validationTargets(int index, Batch batch) {
        double sum = 0;
        for (int example : validationBatches[index]) {
            sum += validation.weight(example);
        }
        return sum;
    }

    /** Padding among the tokens of all training batches that were asked for here; 0 before the first. */
    public double paddingFraction() {
        long all = allTokens.get();
        return all == 0 ? 0 : 1 - realTokens.get() / (double) all;
    }

    private Batch batch(ExampleSet split, int[] numbers, int from, int count) throws IOException {
        List<Example> examples = new ArrayList<>(count);
        for (int i = from; i < from + count; i++) {
            examples.add(split.read(numbers[i]));
        }
        return assembly.apply(examples);
    }

    private void count(Batch batch) {
        int all = batch.sequences() * batch.context();
        realTokens.addAndGet(IntStream.of(batch.lengths()).sum());
        allTokens.addAndGet(all);
    }

    private static void check(String what, int actual, int bound) {
        if (actual < 0 || actual >= bound) {
            throw new IndexOutOfBoundsException(what + "=" + actual + " must be in [0, " + bound + ")");
        }
    }

    @Override
    public void close() throws IOException {
        train.close();
        validation.close();
    }
}
