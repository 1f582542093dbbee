package org.weft.hub.gguf;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.weft.core.WeftException;
import org.weft.hub.FiniteNumbers;

/** Stores a tensor's numbers one after the other in a {@link GgufType}. For one thread; holds a piece of them. */
final class NumberOutput {
    private static final int PIECE = 1 << 13; // whole blocks of every type

    private final GgufType type;
    private final String tensor;
    private final OutputStream out;
    private final float[] pending = new float[PIECE];
    private final ByteBuffer stored;
    private int count;
    private long done;

    /**
     * @param tensor its name, for errors
     */
    NumberOutput(GgufType type, String tensor, OutputStream out) {
        this.type = type;
        this.tensor = tensor;
        this.out = out;
        stored = ByteBuffer.allocate((int) type.bytes(PIECE)).order(ByteOrder.LITTLE_ENDIAN);
    }

    void put(float number) throws IOException {
        pending[count++] = number;
        if (count == PIECE) {
            flush();
        }
    }

    /** Stores what is left: together with what was stored, whole blocks. */
    void finish() throws IOException {
        flush();
    }

    private void flush() throws IOException {
        for (int i = 0; i < count; i++) {
            FiniteNumbers.require(pending[i], tensor, done + i);
        }
        int beyond = type.overflow(pending, count);
        if (beyond >= 0) {
            throw WeftException.usage(
                    "tensor " + tensor + " does not fit into " + type.word() + ": index=" + (done + beyond) + " value="
                            + pending[beyond],
                    "export with --type f32");
        }
        stored.clear();
        type.encode(pending, count, stored);
        out.write(stored.array(), 0, stored.position());
        done += count;
        count = 0;
    }
}
