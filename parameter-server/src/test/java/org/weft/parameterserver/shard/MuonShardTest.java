package org.weft.parameterserver.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.optim.Optimizer;
import org.weft.core.optim.StateVector;
import org.weft.core.params.Bucket;
import org.weft.core.params.Initializer;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner;
import org.weft.core.privacy.GradientNoise;
import org.weft.core.protocol.BucketCodecs;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.PushLayout;
import org.weft.core.protocol.SavedRange;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Retries;
import org.weft.core.storage.RunDirectory;
import org.weft.parameterserver.ServerFixture;

/** Matrices that are moved as a whole, by the server that has all of them. */
@Timeout(60)
class MuonShardTest {
    private static final WeftConfig CONFIG =
            ConfigLoader.load("test", "run: {dir: /x}", List.of("training.optimizer=muon", "training.warmup_steps=0"));
    private static final GradientNoise NOISE = (step, offset, gradient, length) -> {
        for (int i = 0; i < length; i++) {
            gradient[i] += (offset + i) % 7 + step;
        }
    };
    /** Buckets [0, 16) and [16, 21), of the table and its bias; four of the large matrix, the last with the small one; one of all else. */
    private static final PushLayout PUSHES = PushLayout.of(
            CONFIG,
            ParameterLayout.builder(16)
                    .add("wte.weight", List.of(9, 2), true, Initializer.normal(0.5))
                    .add("h.0.ln_1.bias", List.of(3), false, Initializer.ONES)
                    .addFactor("h.0.large.weight", List.of(10, 5), true, Initializer.normal(0.5))
                    .addFactor("h.0.small.weight", List.of(2, 3), true, Initializer.normal(0.5))
                    .addFactor("h.0.high.weight", List.of(5, 2), true, Initializer.normal(0.5))
                    .add("ln_f.weight", List.of(4), false, Initializer.ONES)
                    .build());

    private static final ParameterLayout LAYOUT = PUSHES.layout();

    @TempDir
    Path directory;

    @Test
    void parametersAreTheSameOnAnyNumberOfServers() {
        for (Optimizer optimizer : List.of(Optimizer.ofServers(CONFIG), Optimizer.ofServers(CONFIG, NOISE))) {
            List<ParameterShard> one = initialized(1, optimizer);
            float[] before = parameters(one, 1, 0);
            train(one, 1, 0, 5);
            float[] expected = parameters(one, 1, 5);
            for (int i = 0; i < expected.length; i++) {
                assertThat(expected[i]).isNotEqualTo(before[i]);
            }
            for (int servers = 2; servers <= 8; servers++) {
                List<ParameterShard> many = initialized(servers, optimizer);
                train(many, 1, 0, 5);
                assertThat(parameters(many, 1, 5)).isEqualTo(expected);
            }
        }
    }

    /** Momentum and moments are in checkpoints, whose ranges are others on another number of servers. */
    @Test
    void goesOnOnAnotherNumberOfServers() throws Exception {
        Optimizer optimizer = Optimizer.ofServers(CONFIG);
        List<ParameterShard> two = initialized(2, optimizer);
        train(two, 1, 0, 3);
        CheckpointReader saved = save(two, 1, 3);
        assertThat(saved.verify()).isEmpty();
        train(two, 1, 3, 6);
        for (int servers : new int[] {1, 3}) {
            List<ParameterShard> others = shards(servers, optimizer);
            for (ParameterShard shard : others) {
                shard.beginLoad(2, 3);
                shard.load(saved);
                shard.publishAll();
            }
            train(others, 2, 3, 6);
            assertThat(parameters(others, 2, 6)).isEqualTo(parameters(two, 1, 6));
        }
    }

    /** Of the buckets that have nothing but matrices; an update, a checkpoint and a copy leave them zero. */
    @Test
    void matricesHaveNoSecondMoment() {
        ParameterShard shard = initialized(1, Optimizer.ofServers(CONFIG)).get(0);
        train(List.of(shard), 1, 0, 2);
        for (int bucket = 0; bucket < LAYOUT.bucketCount(); bucket++) {
            ByteBuffer squares = shard.bytes(new BucketKey(1, 2, bucket, StateVector.EXP_AVG_SQ));
            float[] values = new float[LAYOUT.bucket(bucket).length()];
            squares.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
            boolean filled = bucket >= 2 && bucket < 6;
            assertThat(IntStream.range(0, values.length).allMatch(i -> values[i] == 0))
                    .as("bucket %d", bucket)
                    .isEqualTo(filled);
        }
    }

    /** What comes before a matrix is published before it is moved, and none of it before all of it is. */
    @Test
    void aMatrixIsPublishedWhenItIsDone() {
        ParameterShard shard = initialized(1, Optimizer.ofServers(CONFIG)).get(0);
        List<Integer> published = new ArrayList<>();
        List<Integer> atEnd = new ArrayList<>();
        shard.apply(
                1,
                ShardUpdate.of(0, 0, 1f),
                bucket -> {
                    published.add(published(shard, 1));
                    return gradient(0, bucket);
                },
                () -> atEnd.add(published(shard, 1)));
        assertThat(LAYOUT.bucketCount()).isEqualTo(7);
        assertThat(published).containsExactly(0, 1, 2, 2, 2, 2, 6);
        assertThat(atEnd).containsExactly(6);
    }

    /** How many buckets of a version there are. */
    private static int published(ParameterShard shard, int version) {
        int count = 0;
        while (count < LAYOUT.bucketCount()
                && shard.await(new Message.AwaitParameters(1, version, count)).isDone()) {
            count++;
        }
        return count;
    }

    private CheckpointReader save(List<ParameterShard> shards, int generation, int step) throws Exception {
        RunDirectory run = RunDirectory.of(directory.toUri().toString());
        List<CheckpointManifest.Shard> files = new ArrayList<>();
        for (int i = 0; i < shards.size(); i++) {
            try (ShardCheckpointer checkpointer = new ShardCheckpointer(
                    shards.get(i),
                    HadoopStore.local(),
                    new ShardCheckpointer.Destination(run, i, shards.size()),
                    new Retries(0, Duration.ofMillis(1)))) {
                SavedRange file = checkpointer.save(generation, step).get(20, TimeUnit.SECONDS);
                files.add(new CheckpointManifest.Shard(
                        file.file(), file.offset(), file.length(), file.bytes(), file.sha256()));
            }
        }
        CheckpointManifest manifest = new CheckpointManifest(
                1, "", step, 0, 0, 1, "", LAYOUT.size(), 0, "", 0, null, files, List.of(), Map.of(), "", null, null);
        return new CheckpointReader(HadoopStore.local(), run.step(step), manifest);
    }

    private static List<ParameterShard> shards(int count, Optimizer optimizer) {
        RangePartitioner partitioner = RangePartitioner.of(LAYOUT, count);
        List<ParameterShard> shards = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            shards.add(new ParameterShard(
                    PUSHES, partitioner.range(i), optimizer, KeptVersions.NEWEST, BucketCodecs.plain()));
        }
        return shards;
    }

    private static List<ParameterShard> initialized(int count, Optimizer optimizer) {
        List<ParameterShard> shards = shards(count, optimizer);
        for (ParameterShard shard : shards) {
            shard.beginLoad(1, 0);
            shard.initialize(7);
            shard.publishAll();
        }
        return shards;
    }

    /** Leaves no trace in the sums, which a backup is told. */
    private static void train(List<ParameterShard> shards, int generation, int from, int to) {
        for (int step = from; step < to; step++) {
            int at = step;
            Map<Integer, float[]> sums = new HashMap<>();
            shards.forEach(shard -> shard.apply(
                    generation,
                    ShardUpdate.of(at, at, 0.5f),
                    bucket -> sums.computeIfAbsent(bucket, index -> gradient(at, index)),
                    () -> {}));
            assertThat(sums).hasSize(LAYOUT.bucketCount()).allSatisfy((bucket, sum) -> assertThat(sum)
                    .isEqualTo(gradient(at, bucket)));
        }
    }

    private static float[] gradient(int step, int bucket) {
        return ServerFixture.gradient(step, LAYOUT.bucket(bucket));
    }

    private static float[] parameters(List<ParameterShard> shards, int generation, int step) {
        float[] all = new float[(int) LAYOUT.size()];
        RangePartitioner partitioner = RangePartitioner.of(LAYOUT, shards.size());
        for (int i = 0; i < LAYOUT.bucketCount(); i++) {
            Bucket bucket = LAYOUT.bucket(i);
            ByteBuffer bytes = shards.get(partitioner.shardOf(i)).bytes(new BucketKey(generation, step, i));
            bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(all, (int) bucket.offset(), bucket.length());
        }
        return all;
    }
}
