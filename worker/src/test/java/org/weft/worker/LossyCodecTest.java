package org.weft.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weft.core.SplitMix64;
import org.weft.core.batches.Batch;
import org.weft.core.lanes.LaneSpan;
import org.weft.core.lanes.TreeNode;
import org.weft.core.optim.StateVector;
import org.weft.core.params.Bucket;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.BucketCodec;
import org.weft.core.protocol.BucketCodecs;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.ParameterVersion;
import org.weft.core.protocol.PushLayout;
import org.weft.core.transport.Deadline;
import org.weft.core.transport.Service;
import org.weft.core.transport.SparkTransport;
import org.weft.core.transport.Transport;
import org.weft.core.transport.WireSecurity;
import org.weft.engine.MicroBatchKey;

/** What a worker pushes and pulls where codecs are lossy: every lane by itself, whichever lanes it holds beside it. */
@Timeout(60)
class LossyCodecTest {
    private static final BucketCodec HALF = new Half();
    private static final BucketCodecs CODECS = new BucketCodecs(List.of(BucketCodec.F32, HALF), HALF, HALF, 5);
    private static final InnerState NOTHING = new InnerState(PushLayout.ofGradients(FakeReplica.LAYOUT), 0);
    private static final Deadline DEADLINE = Deadline.in(Duration.ofSeconds(50));

    private final Server server = new Server();
    private final FakeReplica replica = new FakeReplica();

    @Test
    void lanesTravelAloneInBytesThatDependOnTheLaneAlone() throws Exception {
        Map<TreeNode, Map<Integer, ByteBuffer>> together = pushed(new LaneSpan(0, 4));
        assertThat(together.keySet())
                .containsExactlyInAnyOrder(TreeNode.lane(0), TreeNode.lane(1), TreeNode.lane(2), TreeNode.lane(3));
        Map<TreeNode, Map<Integer, ByteBuffer>> apart = new HashMap<>(pushed(new LaneSpan(0, 1)));
        apart.putAll(pushed(new LaneSpan(1, 3)));
        assertThat(apart).isEqualTo(together);
        for (int lane = 0; lane < 4; lane++) {
            for (int bucket = 0; bucket < FakeReplica.LAYOUT.bucketCount(); bucket++) {
                ByteBuffer floats = gradient(3, lane, FakeReplica.LAYOUT.bucket(bucket));
                assertThat(together.get(TreeNode.lane(lane)).get(bucket))
                        .isEqualTo(HALF.encode(floats, CODECS.draw(3, 0, lane, bucket), null));
            }
        }
    }

    @Test
    void pullsAreDecodedIntoTheReplica() throws Exception {
        try (Transport transport = new SparkTransport(WireSecurity.fresh(false));
                Transport.Listener listener = transport.listen("127.0.0.1", server);
                ParameterClient client = new ParameterClient(transport, replica, NOTHING, 1, HALF, false)) {
            client.turnTo(1, ParameterVersion.of(3), new Address[] {listener.address()}, DEADLINE);
            client.awaitAll();
            assertThat(client.pulledBytes()).isEqualTo(FakeReplica.LAYOUT.size() * Short.BYTES);
        }
        for (int i = 0; i < FakeReplica.LAYOUT.bucketCount(); i++) {
            Bucket bucket = FakeReplica.LAYOUT.bucket(i);
            float[] expected = new float[bucket.length()];
            HALF.decode(server.parameters(3, i), expected, 0);
            float[] actual = new float[bucket.length()];
            replica.parameters(bucket.offset(), bucket.length()).asFloatBuffer().get(actual);
            assertThat(actual).isEqualTo(expected);
        }
    }

    /** Gradients travel by lane and rounded; what is kept beside them as it is, and added up where it is. */
    @Test
    void whatLanesKeepIsNotRounded() throws Exception {
        PushLayout pushes = new PushLayout(FakeReplica.LAYOUT, List.of(StateVector.EXP_AVG));
        InnerState inner = new InnerState(pushes, 1);
        Map<TreeNode, Map<Integer, ByteBuffer>> pushed = pushed(new LaneSpan(0, 2), inner);
        TreeNode both = TreeNode.lane(0).parent();
        for (int bucket = 0; bucket < FakeReplica.LAYOUT.bucketCount(); bucket++) {
            assertThat(pushed.get(TreeNode.lane(1))).containsKey(pushes.index(bucket, 0));
            ByteBuffer sums = pushed.get(both).get(pushes.index(bucket, 1)).order(ByteOrder.LITTLE_ENDIAN);
            assertThat(sums.capacity())
                    .isEqualTo(FakeReplica.LAYOUT.bucket(bucket).bytes());
            assertThat(sums.getFloat(0)).isEqualTo(0.1f + 1.1f);
        }
        assertThat(pushed.get(both)).hasSize(FakeReplica.LAYOUT.bucketCount());
    }

    private Map<TreeNode, Map<Integer, ByteBuffer>> pushed(LaneSpan span) throws Exception {
        return pushed(span, NOTHING);
    }

    /**
     * @param inner whose vectors have the lane and a tenth in each element
     */
    private Map<TreeNode, Map<Integer, ByteBuffer>> pushed(LaneSpan span, InnerState inner) throws Exception {
        server.pushed.clear();
        try (Transport transport = new SparkTransport(WireSecurity.fresh(false));
                Transport.Listener listener = transport.listen("127.0.0.1", server);
                ParameterClient client = new ParameterClient(transport, replica, NOTHING, 1, HALF, false)) {
            client.turnTo(1, ParameterVersion.of(3), new Address[] {listener.address()}, DEADLINE);
            client.awaitAll();
            LaneGradients gradients = new LaneGradients(replica, inner, client, CODECS, false);
            gradients.begin(1, 3, span);
            for (int lane = span.first(); lane < span.end(); lane++) {
                gradients.beginLane(lane, DEADLINE);
                fill(inner, lane + 0.1f);
                Batch batch = Batch.causal(1, 4, new int[5]);
                replica.accumulateGradient(batch, 1, new MicroBatchKey(0, 3, lane, 0), gradients);
            }
            for (CompletableFuture<Void> push : gradients.end()) {
                DEADLINE.await(push, "the server");
            }
            long kept = inner.kept().size() * FakeReplica.LAYOUT.size() * Float.BYTES;
            assertThat(gradients.pushedBytes())
                    .isEqualTo(span.count() * FakeReplica.LAYOUT.size() * Short.BYTES + kept);
        }
        return Map.copyOf(server.pushed);
    }

    private static void fill(InnerState inner, float value) {
        for (int vector = 0; vector < inner.vectors(); vector++) {
            for (int i = 0; i < FakeReplica.LAYOUT.bucketCount(); i++) {
                for (int at = 0; at < FakeReplica.LAYOUT.bucket(i).length(); at++) {
                    inner.lane(vector, i).putFloat(at * Float.BYTES, value);
                }
            }
        }
    }

    private static ByteBuffer gradient(int step, int lane, Bucket bucket) {
        ByteBuffer floats = ByteBuffer.allocate(bucket.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < bucket.length(); i++) {
            floats.putFloat(i * Float.BYTES, FakeReplica.gradient(step, lane, bucket.offset() + i));
        }
        return floats;
    }

    /** The upper half of each float, rounded by chance. */
    private static final class Half implements BucketCodec {
        @Override
        public String name() {
            return "h16";
        }

        @Override
        public boolean lossy() {
            return true;
        }

        @Override
        public int bytes(int length) {
            return length * Short.BYTES;
        }

        @Override
        public int blockBytes() {
            return Short.BYTES;
        }

        @Override
        public ByteBuffer encode(ByteBuffer floats, long draw, ByteBuffer spare) {
            ByteBuffer in = floats.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN);
            int length = in.capacity() / Float.BYTES;
            ByteBuffer out = ByteBuffer.allocate(bytes(length)).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < length; i++) {
                int noise = (int) (SplitMix64.output(draw, i) & 0xFFFF);
                out.putShort((short) (in.getInt(i * Float.BYTES) + noise >>> Short.SIZE));
            }
            return out.clear();
        }

        @Override
        public int decode(ByteBuffer blocks, float[] into, int at) {
            ByteBuffer in = blocks.duplicate().order(ByteOrder.LITTLE_ENDIAN);
            int written = at;
            while (in.hasRemaining()) {
                into[written++] = Float.intBitsToFloat(in.getShort() << Short.SIZE);
            }
            return written - at;
        }
    }

    /** Keeps bytes as they come. */
    private static final class Server implements Service {
        final Map<TreeNode, Map<Integer, ByteBuffer>> pushed = new ConcurrentHashMap<>();

        ByteBuffer parameters(int step, int bucket) {
            return HALF.encode(gradient(step, 99, FakeReplica.LAYOUT.bucket(bucket)), 0, null);
        }

        @Override
        public CompletableFuture<Message> receive(Message request) {
            Message.AwaitParameters await = (Message.AwaitParameters) request;
            assertThat(await.codec()).isEqualTo(HALF.name());
            int[] checksums = new int[FakeReplica.LAYOUT.bucketCount()];
            for (int i = 0; i < checksums.length; i++) {
                checksums[i] = BucketHeader.checksum(parameters(await.step(), i));
            }
            return CompletableFuture.completedFuture(new Message.ParametersReady(checksums.length, checksums));
        }

        @Override
        public ByteBuffer openPull(BucketKey key) {
            assertThat(key.codec()).isEqualTo(HALF.name());
            return parameters(key.step(), key.bucket());
        }

        @Override
        public BucketSink openPush(BucketHeader header) {
            BucketCodec codec = CODECS.named(header.codec());
            ByteBuffer received = ByteBuffer.allocate(codec.bytes(header.length()));
            return new BucketSink() {
                @Override
                public void bytes(ByteBuffer part) {
                    received.put(part);
                }

                @Override
                public void complete() {
                    assertThat(BucketHeader.checksum(received)).isEqualTo(header.checksum());
                    pushed.computeIfAbsent(header.node(), node -> new ConcurrentHashMap<>())
                            .put(header.bucket(), received.clear());
                }

                @Override
                public void failed(Throwable cause) {
                    // Nothing was kept.
                }
            };
        }
    }
}
