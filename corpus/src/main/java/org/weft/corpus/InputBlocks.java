package org.weft.corpus;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.weft.core.Sha256;
import org.weft.core.storage.Store;

/**
 * Checksums of input files, block by block, so that many tasks make the one of a large file. A file of one block has the
 * SHA-256 of its bytes, as {@code sha256sum} prints it; a longer one that of its blocks' SHA-256, one after the other.
 */
final class InputBlocks {
    private static final int BUFFER_BYTES = 1 << 16;

    private InputBlocks() {}

    /**
     * The SHA-256 of each block of some bytes of a file, in hexadecimal; one where there are no bytes. Fewer where the file has
     * become shorter, which {@link CorpusInput.Piece#requireUnchanged} says.
     */
    static List<String> of(Store store, String path, long start, long bytes, long blockBytes) throws IOException {
        List<String> blocks = new ArrayList<>();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = store.open(path)) {
            try {
                in.skipNBytes(start);
            } catch (EOFException shorter) {
                return blocks;
            }
            long left = bytes;
            do {
                MessageDigest digest = Sha256.digest();
                long block = Math.min(left, blockBytes);
                left -= block;
                while (block > 0) {
                    int count = in.read(buffer, 0, (int) Math.min(block, buffer.length));
                    if (count < 0) {
                        return blocks;
                    }
                    digest.update(buffer, 0, count);
                    block -= count;
                }
                blocks.add(HexFormat.of().formatHex(digest.digest()));
            } while (left > 0);
        }
        return blocks;
    }

    /** The checksum of a file by those of its blocks. */
    static String file(List<String> blocks) {
        if (blocks.size() == 1) {
            return blocks.get(0);
        }
        MessageDigest digest = Sha256.digest();
        blocks.forEach(block -> digest.update(HexFormat.of().parseHex(block)));
        return HexFormat.of().formatHex(digest.digest());
    }
}
