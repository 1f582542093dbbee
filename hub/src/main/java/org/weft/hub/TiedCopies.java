package org.weft.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.FloatFormat;

/**
 * Compares tensors that are said to be others once more, number by number: where they are not, what was trained into one of
 * them would be lost. Holds two pieces in memory.
 */
final class TiedCopies {
    private static final int PIECE = 1 << 18;

    private final TensorFiles files;

    TiedCopies(TensorFiles files) {
        this.files = files;
    }

    /** @throws WeftException with the first number that differs */
    void require(TensorMatch match) throws IOException {
        for (TensorMatch.Copy copy : match.copies()) {
            long elements = copy.copied().tensor().elements();
            for (long at = 0; at < elements; at += PIECE) {
                compare(copy, at, (int) Math.min(PIECE, elements - at));
            }
        }
    }

    private void compare(TensorMatch.Copy copy, long at, int count) throws IOException {
        ByteBuffer copied = read(copy.copied(), at, count);
        ByteBuffer original = read(copy.original(), at, count);
        for (int i = 0; i < count; i++) {
            float one = copied.getFloat(i * Float.BYTES);
            float other = original.getFloat(i * Float.BYTES);
            if (one != other && !(Float.isNaN(one) && Float.isNaN(other))) {
                throw WeftException.invalidData(
                        copy.copied().path() + ": tensor " + copy.name() + " is tied to " + copy.of()
                                + " and is another: index=" + (at + i) + " value=" + one + " value of " + copy.of()
                                + "=" + other,
                        "a llama or a T5 1.1 with a head of its own says so: \"tie_word_embeddings\": false in config.json; other"
                                + " families have none in Weft. Where the copy is a leftover, remove it from the file");
            }
        }
    }

    private ByteBuffer read(TensorFiles.Located located, long first, int count) throws IOException {
        FloatFormat format = FloatFormat.of(located.tensor().dtype()).orElseThrow();
        byte[] stored = new byte[count * format.bytes()];
        files.read(located, first * format.bytes(), stored, stored.length);
        ByteBuffer wide = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        format.decode(ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN), wide);
        return wide;
    }
}
