package org.weft.dl4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.TrainingConfig;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;

class ExamplesTest {
    private static final TrainingConfig TRAINING = ConfigLoader.load(
                    "test", "{run: {dir: /x}, training: {global_batch: 8, lanes: 2, micro_batch: 2}}", List.of())
            .training();

    private final Store store = new HadoopStore(new Configuration());

    @TempDir
    Path directory;

    /** Example i is a sequence of i % 3 + 1 steps whose values are i. */
    private static MultiDataSet example(int i) {
        int length = i % 3 + 1;
        INDArray features = Nd4j.zeros(1, 2, length).addi(i);
        INDArray mask = Nd4j.ones(1, length);
        return new org.nd4j.linalg.dataset.MultiDataSet(
                new INDArray[] {features}, new INDArray[] {features.dup()}, new INDArray[] {mask}, new INDArray[] {
                    mask.dup()
                });
    }

    private ExampleManifest write(int... sizes) throws IOException {
        List<ExampleManifest.Shard> shards = new ArrayList<>();
        int next = 0;
        for (int size : sizes) {
            try (ExampleShardWriter writer =
                    new ExampleShardWriter(store, directory.toString(), "part-" + shards.size())) {
                for (int i = 0; i < size; i++) {
                    writer.add(example(next++));
                }
                shards.add(writer.commit());
            }
        }
        ExampleManifest manifest = new ExampleManifest(1, shards);
        manifest.save(store, directory.toString());
        return ExampleManifest.load(store, directory.toString());
    }

    @Test
    void examplesAreFoundByNumberWhateverTheShards() throws IOException {
        ExampleManifest manifest = write(3, 0, 5, 1);
        assertThat(manifest.examples()).isEqualTo(9);
        for (long budget : new long[] {0, 1 << 20}) {
            try (ExampleShards reader = new ExampleShards(store, directory.toString(), manifest, budget)) {
                for (int i : new int[] {8, 0, 2, 3, 7}) {
                    assertThat(reader.read(i)).isEqualTo(example(i));
                }
                assertThatThrownBy(() -> reader.read(9)).isInstanceOf(IndexOutOfBoundsException.class);
            }
        }
    }

    @Test
    void aDataSetOfManyBecomesSingleExamples() throws IOException {
        MultiDataSet three = org.nd4j.linalg.dataset.MultiDataSet.merge(List.of(example(0), example(3), example(6)));
        try (ExampleShardWriter writer = new ExampleShardWriter(store, directory.toString(), "part")) {
            writer.add(three);
            ExampleManifest manifest = new ExampleManifest(1, List.of(writer.commit()));
            try (ExampleShards reader = new ExampleShards(store, directory.toString(), manifest)) {
                assertThat(reader.examples()).isEqualTo(3);
                assertThat(reader.read(1).getFeatures(0)).isEqualTo(example(3).getFeatures(0));
            }
        }
    }

    @Test
    void damageIsNamed() throws IOException {
        ExampleManifest manifest = write(4);
        Path file = directory.resolve("part-0");
        byte[] bytes = Files.readAllBytes(file);
        byte[] changed = bytes.clone();
        changed[100] ^= 1;
        Files.delete(directory.resolve(".part-0.crc"));
        Files.write(file, changed);
        assertThatThrownBy(() -> readAll(manifest))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("example 0 has another checksum");
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
        assertThatThrownBy(() -> readAll(manifest)).hasMessageContaining("expected=" + bytes.length);
        changed = bytes.clone();
        changed[0] ^= 1;
        Files.write(file, changed);
        assertThatThrownBy(() -> readAll(manifest)).hasMessageContaining("does not begin");
        changed = bytes.clone();
        changed[bytes.length - ExampleShardFormat.FOOTER_BYTES - 1] ^= 1;
        Files.write(file, changed);
        assertThatThrownBy(() -> readAll(manifest)).hasMessageContaining("table has another checksum");
        Files.writeString(directory.resolve("index.json"), "{");
        assertThatThrownBy(() -> ExampleManifest.load(store, directory.toString()))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("is damaged");
        assertThatThrownBy(() -> ExampleManifest.load(store, directory + "/none"))
                .hasMessageContaining("has no index.json");
    }

    private void readAll(ExampleManifest manifest) throws IOException {
        try (ExampleShards reader = new ExampleShards(store, directory.toString(), manifest, 0)) {
            for (int i = 0; i < reader.examples(); i++) {
                assertThat(reader.read(i)).isNotNull();
            }
        }
    }

    @Test
    void everyEpochTakesEveryExampleOnce() {
        ExampleOrder order = new ExampleOrder(7, 12, 100, 3, true);
        long[] epochs = LongStream.range(0, 3) // 3 steps of 8 are 2 epochs of 12
                .flatMap(step -> LongStream.range(0, 4)
                        .flatMap(part -> Arrays.stream(
                                order.examples(TRAINING, 100 + (int) step, (int) part / 2, (int) part % 2))))
                .toArray();
        assertThat(Arrays.stream(epochs, 0, 12).sorted())
                .containsExactly(LongStream.range(0, 12).boxed().toArray(Long[]::new));
        assertThat(Arrays.stream(epochs, 12, 24).sorted())
                .containsExactly(LongStream.range(0, 12).boxed().toArray(Long[]::new));
        assertThat(Arrays.copyOf(epochs, 12)).isNotEqualTo(Arrays.copyOfRange(epochs, 12, 24));
        assertThat(order.epoch(8, 100)).isEqualTo(3);
        assertThat(order.epoch(8, 102)).isEqualTo(4);
        ExampleOrder asGiven = new ExampleOrder(7, 12, 0, 0, false);
        assertThat(asGiven.examples(TRAINING, 1, 1, 0)).containsExactly(0, 1);
    }

    @Test
    void batchesArePaddedAndMasked() throws IOException {
        ExampleManifest manifest = write(12);
        ExampleOrder order = new ExampleOrder(7, 12, 0, 0, false);
        try (PaddedBatches batches =
                new PaddedBatches(new ExampleShards(store, directory.toString(), manifest), order, TRAINING)) {
            try (ExampleBatch batch = batches.training(0, 1, 0)) { // examples 4 and 5
                assertThat(batch.targetCount()).isEqualTo(2);
                assertThat(batch.data().getFeatures(0).shape()).containsExactly(2, 2, 3);
                assertThat(batch.data().getFeaturesMaskArray(0).sumNumber().intValue())
                        .isEqualTo(5);
            }
            assertThat(batches.targets(0)).isEqualTo(8);
            assertThatThrownBy(() -> batches.validation(0)).isInstanceOf(UnsupportedOperationException.class);
        }
    }
}
