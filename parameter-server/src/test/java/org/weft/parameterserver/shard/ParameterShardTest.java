package org.weft.parameterserver.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.Records;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.config.TrainingConfig;
import org.weft.core.config.TrainingConfig.OptimizerKind;
import org.weft.core.config.WeftConfig;
import org.weft.core.optim.Optimizer;
import org.weft.core.optim.StateVector;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner;
import org.weft.core.params.RangePartitioner.BucketRange;
import org.weft.core.privacy.GradientNoise;
import org.weft.core.protocol.BucketCodecs;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.PulledForm;
import org.weft.core.protocol.PushLayout;
import org.weft.core.protocol.SavedRange;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Retries;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.parameterserver.ServerFixture;

@Timeout(60)
class ParameterShardTest {
    private static final ParameterLayout LAYOUT = ServerFixture.layout();
    private static final TrainingConfig TRAINING = ServerFixture.config("/x", 1).training();

    private static final PushLayout ROUNDS =
            new PushLayout(LAYOUT, List.of(StateVector.EXP_AVG, StateVector.EXP_AVG_SQ));

    @TempDir
    Path directory;

    @Test
    void startsWithTheSameBitsForAnyNumberOfShards() {
        float[] expected = ServerFixture.initial();
        assertThat(parameters(initialized(1), 1, 0)).isEqualTo(expected);
        assertThat(parameters(initialized(4), 1, 0)).isEqualTo(expected);
    }

    @Test
    void aShardKnowsItsRange() {
        ParameterShard second = shard(new RangePartitioner(3, 2).range(1));
        assertThat(second.offset()).isEqualTo(1 << 20);
        assertThat(second.length()).isEqualTo(LAYOUT.size() - (1 << 20));
        ParameterShard empty = shard(new BucketRange(1, 1));
        assertThat(empty.offset()).isZero();
        assertThat(empty.length()).isZero();
    }

    @Test
    void updatesAsTheOptimizerAloneWould() {
        List<ParameterShard> shards = initialized(2);
        float[] weights = ServerFixture.initial();
        float[] gradient = new float[weights.length];
        for (int i = 0; i < weights.length; i++) {
            gradient[i] = ServerFixture.gradient(0, i);
        }
        Optimizer optimizer = Optimizer.of(TRAINING);
        Optimizer.State state =
                new Optimizer.State(gradient, weights, new float[weights.length], new float[weights.length]);
        for (int step = 0; step < 2; step++) {
            int at = step;
            LAYOUT.parameters()
                    .forEach(p -> optimizer.update(
                            at, 0.5f, state, new Optimizer.Segment((int) p.offset(), (int) p.end(), p.decay(), 1)));
            shards.forEach(
                    shard -> shard.apply(1, ShardUpdate.of(at, at, 0.5f), ParameterShardTest::gradient, () -> {}));
        }
        assertThat(parameters(shards, 1, 2)).isEqualTo(weights);
    }

    /** Noise of an element's index: however many servers there are, and without a trace in the sum that a backup is told. */
    @Test
    void noiseIsAddedToWhatTheOptimizerSees() {
        GradientNoise noise = (step, offset, gradient, length) -> {
            for (int i = 0; i < length; i++) {
                gradient[i] += (offset + i) % 7 + step;
            }
        };
        WeftConfig config = ServerFixture.config("/x", 1);
        List<float[]> results = new ArrayList<>();
        for (int servers : new int[] {1, 2, 3}) {
            List<ParameterShard> shards = new ArrayList<>();
            for (int i = 0; i < servers; i++) {
                BucketRange range = new RangePartitioner(LAYOUT.bucketCount(), servers).range(i);
                Optimizer optimizer = Optimizer.ofServers(config, noise);
                PushLayout pushes = PushLayout.ofGradients(LAYOUT);
                shards.add(new ParameterShard(pushes, range, optimizer, KeptVersions.NEWEST, BucketCodecs.plain()));
            }
            start(shards);
            for (ParameterShard shard : shards) {
                shard.apply(1, ShardUpdate.of(0, 0, 1f), this::sums, () -> {});
            }
            results.add(parameters(shards, 1, 1));
        }
        Optimizer plain = Optimizer.of(TRAINING);
        float[] weights = ServerFixture.initial();
        float[] noised = new float[weights.length];
        for (int i = 0; i < noised.length; i++) {
            noised[i] = ServerFixture.gradient(0, i) + i % 7;
        }
        Optimizer.State state = Optimizer.State.fresh(plain, noised, weights);
        LAYOUT.parameters()
                .forEach(p -> plain.update(
                        0, 1f, state, new Optimizer.Segment((int) p.offset(), (int) p.end(), p.decay(), 1)));
        assertThat(results).allSatisfy(result -> assertThat(result).isEqualTo(weights));
        assertThat(summed).allSatisfy((bucket, sum) -> assertThat(sum).isEqualTo(gradient(bucket)));
    }

    /** What stands in the reducer, by bucket. */
    private final Map<Integer, float[]> summed = new HashMap<>();

    private float[] sums(int bucket) {
        return summed.computeIfAbsent(bucket, ParameterShardTest::gradient);
    }

    @Test
    void anUpdateAfterASkippedStepIsTheOptimizersNext() {
        ParameterShard skipping = initialized(1).get(0);
        skipping.skip(1, 0, 1, () -> {});
        skipping.apply(1, ShardUpdate.of(1, 0, 1f), ParameterShardTest::gradient, () -> {});
        float[] weights = ServerFixture.initial();
        float[] gradient = new float[weights.length];
        for (int i = 0; i < weights.length; i++) {
            gradient[i] = ServerFixture.gradient(0, i);
        }
        Optimizer optimizer = Optimizer.of(TRAINING);
        Optimizer.State state = Optimizer.State.fresh(optimizer, gradient, weights);
        LAYOUT.parameters()
                .forEach(p -> optimizer.update(
                        1, 0, 1f, state, new Optimizer.Segment((int) p.offset(), (int) p.end(), p.decay(), 1)));
        assertThat(parameters(List.of(skipping), 1, 2)).isEqualTo(weights);
    }

    @Test
    void appliesInOrderAndOpensTheNextStepBeforeTheLastBucketIsOut() throws Exception {
        ParameterShard shard = initialized(1).get(0);
        CompletableFuture<Message> first = shard.await(new Message.AwaitParameters(1, 1, 0));
        CompletableFuture<Message> last = shard.await(new Message.AwaitParameters(1, 1, 2));
        List<String> events = new ArrayList<>();
        shard.apply(
                1,
                ShardUpdate.of(0, 0, 1f),
                bucket -> {
                    events.add("update " + bucket + " first=" + first.isDone() + " last=" + last.isDone());
                    return gradient(bucket);
                },
                () -> events.add("next step opens last=" + last.isDone()));
        assertThat(events)
                .containsExactly(
                        "update 0 first=false last=false",
                        "update 1 first=true last=false",
                        "update 2 first=true last=false",
                        "next step opens last=false");
        assertThat(((Message.ParametersReady) first.get()).endBucket()).isEqualTo(1);
        assertThat(((Message.ParametersReady) last.get()).endBucket()).isEqualTo(3);
    }

    @Test
    void answersWithChecksumsOfWhatIsThere() throws Exception {
        ParameterShard shard = initialized(1).get(0);
        Message.ParametersReady ready = (Message.ParametersReady)
                shard.await(new Message.AwaitParameters(1, 0, 1)).get();
        assertThat(ready.endBucket()).isEqualTo(3);
        assertThat(ready.checksums())
                .containsExactly(
                        ServerFixture.checksum(shard.bytes(new BucketKey(1, 0, 1))),
                        ServerFixture.checksum(shard.bytes(new BucketKey(1, 0, 2))));
    }

    @Test
    void refusesStaleRequestsAndHoldsEarlyOnes() throws Exception {
        ParameterShard shard = initialized(1).get(0);
        shard.apply(1, ShardUpdate.of(0, 0, 1f), ParameterShardTest::gradient, () -> {});
        assertThat(shard.await(new Message.AwaitParameters(1, 0, 0)).get())
                .isEqualTo(new Message.Refused("stale request: generation=1 step=0 present generation=1 step=1"));
        assertThat(shard.await(new Message.AwaitParameters(0, 1, 0)).get()).isInstanceOf(Message.Refused.class);
        CompletableFuture<Message> early = shard.await(new Message.AwaitParameters(1, 2, 0));
        assertThat(early).isNotDone();
        shard.beginLoad(2, 0);
        assertThat(early.get())
                .isEqualTo(new Message.Refused("stale request: generation=1 step=2 present generation=2 step=0"));
        assertThatThrownBy(() -> shard.bytes(new BucketKey(1, 1, 0)))
                .hasMessage("not published: BucketKey[generation=1, step=1, bucket=0, part=PARAM]");
        assertThatThrownBy(() -> shard.bytes(new BucketKey(2, 0, 0))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void requestsBeforeTheFirstLoadWait() throws Exception {
        ParameterShard shard = shard(new BucketRange(0, 3));
        CompletableFuture<Message> early = shard.await(new Message.AwaitParameters(1, 0, 0));
        assertThat(early).isNotDone();
        shard.beginLoad(1, 0);
        assertThat(early).isNotDone();
        shard.initialize(7);
        shard.publishAll();
        assertThat(early.get()).isInstanceOf(Message.ParametersReady.class);
    }

    @Test
    void aShardWithoutBucketsAnswersToo() throws Exception {
        ParameterShard shard = shard(new BucketRange(3, 3));
        CompletableFuture<Message> next = shard.await(new Message.AwaitParameters(1, 1, 3));
        shard.beginLoad(1, 0);
        assertThat(next).isNotDone();
        List<String> opened = new ArrayList<>();
        shard.apply(1, ShardUpdate.of(0, 0, 1f), ParameterShardTest::gradient, () -> opened.add("next"));
        assertThat(opened).hasSize(1);
        assertThat(next.get()).usingRecursiveComparison().isEqualTo(new Message.ParametersReady(3, new int[0]));
        assertThat(shard.await(new Message.AwaitParameters(1, 1, 99)).get())
                .isInstanceOf(Message.ParametersReady.class);
    }

    @Test
    void aCheckpointOfTwoShardsLoadsIntoThreeAndOne() throws Exception {
        List<ParameterShard> shards = initialized(2);
        for (ParameterShard shard : shards) {
            shard.apply(1, ShardUpdate.of(0, 0, 1f), ParameterShardTest::gradient, () -> {});
        }
        CheckpointReader checkpoint = save(shards, 1, 1);
        assertThat(checkpoint.verify()).isEmpty();
        for (int count : new int[] {1, 3, 5}) {
            List<ParameterShard> loaded = shards(count);
            for (ParameterShard shard : loaded) {
                shard.beginLoad(2, 1);
                shard.load(checkpoint);
                shard.publishAll();
            }
            assertThat(parameters(loaded, 2, 1)).isEqualTo(parameters(shards, 1, 1));
            // The next update needs the moments as well.
            loaded.forEach(shard -> shard.apply(2, ShardUpdate.of(1, 1, 1f), ParameterShardTest::gradient, () -> {}));
            List<ParameterShard> twin = initialized(1);
            twin.get(0).apply(1, ShardUpdate.of(0, 0, 1f), ParameterShardTest::gradient, () -> {});
            twin.get(0).apply(1, ShardUpdate.of(1, 1, 1f), ParameterShardTest::gradient, () -> {});
            assertThat(parameters(loaded, 2, 2)).isEqualTo(parameters(twin, 1, 2));
        }
    }

    @Test
    void aSnapshotIsOfTheStepBoundaryWhateverTrainingDoes() throws Exception {
        ParameterShard shard = initialized(1).get(0);
        float[] before = parameters(List.of(shard), 1, 0);
        CompletableFuture<SavedRange> saved;
        CompletableFuture<SavedRange> next;
        try (ShardCheckpointer checkpointer = checkpointer(shard, 0, 1)) {
            saved = checkpointer.save(1, 0);
            shard.apply(1, ShardUpdate.of(0, 0, 1f), ParameterShardTest::gradient, () -> {});
            saved.get();
            next = checkpointer.save(1, 1);
        }
        SavedRange file = next.get();
        assertThat(file.file()).isEqualTo("shard-00000-of-00001-g0001.safetensors");
        assertThat(file.length()).isEqualTo(LAYOUT.size());
        ParameterShard loaded = shard(new BucketRange(0, 3));
        loaded.beginLoad(1, 0);
        loaded.load(reader(0, List.of(saved.get())));
        loaded.publishAll();
        assertThat(parameters(List.of(loaded), 1, 0)).isEqualTo(before);
    }

    @Test
    void aFailedSaveIsReportedAndLeavesNothingAndTheNextOneWorks() throws Exception {
        ParameterShard shard = initialized(1).get(0);
        Files.createDirectories(directory.resolve("checkpoints"));
        Files.writeString(directory.resolve("checkpoints/step-00000000"), "a file where the directory should be");
        try (ShardCheckpointer checkpointer = checkpointer(shard, 0, 1)) {
            assertThatThrownBy(() -> checkpointer.save(1, 0).get(20, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasRootCauseInstanceOf(IOException.class);
            assertThat(checkpointer.save(1, 1).get(20, TimeUnit.SECONDS).bytes())
                    .isEqualTo(Files.size(directory
                            .resolve("checkpoints/step-00000001")
                            .resolve("shard-00000-of-00001-g0001.safetensors")));
        }
        try (Stream<Path> files = Files.list(directory.resolve("checkpoints"))) {
            assertThat(files.map(f -> f.getFileName().toString()))
                    .containsExactlyInAnyOrder("step-00000000", "step-00000001");
        }
    }

    /** What lanes push beside gradients replaces what there was, is pulled with the parameters, and is in checkpoints. */
    @Test
    void lanesMeansAreKeptPulledAndSaved() throws Exception {
        List<ParameterShard> two = List.of(ofRounds(0, 1), ofRounds(1, 3));
        for (ParameterShard shard : two) {
            shard.beginLoad(1, 0);
            shard.initialize(7);
            shard.publishAll();
            assertThat(mean(shard, 1, 0, shard.range().first()))
                    .as("at the start")
                    .isZero();
            shard.apply(1, new ShardUpdate(0, 5, 0, 1f), ParameterShardTest::pushed, () -> {});
            shard.skip(1, 5, 10, () -> {});
        }
        assertThat(two.get(1).parts())
                .containsExactly(StateVector.VELOCITY, StateVector.EXP_AVG, StateVector.EXP_AVG_SQ);
        ParameterShard one = ofRounds(0, 3);
        one.beginLoad(2, 10);
        one.load(save(two, 1, 10));
        one.publishAll();
        for (int bucket = 0; bucket < LAYOUT.bucketCount(); bucket++) {
            ParameterShard before = two.get(bucket == 0 ? 0 : 1);
            assertThat(mean(before, 1, 10, bucket)).isEqualTo(ROUNDS.index(bucket, 2));
            assertThat(mean(one, 2, 10, bucket)).isEqualTo(ROUNDS.index(bucket, 2));
        }
        assertThat(one.momentChecksums())
                .startsWith(two.get(0).momentChecksums())
                .endsWith(two.get(1).momentChecksums());
        Message other = one.await(new Message.AwaitParameters(2, 10, 0, StateVector.VELOCITY, "f32"))
                .get();
        assertThat(other)
                .isEqualTo(new Message.Refused(
                        "not to be had: velocity as f32, but param as f32 and exp_avg as f32 and exp_avg_sq as f32"));
    }

    private static ParameterShard ofRounds(int first, int end) {
        TrainingConfig training = Records.with(TRAINING, "optimizer", OptimizerKind.NESTEROV);
        return new ParameterShard(
                ROUNDS, new BucketRange(first, end), Optimizer.of(training), KeptVersions.NEWEST, BucketCodecs.plain());
    }

    /** Each element its bucket's index. */
    private static float[] pushed(int index) {
        float[] values = new float[ROUNDS.bucket(index).length()];
        Arrays.fill(values, index);
        return values;
    }

    /** An element of the second moment, pulled as workers pull it. */
    private static float mean(ParameterShard shard, int generation, int step, int bucket) throws Exception {
        Message.AwaitParameters request =
                new Message.AwaitParameters(generation, step, bucket, StateVector.EXP_AVG_SQ, "f32");
        Message.ParametersReady ready =
                (Message.ParametersReady) shard.await(request).get();
        ByteBuffer bytes = shard.bytes(new BucketKey(generation, step, bucket, StateVector.EXP_AVG_SQ));
        assertThat(bytes.isDirect())
                .as("however many workers pull it at once, it is in memory once")
                .isTrue();
        assertThat(BucketHeader.checksum(bytes)).isEqualTo(ready.checksums()[0]);
        return bytes.getFloat(8);
    }

    @Test
    void bucketsArePublishedInOrder() {
        PulledForm weights = new PulledForm(StateVector.PARAM, "f32");
        PublishedParameters published =
                new PublishedParameters(new BucketRange(0, 3), KeptVersions.NEWEST, List.of(weights));
        published.begin(1, 0);
        assertThatThrownBy(() -> published.publish(1, 0)).hasMessage("published out of order: bucket=1 expected=0");
    }

    private CheckpointReader save(List<ParameterShard> shards, int generation, int step) throws Exception {
        List<SavedRange> saved = new ArrayList<>();
        for (int i = 0; i < shards.size(); i++) {
            try (ShardCheckpointer checkpointer = checkpointer(shards.get(i), i, shards.size())) {
                saved.add(checkpointer.save(generation, step).get(20, TimeUnit.SECONDS));
            }
        }
        return reader(step, saved);
    }

    private ShardCheckpointer checkpointer(ParameterShard shard, int index, int shards) {
        return new ShardCheckpointer(
                shard,
                store(),
                new ShardCheckpointer.Destination(
                        RunDirectory.of(directory.toUri().toString()), index, shards),
                new Retries(2, Duration.ofMillis(1)));
    }

    private CheckpointReader reader(int step, List<SavedRange> saved) {
        List<CheckpointManifest.Shard> files = saved.stream()
                .map(f -> new CheckpointManifest.Shard(f.file(), f.offset(), f.length(), f.bytes(), f.sha256()))
                .toList();
        CheckpointManifest manifest = new CheckpointManifest(
                1, "", step, 0, 0, 1, "", LAYOUT.size(), 0, "", 0, null, files, List.of(), Map.of(), "", null, null);
        return new CheckpointReader(
                store(), RunDirectory.of(directory.toUri().toString()).step(step), manifest);
    }

    private static Store store() {
        return HadoopStore.local();
    }

    private static float[] gradient(int bucket) {
        return ServerFixture.gradient(0, LAYOUT.bucket(bucket));
    }

    private static ParameterShard shard(BucketRange range) {
        return new ParameterShard(LAYOUT, range, TRAINING);
    }

    private static List<ParameterShard> shards(int count) {
        RangePartitioner partitioner = new RangePartitioner(LAYOUT.bucketCount(), count);
        List<ParameterShard> shards = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            shards.add(shard(partitioner.range(i)));
        }
        return shards;
    }

    private static List<ParameterShard> initialized(int count) {
        List<ParameterShard> shards = shards(count);
        start(shards);
        return shards;
    }

    private static void start(List<ParameterShard> shards) {
        for (ParameterShard shard : shards) {
            shard.beginLoad(1, 0);
            shard.initialize(7);
            shard.publishAll();
        }
    }

    private static float[] parameters(List<ParameterShard> shards, int generation, int step) {
        float[] all = new float[(int) LAYOUT.size()];
        RangePartitioner partitioner = new RangePartitioner(LAYOUT.bucketCount(), shards.size());
        for (int bucket = 0; bucket < LAYOUT.bucketCount(); bucket++) {
            ByteBuffer bytes = shards.get(partitioner.shardOf(bucket)).bytes(new BucketKey(generation, step, bucket));
            bytes.order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(all, (int) LAYOUT.bucket(bucket).offset(), bytes.remaining() / Float.BYTES);
        }
        return all;
    }
}
