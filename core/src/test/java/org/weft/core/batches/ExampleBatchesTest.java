package org.weft.core.batches;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.examples.Example;
import org.weft.core.examples.ExampleWriter;
import org.weft.core.examples.ExamplesManifest;
import org.weft.core.examples.ExamplesSplit;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;

/** Which examples a step holds, and how they are filled up. Example i's tokens are all i + 1. */
class ExampleBatchesTest {
    private static final int TRAIN = 96;
    private static final int VALIDATION = 10;

    @TempDir
    Path directory;

    private final Store store = HadoopStore.local();

    private WeftConfig config(String... overrides) {
        List<String> all = new ArrayList<>(List.of(
                "run.dir=" + directory,
                "training.global_batch=8",
                "training.micro_batch=2",
                "training.lanes=2",
                "dataset.length_buckets=4"));
        all.addAll(List.of(overrides));
        return ConfigLoader.load("test", "", all);
    }

    private static int length(int example) {
        return 1 + new Random(example).nextInt(60);
    }

    private static Example example(int number) {
        int[] tokens = new int[length(number)];
        Arrays.fill(tokens, number + 1);
        return new Example(tokens, tokens.length, null, new float[] {number}, 1 + number * 0.25);
    }

    private ExamplesManifest write(int train) throws IOException {
        ExamplesManifest empty = new ExamplesManifest(
                ExamplesManifest.VERSION,
                "regression",
                List.of(),
                List.of(),
                List.of(),
                Sha256.hex(new byte[0]),
                200,
                ExamplesSplit.NONE,
                ExamplesSplit.NONE,
                ExamplesSplit.NONE,
                0,
                Map.of(),
                null,
                "f");
        ExamplesManifest manifest = new ExamplesManifest(
                empty.version(),
                empty.task(),
                empty.labels(),
                empty.classCounts(),
                empty.classWeights(),
                empty.tokenizerSha256(),
                empty.vocabSize(),
                split(empty.vocabulary(), "train", 0, train),
                split(empty.vocabulary(), "validation", TRAIN, VALIDATION),
                ExamplesSplit.NONE,
                0,
                Map.of(),
                null,
                "f");
        manifest.save(store, directory + "/dataset");
        return manifest;
    }

    private ExamplesSplit split(String vocabulary, String name, int from, int count) throws IOException {
        try (ExampleWriter writer = new ExampleWriter(store, directory + "/dataset", name + ".examples", vocabulary)) {
            for (int i = from; i < from + count; i++) {
                writer.append(example(i));
            }
            return new ExamplesSplit(List.of(writer.commit()), 60, 0, 0);
        }
    }

    private static List<Integer> numbers(Batch batch) {
        return IntStream.range(0, batch.sequences())
                .mapToObj(b -> (int) batch.labels()[b])
                .toList();
    }

    @Test
    void anExampleIsHadByItsNumber() throws IOException {
        write(TRAIN);
        try (ExampleBatches batches = ExampleBatches.open(store, config())) {
            assertThat(batches.examples()).isEqualTo(TRAIN);
            for (int number : new int[] {0, 41, TRAIN - 1}) {
                Batch one = batches.example(3, number);
                assertThat(numbers(one)).containsExactly(number);
                assertThat(one.context()).as("filled up to itself").isEqualTo(length(number));
            }
        }
    }

    @Test
    void eachExampleComesOnceAnEpochWithItsLike() throws IOException {
        write(TRAIN);
        try (ExampleBatches batches = ExampleBatches.open(store, config())) {
            Set<Integer> seen = new HashSet<>();
            for (int step = 0; step < TRAIN / 8; step++) {
                int longest = 0;
                for (int m = 0; m < 2; m++) {
                    for (int lane = 0; lane < 2; lane++) {
                        Batch batch = batches.training(step, lane, m);
                        for (int number : numbers(batch)) {
                            assertThat(seen.add(number)).isTrue();
                            assertThat(length(number)).isGreaterThanOrEqualTo(longest);
                            longest = length(number);
                        }
                        assertThat(batch.context()).isEqualTo(longest);
                    }
                }
            }
            assertThat(seen).hasSize(TRAIN);
            assertThat(batches.paddingFraction()).isBetween(0.0, 0.08);
        }
    }

    @Test
    void withoutBucketsPaddingIsLarge() throws IOException {
        write(TRAIN);
        try (ExampleBatches batches = ExampleBatches.open(
                store, config("dataset.length_buckets=1", "training.global_batch=2", "training.lanes=1"))) {
            assertThat(batches.paddingFraction()).isZero();
            for (int step = 0; step < TRAIN / 2; step++) {
                batches.training(step, 0, 0);
            }
            assertThat(batches.paddingFraction()).isBetween(0.15, 0.5);
        }
    }

    @Test
    void resultsDependOnNobodyWhoAsks() throws IOException {
        write(TRAIN);
        Map<List<Integer>, Batch> expected = new HashMap<>();
        Map<Integer, Double> targets = new HashMap<>();
        List<List<Integer>> keys = new ArrayList<>();
        try (ExampleBatches batches = ExampleBatches.open(store, config())) {
            for (int step = 0; step < 30; step++) {
                double sum = 0;
                for (int part = 0; part < 4; part++) {
                    Batch batch = batches.training(step, part % 2, part / 2);
                    sum += numbers(batch).stream()
                            .mapToDouble(n -> 1 + n * 0.25)
                            .sum();
                    keys.add(List.of(step, part % 2, part / 2));
                    expected.put(keys.get(keys.size() - 1), batch);
                }
                targets.put(step, sum);
                assertThat(batches.targets(step)).isEqualTo(sum);
            }
        }
        java.util.Collections.shuffle(keys, new Random(1));
        try (ExampleBatches batches = ExampleBatches.open(store, config())) {
            for (List<Integer> key : keys) {
                assertThat(batches.training(key.get(0), key.get(1), key.get(2)))
                        .usingRecursiveComparison()
                        .isEqualTo(expected.get(key));
                assertThat(batches.targets(key.get(0))).isEqualTo(targets.get(key.get(0)));
            }
        }
        try (ExampleBatches other = ExampleBatches.open(store, config("run.seed=7"))) {
            assertThat(numbers(other.training(0, 0, 0))).isNotEqualTo(numbers(expected.get(List.of(0, 0, 0))));
        }
    }

    @Test
    void stepsOfAGroupAreNotInOrderOfLength() throws IOException {
        write(TRAIN);
        try (ExampleBatches batches = ExampleBatches.open(store, config())) {
            List<Integer> longest = new ArrayList<>();
            for (int step = 0; step < 12; step++) {
                longest.add(batches.training(step, 1, 1).context());
            }
            assertThat(longest.subList(0, 4))
                    .isNotEqualTo(longest.subList(0, 4).stream().sorted().toList());
            assertThat(order(longest.subList(0, 4))).isNotEqualTo(order(longest.subList(4, 8)));
        }
    }

    private static List<Integer> order(List<Integer> values) {
        List<Integer> sorted = values.stream().sorted().toList();
        return values.stream().map(sorted::indexOf).toList();
    }

    @Test
    void aSmallSetsExamplesDoNotStandBesideThemselves() throws IOException {
        write(17);
        try (ExampleBatches batches = ExampleBatches.open(store, config("dataset.length_buckets=100"))) {
            List<Integer> seen = new ArrayList<>();
            for (int part = 0; part < 8; part++) {
                seen.addAll(numbers(batches.training(part / 4, part % 2, part / 2 % 2)));
            }
            assertThat(seen).hasSize(16).doesNotHaveDuplicates();
        }
    }

    @Test
    void validationIsWholeAndInOrderOfLength() throws IOException {
        write(TRAIN);
        try (ExampleBatches batches = ExampleBatches.open(store, config("training.micro_batch=4"))) {
            assertThat(batches.validationBatches()).isEqualTo(3);
            List<Integer> seen = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                seen.addAll(numbers(batches.validation(i)));
            }
            assertThat(batches.validation(2).sequences()).isEqualTo(2);
            assertThat(seen).hasSize(VALIDATION).doesNotHaveDuplicates().allMatch(n -> n >= TRAIN);
            assertThat(seen.stream().map(ExampleBatchesTest::length)).isSorted();
            assertThatThrownBy(() -> batches.validation(3)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> batches.training(0, 2, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void fewEvaluatedBatchesAreShortAndLong() throws IOException {
        write(TRAIN);
        List<Integer> all = new ArrayList<>();
        try (ExampleBatches batches = ExampleBatches.open(store, config())) {
            for (int i = 0; i < batches.validationBatches(); i++) {
                all.add(numbers(batches.validation(i)).get(0));
            }
        }
        try (ExampleBatches batches = ExampleBatches.open(store, config("training.eval_batches=2"))) {
            assertThat(batches.validationBatches()).isEqualTo(2);
            assertThat(numbers(batches.validation(0)).get(0)).isEqualTo(all.get(1));
            assertThat(numbers(batches.validation(1)).get(0)).isEqualTo(all.get(3));
            assertThatThrownBy(() -> batches.validation(2)).isInstanceOf(IndexOutOfBoundsException.class);
        }
        try (ExampleBatches batches = ExampleBatches.open(store, config("training.eval_batches=1"))) {
            assertThat(numbers(batches.validation(0)).get(0)).isEqualTo(all.get(2));
        }
    }

    /** Rows of one, two and five examples beside micro-batches of two. */
    @Test
    void examplesOfOneRowAreJudgedTogether() throws IOException {
        ExamplesManifest manifest = write(TRAIN);
        int[] rows = {1, 2, 5, 1, 1};
        ExamplesSplit windows;
        try (ExampleWriter writer =
                new ExampleWriter(store, directory + "/dataset", "windows.examples", manifest.vocabulary())) {
            int number = TRAIN;
            for (int row : rows) {
                for (int window = 0; window < row; window++) {
                    writer.append(example(number++), window > 0);
                }
            }
            windows = new ExamplesSplit(List.of(writer.commit()), 60, 0, 0);
        }
        manifest.of(manifest.train(), windows, "f").save(store, directory + "/dataset");
        try (ExampleBatches batches = ExampleBatches.open(store, config())) {
            List<List<Integer>> seen = new ArrayList<>();
            for (int i = 0; i < batches.validationBatches(); i++) {
                seen.add(numbers(batches.validation(i)));
            }
            assertThat(seen).contains(List.of(TRAIN + 1, TRAIN + 2));
            assertThat(seen)
                    .contains(IntStream.range(TRAIN + 3, TRAIN + 8).boxed().toList());
            assertThat(seen.stream().mapToInt(List::size).sum()).isEqualTo(10);
            assertThat(seen).hasSize(4); // of the three short rows two stand together
        }
    }

    @Test
    void aValidationLossIsAMeanOverWeightsAsTrainingIs() throws IOException {
        write(TRAIN);
        try (ExampleBatches batches = ExampleBatches.open(store, config("training.micro_batch=4"))) {
            for (int i = 0; i < batches.validationBatches(); i++) {
                Batch batch = batches.validation(i);
                double weights =
                        numbers(batch).stream().mapToDouble(n -> 1 + n * 0.25).sum();
                assertThat(batches.validationTargets(i, batch)).isEqualTo(weights);
            }
        }
    }

    @Test
    void noExampleToTrainOnIsSaid() throws IOException {
        write(0);
        assertThatThrownBy(() -> ExampleBatches.open(store, config()))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("no training example in ");
    }

    @Test
    void paddingPredictsNothing() {
        Example one = new Example(new int[] {5, 6, 7}, 1, new int[] {1, Example.IGNORED, 2}, null, 1);
        Example two = new Example(new int[] {8}, 1, new int[] {3}, null, 1);
        Batch batch = PaddedBatch.of(List.of(one, two), true);
        assertThat(Example.IGNORED).isEqualTo(Batch.IGNORED);
        assertThat(batch.inputs()).containsExactly(5, 6, 7, 8, 0, 0);
        assertThat(batch.targets()).containsExactly(1, -1, 2, 3, -1, -1);
        assertThat(batch.types()).containsExactly(0, 1, 1, 0, 0, 0);
        assertThat(batch.lengths()).containsExactly(3, 1);
        assertThat(batch.asked()).isInstanceOf(Targets.Tokens.class);
        assertThat(batch.targetCount()).isEqualTo(3);
        Batch plain = PaddedBatch.of(List.of(two, two), true);
        assertThat(plain.segmented()).isFalse();
        assertThat(plain.padded()).isFalse();
        assertThat(PaddedBatch.of(List.of(one), false).segmented()).isFalse();

        Example labelled = new Example(new int[] {1}, 1, null, new float[] {2, 3}, 1);
        Batch qa = PaddedBatch.of(List.of(labelled, labelled), false);
        assertThat(qa.labels()).containsExactly(2, 3, 2, 3);
        assertThat(qa.asked()).isInstanceOf(Targets.Labels.class);
        assertThat(qa.targetCount()).isEqualTo(2);
        assertThatThrownBy(() -> PaddedBatch.of(List.of(labelled, two), false))
                .hasMessageContaining("batch labels: example=1 actual=none expected=2");
    }
}
