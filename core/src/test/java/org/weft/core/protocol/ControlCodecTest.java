package org.weft.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.io.Output;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.weft.core.lanes.LaneSpan;
import org.weft.core.model.ClassTally;

@Tag("once")
class ControlCodecTest {
    private static final Address[] SERVERS = {new Address("host-a", 7077), new Address("10.0.0.1", 65535)};
    private static final WorkTimes TIMES = new WorkTimes(1, 2, 3L << 40, 4, 5);
    private static final Map<MessageType, Message> EXAMPLES = new EnumMap<>(MessageType.class);

    static {
        for (Message message : new Message[] {
            new Message.JoinWorker(1, 2, "host", "exec ü", "cpu", "abc", 1.5e12),
            new Message.PollWork(1, 2, 3),
            new Message.LanesDone(
                    1,
                    2,
                    3,
                    4,
                    new LaneSpan(4, 2),
                    new double[] {Double.POSITIVE_INFINITY, -0.0},
                    new FigureSum[] {
                        new FigureSum(4, "web ü", 6.5, 1L << 40), new FigureSum(5, "", Double.POSITIVE_INFINITY, 0)
                    },
                    TIMES),
            new Message.BatchesEvaluated(1, 2, 3, 4, 5, new BatchScore[] {
                new BatchScore(
                        6.5, 7, new ClassTally[] {new ClassTally(8, 1, 1, 2), new ClassTally(9, 0, 1L << 40, 0)}),
                new BatchScore(-0.5, 1, new ClassTally[0])
            }),
            new Message.WorkAbandoned(1, 2, 3, 4, "server gone"),
            new Message.ComputeLanes(4, 1, 2, 2, new LaneSpan(0, 0), SERVERS),
            new Message.EvaluateBatches(1, 2, 3, 4, SERVERS),
            new Message.JoinServer(1, 2, SERVERS[0], "7", "abc"),
            new Message.PollOrder(1, 2, -1, -1),
            new Message.ShardLoaded(1, 2, 3, 4),
            new Message.ShardReduced(1, 2, 3, 4, 5, new double[] {0.1, 0.2}),
            new Message.ShardSaved(1, 2, 3, 4, new SavedRange("file", 1L << 33, 5, 6, "sha", 7)),
            new Message.ShardSaveFailed(1, 2, 3, 4, null),
            new Message.LoadParameters(1, -2, "", true, SERVERS),
            new Message.ApplyStep(1, 2, 3, 1, 0.25f, false, true, SERVERS, false),
            new Message.AwaitParameters(1, 2, 3),
            new Message.ParametersReady(1, new int[] {-1, Integer.MIN_VALUE}),
            new Message.Heartbeat(Role.SERVER, 1, 2),
            new Message.MemberFailed(Role.WORKER, 1, 2, 3, "cause", ""),
            new Message.Admitted(Integer.MAX_VALUE),
            new Message.RunEnded("done"),
            new Message.Done(),
            new Message.Refused("stale"),
            new Message.AdoptGeneration(1, 2, true, SERVERS),
            new Message.CopyShard(1, 2, 1, SERVERS[1]),
            new Message.AwaitMomentChecksums(1, 2),
            new Message.Checksums(new int[] {3, -4}),
            new Message.Alive(7),
        }) {
            EXAMPLES.put(MessageType.of(message), message);
        }
    }

    private final ControlCodec codec = new ControlCodec();

    @ParameterizedTest
    @EnumSource
    void everyMessageComesBackEqual(MessageType type) {
        Message message = EXAMPLES.get(type);
        assertThat(message).as("an example of %s belongs into this test", type).isNotNull();
        Message decoded = codec.decode(codec.encode(message));
        assertThat(decoded).isInstanceOf(type.messageClass());
        assertThat(decoded).usingRecursiveComparison().isEqualTo(message);
        assertThat(bytes(decoded)).isEqualTo(bytes(message));
    }

    @Test
    void everyMessageHasAType() {
        assertThat(Arrays.stream(MessageType.values()).map(MessageType::messageClass))
                .containsExactlyInAnyOrder(permitted(Message.class).distinct().toArray(Class[]::new));
    }

    private static Stream<Class<?>> permitted(Class<?> kind) {
        return kind.isSealed()
                ? Arrays.stream(kind.getPermittedSubclasses()).flatMap(ControlCodecTest::permitted)
                : Stream.of(kind);
    }

    /** Ids are part of the wire: 34 (32 + 2 of Kryo's own) + ordinal opens a message. */
    @Test
    void idsOfTheWireStay() {
        assertThat(bytes(new Message.PollWork(0, 0, 0))).startsWith(32 + 2 + 1);
        assertThat(bytes(new Message.Done())).containsExactly(32 + 2 + 21);
        assertThat(bytes(new Message.Refused(""))).startsWith(32 + 2 + 22);
    }

    @Test
    void refusesClassesThatAreNotRegistered() {
        Kryo open = new Kryo();
        open.setRegistrationRequired(false);
        Output output = new Output(1024);
        open.writeClassAndObject(output, new java.io.File("/etc/passwd"));
        assertThatThrownBy(() -> codec.decode(ByteBuffer.wrap(output.toBytes())))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesPartsThatAreNoMessages() {
        Kryo kryo = new Kryo();
        kryo.setRegistrationRequired(false);
        Output output = new Output(64);
        output.writeVarInt(16 + 2, true); // int[]
        kryo.writeObject(output, new int[] {1});
        assertThatThrownBy(() -> codec.decode(ByteBuffer.wrap(output.toBytes())))
                .hasMessage("not a control message: " + output.position() + " bytes");
    }

    @ParameterizedTest
    @EnumSource
    void refusesTruncatedAndPaddedMessages(MessageType type) {
        byte[] whole = bytes(EXAMPLES.get(type));
        for (int length = 0; length < whole.length; length++) {
            ByteBuffer part = ByteBuffer.wrap(whole, 0, length);
            assertThatThrownBy(() -> codec.decode(part)).isInstanceOf(IllegalArgumentException.class);
        }
        byte[] padded = Arrays.copyOf(whole, whole.length + 1);
        assertThatThrownBy(() -> codec.decode(ByteBuffer.wrap(padded))).isInstanceOf(IllegalArgumentException.class);
    }

    /** No damaged byte may do more harm than a refusal; a length of two thousand million above all. */
    @ParameterizedTest
    @EnumSource
    void damagedBytesAreRefusedOrGiveAnotherMessage(MessageType type) {
        byte[] whole = bytes(EXAMPLES.get(type));
        Random random = new Random(type.ordinal());
        for (int attempt = 0; attempt < 500; attempt++) {
            byte[] damaged = whole.clone();
            for (int i = 0; i <= attempt % 6; i++) {
                damaged[random.nextInt(damaged.length)] = (byte) (random.nextBoolean() ? 0xFF : random.nextInt());
            }
            decodeOrRefuse(damaged);
        }
    }

    private void decodeOrRefuse(byte[] bytes) {
        try {
            codec.decode(ByteBuffer.wrap(bytes));
        } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageStartingWith("not a control message");
        } catch (Throwable other) {
            fail("bytes " + Arrays.toString(bytes), other);
        }
    }

    @Test
    void refusesOversizedMessages() {
        ByteBuffer oversized = ByteBuffer.allocate(ControlCodec.MAX_BYTES + 1);
        assertThatThrownBy(() -> codec.decode(oversized))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("control message too long: actual=16777217 limit=16777216");
        assertThatThrownBy(
                        () -> codec.encode(new Message.ShardReduced(0, 0, 0, 0, 0, new double[ControlCodec.MAX_BYTES])))
                .isInstanceOf(RuntimeException.class);
        assertThat(codec.decode(codec.encode(new Message.Done()))).isEqualTo(new Message.Done());
    }

    @Test
    void aNumberForEveryBucketOfALargeModelFits() {
        Message message = new Message.ShardReduced(0, 0, 0, 0, 0, new double[1_000_000]);
        assertThat(codec.decode(codec.encode(message)))
                .usingRecursiveComparison()
                .isEqualTo(message);
    }

    private byte[] bytes(Message message) {
        ByteBuffer encoded = codec.encode(message);
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        return bytes;
    }
}
