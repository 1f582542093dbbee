package org.weft.dl4j.examples;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;

/**
 * Bytes in the format of MNIST's files, plain or under gzip.
 *
 * <pre>
 *   0  2  zero
 *   2  1  8: unsigned bytes
 *   3  1  dimensions, d
 *   4  4d their sizes, big-endian; the bytes follow, the last dimension fastest
 * </pre>
 *
 * @param sizes of each dimension
 * @param bytes as many as the product of the sizes
 */
record IdxFile(int[] sizes, byte[] bytes) {
    private static final int UNSIGNED_BYTES = 8;
    private static final int GZIP = 0x1f;
    private static final String WAY_OUT = "give the files of MNIST or Fashion-MNIST as they are published, .gz or not";

    /** Reads a file that must have so many dimensions. */
    static IdxFile read(Path file, int dimensions) throws IOException {
        try (InputStream in = open(file)) {
            ByteBuffer head = ByteBuffer.wrap(in.readNBytes(4));
            if (head.limit() < 4 || head.getInt(0) != (UNSIGNED_BYTES << 8 | dimensions)) {
                throw WeftException.invalidData(
                        String.format(
                                Locale.ROOT,
                                "%s does not begin as an IDX file of bytes with %d dimensions does: 00 00 08 %02x",
                                file,
                                dimensions,
                                dimensions),
                        WAY_OUT);
            }
            int[] sizes = new int[dimensions];
            long length = 1;
            ByteBuffer written = ByteBuffer.wrap(in.readNBytes(4 * dimensions));
            for (int i = 0; i < dimensions; i++) {
                sizes[i] = written.remaining() < 4 ? 0 : written.getInt();
                length = sizes[i] < 0 ? -1 : length * sizes[i];
                if (length <= 0 || length > Integer.MAX_VALUE - 8) {
                    throw WeftException.invalidData(
                            file + " says that dimension " + (i + 1) + " is " + sizes[i], WAY_OUT);
                }
            }
            byte[] bytes = in.readNBytes((int) length);
            if (bytes.length < length || in.read() >= 0) {
                throw WeftException.invalidData(
                        file + (bytes.length < length ? " ends after " + bytes.length + " of " : " goes on after ")
                                + length + " bytes",
                        "fetch it again");
            }
            return new IdxFile(sizes, bytes);
        } catch (EOFException | ZipException e) {
            throw new WeftException(ExitStatus.INVALID_DATA, file + " is a damaged gzip file", "fetch it again", e);
        }
    }

    private static InputStream open(Path file) throws IOException {
        BufferedInputStream in = new BufferedInputStream(Files.newInputStream(file));
        in.mark(1);
        int first = in.read();
        in.reset();
        return first == GZIP ? new BufferedInputStream(new GZIPInputStream(in)) : in;
    }
}
