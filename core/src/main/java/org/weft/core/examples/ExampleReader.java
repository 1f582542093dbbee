package org.weft.core.examples;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.zip.CRC32C;
import org.weft.core.WeftException;
import org.weft.core.examples.ExampleFileFormat.Header;
import org.weft.core.storage.Store;

/**
 * Reads one file of examples by number. {@link #open} has checked magic, version, exact length and the checksum of header
 * and index, which stays in memory (20 bytes an example); each read checks its record. Safe for use by many threads.
 */
public final class ExampleReader implements AutoCloseable {
    private static final int CHUNK_ENTRIES = 1 << 14;

    private final Store.RandomReader reader;
    private final String path;
    private final Header header;
    private final long[] positions;
    private final int[] lengths;
    private final double[] weights;
    private final BitSet sameRow = new BitSet();

    private ExampleReader(Store.RandomReader reader, String path) throws IOException {
        this.reader = reader;
        this.path = path;
        byte[] bytes = new byte[ExampleFileFormat.HEADER_BYTES];
        reader.readFully(0, bytes, 0, bytes.length);
        this.header = ExampleFileFormat.decode(bytes, path, reader.length());
        int examples = Math.toIntExact(header.examples());
        this.positions = new long[examples];
        this.lengths = new int[examples];
        this.weights = new double[examples];
        readIndex(bytes);
    }

    public static ExampleReader open(Store store, String path) throws IOException {
        Store.RandomReader reader;
        try {
            reader = store.openRandom(path);
        } catch (FileNotFoundException absent) {
            throw WeftException.invalidData("examples missing: file=" + path, "remove the directory and start again");
        }
        try {
            long least = ExampleFileFormat.HEADER_BYTES + ExampleFileFormat.CHECKSUM_BYTES;
            if (reader.length() < least) {
                throw ExampleFileFormat.cutShort(path, "expected=at least " + least + " bytes", reader.length());
            }
            return new ExampleReader(reader, path);
        } catch (IOException | RuntimeException failure) {
            reader.close();
            throw failure;
        }
    }

    private void readIndex(byte[] headerBytes) throws IOException {
        CRC32C crc = new CRC32C();
        crc.update(headerBytes);
        long at = header.indexPosition();
        byte[] bytes = new byte[Math.min(CHUNK_ENTRIES, Math.max(1, positions.length)) * ExampleFileFormat.ENTRY_BYTES];
        for (int first = 0; first < positions.length; first += CHUNK_ENTRIES) {
            int count = Math.min(CHUNK_ENTRIES, positions.length - first);
            reader.readFully(at, bytes, 0, count * ExampleFileFormat.ENTRY_BYTES);
            crc.update(bytes, 0, count * ExampleFileFormat.ENTRY_BYTES);
            at += (long) count * ExampleFileFormat.ENTRY_BYTES;
            ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = first; i < first + count; i++) {
                positions[i] = buffer.getLong();
                int length = buffer.getInt();
                lengths[i] = length & ~ExampleFileFormat.SAME_ROW;
                sameRow.set(i, length < 0);
                weights[i] = buffer.getDouble();
            }
        }
        reader.readFully(at, bytes, 0, ExampleFileFormat.CHECKSUM_BYTES);
        int stored = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt();
        ExampleFileFormat.requireChecksum("header or index of file=" + path, stored, crc.getValue());
    }

    public Header header() {
        return header;
    }

    /** Tokens of an example. */
    public int length(int example) {
        return lengths[example];
    }

    /** Whether it is of the same row as the example before it. */
    public boolean sameRow(int example) {
        return sameRow.get(example);
    }

    public double weight(int example) {
        return weights[example];
    }

    public Example read(int example) throws IOException {
        long from = positions[example];
        long to = example + 1 < positions.length ? positions[example + 1] : header.indexPosition();
        byte[] bytes = new byte[Math.toIntExact(to - from)];
        reader.readFully(from, bytes, 0, bytes.length);
        return ExampleFileFormat.decode(bytes, "file=" + path + " example=" + example);
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
