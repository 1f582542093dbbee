package org.weft.parameterserver.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
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
    private static final BlockCodec LOSSY = new BlockCodec();
    private static final BucketCodecs CODECS =
            new BucketCodecs(List.of(BucketCodec.F32, LOSSY), BucketCodec.F32, LOSSY, 11);

    @Test
    void theVersionBeforeStaysWhileTheNextIsPulled() throws Exception {
        ParameterShard one = shard(1, BucketCodecs.plain());
        ParameterShard two = shard(2, BucketCodecs.plain());
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
        ParameterShard shard = shard(1, CODECS);
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

    private static int[] checksums(ParameterShard shard, Message.AwaitParameters request) throws Exception {
        return ((Message.ParametersReady) shard.await(request).get()).checksums();
    }

    private static ParameterShard shard(int versions, BucketCodecs codecs) {
        ParameterShard shard = new ParameterShard(
                PushLayout.ofGradients(LAYOUT),
                new BucketRange(0, LAYOUT.bucketCount()),
                Optimizer.of(ServerFixture.config("/x", 1).training()),
                versions,
                codecs);
        shard.beginLoad(1, 0);
        shard.initialize(7);
        shard.publishAll();
        return shard;
    }

    private static void update(ParameterShard shard, int step) {
        shard.apply(
                1,
                ShardUpdate.of(step, step, 1f),
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
