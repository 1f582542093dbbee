package org.weft.parameterserver.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weft.core.optim.Optimizer;
import org.weft.core.optim.StateVector;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner.BucketRange;
import org.weft.core.protocol.BucketCodec;
import org.weft.core.protocol.BucketCodecs;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.PushLayout;
import org.weft.parameterserver.BlockCodec;
import org.weft.parameterserver.ServerFixture;

/** A shard that keeps two versions, and one that is pulled in a lossy codec; beside it one as they all are. */
@Timeout(60)
class VersionRingTest {
    private static final ParameterLayout LAYOUT = ServerFixture.layout();
    private static final Optimizer OPTIMIZER =
            Optimizer.of(ServerFixture.config("/x", 1).training());
    private static final KeptVersions TWO = new KeptVersions(2, false);
    private static final KeptVersions PREDICTED = new KeptVersions(2, true);
    private static final BlockCodec LOSSY = new BlockCodec();
    private static final BucketCodecs CODECS =
            new BucketCodecs(List.of(BucketCodec.F32, LOSSY), BucketCodec.F32, LOSSY, 11);

    @Test
    void theVersionBeforeStaysWhileTheNextIsPulled() throws Exception {
        ParameterShard one = shard(KeptVersions.NEWEST, BucketCodecs.plain());
        ParameterShard two = shard(TWO, BucketCodecs.plain());
        byte[] before = bytes(two, 1, 0);
        update(one, 0);
        update(two, 0);
        assertThat(bytes(two, 1, 0)).isEqualTo(before);
        assertThat(bytes(two, 1, 1)).isEqualTo(bytes(one, 1, 1)).isNotEqualTo(before);
        assertThat(checksums(two, new Message.AwaitParameters(1, 0, 0))).hasSize(LAYOUT.bucketCount());
        assertThatThrownBy(() -> bytes(one, 1, 0)).hasMessageStartingWith("not published: ");

        update(one, 1);
        one.skip(1, 2, 3, () -> {});
        update(two, 1);
        two.skip(1, 2, 3, () -> {});
        assertThat(bytes(two, 1, 3)).isEqualTo(bytes(one, 1, 3)).isEqualTo(bytes(two, 1, 2));
        assertThatThrownBy(() -> bytes(two, 1, 1)).hasMessageStartingWith("not published: ");
        assertThat(two.await(new Message.AwaitParameters(1, 1, 0)).get())
                .isEqualTo(new Message.Refused("stale request: generation=1 step=1 present generation=1 step=3"));
        CompletableFuture<Message> early = two.await(new Message.AwaitParameters(1, 4, 0));
        assertThat(early).isNotDone();
        byte[] third = bytes(one, 1, 3);
        update(one, 3);
        update(two, 3);
        assertThat(early.get()).isInstanceOf(Message.ParametersReady.class);
        assertThat(bytes(two, 1, 4)).isEqualTo(bytes(one, 1, 4));

        two.adopt(2, 4);
        assertThat(bytes(two, 2, 4)).isEqualTo(bytes(one, 1, 4));
        assertThat(bytes(two, 2, 3)).as("what the next gradient is taken at").isEqualTo(third);
    }

    /** What is announced, what is pulled and what a backup copies. */
    @Test
    void workersPullTheCodecAndBackupsTheFloats() throws Exception {
        ParameterShard shard = shard(KeptVersions.NEWEST, CODECS);
        update(shard, 0);
        int[] coded = checksums(shard, new Message.AwaitParameters(1, 1, 0, StateVector.PARAM, LOSSY.name()));
        int[] plain = checksums(shard, new Message.AwaitParameters(1, 1, 0));
        for (int bucket = 0; bucket < LAYOUT.bucketCount(); bucket++) {
            ByteBuffer weights = shard.bytes(new BucketKey(1, 1, bucket));
            ByteBuffer pulled = shard.bytes(new BucketKey(1, 1, bucket, StateVector.PARAM, LOSSY.name()));
            assertThat(pulled).isEqualTo(LOSSY.encode(weights, CODECS.draw(1, bucket), null));
            assertThat(coded[bucket]).isEqualTo(BucketHeader.checksum(pulled));
            assertThat(plain[bucket]).isEqualTo(BucketHeader.checksum(weights));
            assertThat(shard.publishedChecksum(1, 1, bucket)).hasValue(plain[bucket]);
        }
        assertThat(shard.await(new Message.AwaitParameters(1, 1, 0, StateVector.PARAM, "int3"))
                        .get())
                .isEqualTo(new Message.Refused("not to be had: param as int3, but param as f32 and param as b5"));
        assertThatThrownBy(() -> shard.bytes(new BucketKey(1, 1, 0, StateVector.PARAM, "int3")))
                .hasMessage("parameters are not to be had as int3, but as f32 and b5");
    }

    /** Of both versions what is predicted, rounded from that; of the parameters themselves the newest, which are those of any shard. */
    @Test
    void whatIsPredictedLastsAndTheParametersThemselvesAreTheNewest() throws Exception {
        ParameterShard plain = shard(KeptVersions.NEWEST, CODECS);
        ParameterShard shard = shard(PREDICTED, CODECS);
        assertThat(predicted(shard, 1, 0)).as("decay alone").isEqualTo(expected(plain, 0, 0));
        update(plain, 0);
        update(shard, 0);
        assertThat(floats(shard, new BucketKey(1, 1, 0))).isEqualTo(floats(plain, new BucketKey(1, 1, 0)));
        assertThat(predicted(shard, 1, 0)).isEqualTo(predicted(shard(PREDICTED, CODECS), 1, 0));
        float[] first = predicted(shard, 1, 1);
        assertThat(first).isEqualTo(expected(plain, 1, 1)).isNotEqualTo(floats(plain, new BucketKey(1, 1, 0)));
        ByteBuffer rounded = shard.bytes(new BucketKey(1, 1, 0, StateVector.PREDICTED, LOSSY.name()));
        ByteBuffer floats = shard.bytes(new BucketKey(1, 1, 0, StateVector.PREDICTED));
        assertThat(rounded).isEqualTo(LOSSY.encode(floats, CODECS.draw(1, 0), null));
        Message.AwaitParameters request = new Message.AwaitParameters(1, 1, 0, StateVector.PREDICTED, LOSSY.name());
        assertThat(checksums(shard, request)[0]).isEqualTo(BucketHeader.checksum(rounded));

        assertThat(shard.await(new Message.AwaitParameters(1, 0, 0)).get())
                .isEqualTo(new Message.Refused("stale request: generation=1 step=0 present generation=1 step=1"));
        assertThatThrownBy(() -> shard.bytes(new BucketKey(1, 0, 0))).hasMessageStartingWith("not published: ");
        assertThatThrownBy(() -> plain.bytes(new BucketKey(1, 1, 0, StateVector.PREDICTED)))
                .hasMessage("this shard keeps [EXP_AVG, EXP_AVG_SQ], not PREDICTED");

        plain.skip(1, 1, 2, () -> {});
        shard.skip(1, 1, 2, () -> {}); // Its moments have one update behind them, at the rate of the step after it.
        assertThat(predicted(shard, 1, 2)).isEqualTo(expected(plain, 2, 1));
        assertThat(predicted(shard, 1, 1)).isEqualTo(first);
        float[] second = predicted(shard, 1, 2);
        shard.adopt(2, 2);
        assertThat(predicted(shard, 2, 1)).isEqualTo(first);
        assertThat(predicted(shard, 2, 2)).isEqualTo(second);
    }

    /** A backup, or a server that loads a checkpoint: what it has of the version before it was given, and it predicts from the newest itself. */
    @Test
    void aCopyPredictsTheSame() throws Exception {
        ParameterShard source = shard(PREDICTED, BucketCodecs.plain());
        update(source, 0);
        source.skip(1, 1, 2, () -> {});
        update(source, 2, 1);
        ParameterShard copy = new ParameterShard(
                PushLayout.ofGradients(LAYOUT),
                new BucketRange(0, LAYOUT.bucketCount()),
                OPTIMIZER,
                PREDICTED,
                BucketCodecs.plain());
        copy.beginCopy(1, 3, 2);
        for (int bucket = 0; bucket < LAYOUT.bucketCount(); bucket++) {
            copy.weights(bucket).put(source.bytes(new BucketKey(1, 3, bucket)));
            for (StateVector part : source.parts()) {
                copy.putMoment(bucket, part, source.bytes(new BucketKey(1, 3, bucket, part)));
            }
        }
        copy.publishAll();
        assertThat(copy.parts()).contains(StateVector.PREVIOUS).doesNotContain(StateVector.PREDICTED);
        assertThat(predicted(copy, 1, 2)).isEqualTo(predicted(source, 1, 2));
        assertThat(predicted(copy, 1, 3)).isEqualTo(predicted(source, 1, 3));
        assertThatThrownBy(() -> copy.bytes(new BucketKey(1, 2, 0))).hasMessageStartingWith("not published: ");
        update(copy, 3, 2);
        update(source, 3, 2);
        assertThat(predicted(copy, 1, 4)).isEqualTo(predicted(source, 1, 4));
        assertThat(copy.momentChecksums()).isEqualTo(source.momentChecksums());
    }

    /** What a shard's optimizer makes of its weights and moments. */
    private static float[] expected(ParameterShard shard, int version, int updates) {
        float[] weights = floats(shard, new BucketKey(1, version, 0));
        float[][] moments = {
            floats(shard, new BucketKey(1, version, 0, StateVector.EXP_AVG)),
            floats(shard, new BucketKey(1, version, 0, StateVector.EXP_AVG_SQ))
        };
        for (Optimizer.Segment segment : OPTIMIZER.segments(LAYOUT, LAYOUT.bucket(0))) {
            OPTIMIZER.predict(version, updates, weights, moments, segment);
        }
        return weights;
    }

    private static float[] predicted(ParameterShard shard, int generation, int version) {
        return floats(shard, new BucketKey(generation, version, 0, StateVector.PREDICTED));
    }

    private static float[] floats(ParameterShard shard, BucketKey key) {
        float[] values = new float[LAYOUT.bucket(key.bucket()).length()];
        shard.bytes(key).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    private static int[] checksums(ParameterShard shard, Message.AwaitParameters request) throws Exception {
        return ((Message.ParametersReady) shard.await(request).get()).checksums();
    }

    private static ParameterShard shard(KeptVersions versions, BucketCodecs codecs) {
        ParameterShard shard = new ParameterShard(
                PushLayout.ofGradients(LAYOUT), new BucketRange(0, LAYOUT.bucketCount()), OPTIMIZER, versions, codecs);
        shard.beginLoad(1, 0);
        shard.initialize(7);
        shard.publishAll();
        return shard;
    }

    private static void update(ParameterShard shard, int step) {
        update(shard, step, step);
    }

    private static void update(ParameterShard shard, int step, int updates) {
        shard.apply(
                1,
                ShardUpdate.of(step, updates, 1f),
                bucket -> ServerFixture.gradient(0, LAYOUT.bucket(bucket)),
                () -> {});
    }

    /** Of the first bucket. */
    private static byte[] bytes(ParameterShard shard, int generation, int version) {
        ByteBuffer bytes = shard.bytes(new BucketKey(generation, version, 0));
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return copy;
    }
}
