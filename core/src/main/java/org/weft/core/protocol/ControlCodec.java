package org.weft.core.protocol;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.KryoException;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import com.esotericsoftware.kryo.kryo5.util.Pool;
import java.nio.ByteBuffer;
import org.weft.core.lanes.LaneSpan;
import org.weft.core.model.ClassTally;
import org.weft.core.optim.StateVector;

/**
 * Control messages as bytes: Kryo 5 records, registration required, so that nothing but the classes of
 * {@link MessageType} and their parts can come out of the network. Safe for use by many threads.
 */
public final class ControlCodec {
    /** Largest encoded message; the longest carry one number a bucket. */
    public static final int MAX_BYTES = 16 << 20;

    private static final int FIRST_MESSAGE_ID = 32;

    private final Pool<Kryo> kryos = new Pool<>(true, false, 32) {
        @Override
        protected Kryo create() {
            return newKryo();
        }
    };

    private static Kryo newKryo() {
        Kryo kryo = new Kryo();
        kryo.setRegistrationRequired(true);
        kryo.setReferences(false);
        kryo.register(int[].class, 16);
        kryo.register(long[].class, 17);
        kryo.register(double[].class, 18);
        kryo.register(Address.class, 19);
        kryo.register(Address[].class, 20);
        kryo.register(LaneSpan.class, 21);
        kryo.register(Role.class, 22);
        kryo.register(WorkTimes.class, 23);
        kryo.register(SavedRange.class, 24);
        kryo.register(ClassTally.class, 25);
        kryo.register(ClassTally[].class, 26);
        kryo.register(BatchScore.class, 27);
        kryo.register(BatchScore[].class, 28);
        kryo.register(FigureSum.class, 29);
        kryo.register(FigureSum[].class, 30);
        kryo.register(StateVector.class, 31);
        for (MessageType type : MessageType.values()) {
            kryo.register(type.messageClass(), FIRST_MESSAGE_ID + type.ordinal());
        }
        return kryo;
    }

    public ByteBuffer encode(Message message) {
        Kryo kryo = kryos.obtain();
        try (Output output = new Output(256, MAX_BYTES)) {
            kryo.writeClassAndObject(output, message);
            return ByteBuffer.wrap(output.getBuffer(), 0, output.position());
        } finally {
            kryos.free(kryo);
        }
    }

    /**
     * @throws IllegalArgumentException where the bytes are no message of Weft's
     */
    public Message decode(ByteBuffer bytes) {
        if (bytes.remaining() > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "control message too long: actual=" + bytes.remaining() + " limit=" + MAX_BYTES);
        }
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        Kryo kryo = kryos.obtain();
        try (Input input = new BoundedInput(copy)) {
            Object decoded = kryo.readClassAndObject(input);
            if (decoded instanceof Message message && input.position() == copy.length) {
                return message;
            }
            throw new KryoException("no message, or bytes behind it");
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("not a control message: " + copy.length + " bytes", e);
        } finally {
            kryos.free(kryo);
        }
    }

    /**
     * Refuses lengths beyond what is left: an array or a string takes at least a byte an element, so that no message can
     * ask for more memory than it is long. Kryo reads class ids the same way; all of them are small.
     */
    private static final class BoundedInput extends Input {
        BoundedInput(byte[] bytes) {
            super(bytes);
        }

        @Override
        public int readVarInt(boolean optimizePositive) {
            int value = super.readVarInt(optimizePositive);
            return optimizePositive ? bounded(value) : value;
        }

        @Override
        public int readVarIntFlag(boolean optimizePositive) {
            return bounded(super.readVarIntFlag(optimizePositive));
        }

        private int bounded(int value) {
            int ids = FIRST_MESSAGE_ID + MessageType.values().length + 2;
            if (value < 0 || value > Math.max(ids, limit() - position() + 1)) {
                throw new KryoException("length " + value + " with " + (limit() - position()) + " bytes left");
            }
            return value;
        }
    }
}
