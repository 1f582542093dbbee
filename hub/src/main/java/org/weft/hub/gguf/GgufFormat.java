package org.weft.hub.gguf;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * How a GGUF file of version 3 is laid out, little-endian:
 *
 * <pre>
 *   "GGUF", version (u32), tensors (u64), pairs of metadata (u64)
 *   pairs: {@link GgufMetadata}
 *   for each tensor: name (string), dimensions (u32), each of them (u64, the innermost first), type (u32),
 *                    where its numbers begin behind the header (u64), a multiple of 32
 *   zeros up to a multiple of 32
 *   the numbers of each tensor, and zeros up to a multiple of 32
 * </pre>
 */
final class GgufFormat {
    private static final int VERSION = 3;
    private static final int ALIGNMENT = 32;

    private GgufFormat() {}

    /**
     * A tensor with the type that its numbers are stored in.
     */
    record Stored(GgufTensor tensor, GgufType type) {
        long bytes() {
            return type.bytes(tensor.elements());
        }
    }

    /** All that stands before the numbers. */
    static byte[] header(GgufMetadata metadata, List<Stored> tensors) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {'G', 'G', 'U', 'F'});
        GgufMetadata.u32(out, VERSION);
        GgufMetadata.u64(out, tensors.size());
        GgufMetadata.u64(out, metadata.pairs());
        out.writeBytes(metadata.bytes());
        long at = 0;
        for (Stored stored : tensors) {
            GgufMetadata.string(out, stored.tensor().name());
            List<Integer> shape = new ArrayList<>(stored.tensor().shape());
            GgufMetadata.u32(out, shape.size());
            for (int i = shape.size() - 1; i >= 0; i--) {
                GgufMetadata.u64(out, shape.get(i));
            }
            GgufMetadata.u32(out, stored.type().code());
            GgufMetadata.u64(out, at);
            at += stored.bytes() + padding(stored.bytes());
        }
        out.writeBytes(new byte[padding(out.size())]);
        return out.toByteArray();
    }

    /** Bytes that are missing to a multiple of the alignment. */
    static int padding(long bytes) {
        return (int) ((ALIGNMENT - bytes % ALIGNMENT) % ALIGNMENT);
    }
}
