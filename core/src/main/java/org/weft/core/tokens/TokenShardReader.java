package org.weft.core.tokens;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;
import org.weft.core.tokens.TokenShardFormat.Header;

/**
 * Positioned reads of one token shard. {@link #open} has checked magic, version and exact length; {@link #verify}
 * reads everything and checks the checksum. Safe for use by many threads.
 */
public final class TokenShardReader implements AutoCloseable {
    private static final int VERIFY_BYTES = 1 << 20;

    private final Store.RandomReader reader;
    private final String path;
    private final Header header;

    private TokenShardReader(Store.RandomReader reader, String path, Header header) {
        this.reader = reader;
        this.path = path;
        this.header = header;
    }

    public static TokenShardReader open(Store store, String path) throws IOException {
        Store.RandomReader reader;
        try {
            reader = store.openRandom(path);
        } catch (FileNotFoundException absent) {
            throw WeftException.invalidData("token shard missing: file=" + path, "run prepare again");
        }
        try {
            long length = reader.length();
            long least = TokenShardFormat.HEADER_BYTES + TokenShardFormat.CHECKSUM_BYTES;
            if (length < least) {
                throw TokenShardFormat.cutShort(path, "expected=at least " + least + " bytes", length);
            }
            byte[] bytes = new byte[TokenShardFormat.HEADER_BYTES];
            reader.readFully(0, bytes, 0, bytes.length);
            return new TokenShardReader(reader, path, TokenShardFormat.decode(bytes, path, length));
        } catch (IOException | RuntimeException failure) {
            reader.close();
            throw failure;
        }
    }

    public Header header() {
        return header;
    }

    /** Reads {@code count} tokens from the one at {@code from} into {@code into}, starting at {@code at}. */
    public void read(long from, int count, int[] into, int at) throws IOException {
        if (from < 0 || from + count > header.tokens()) {
            throw new IndexOutOfBoundsException(
                    "tokens: from=" + from + " count=" + count + " shard=" + path + " tokens=" + header.tokens());
        }
        byte[] bytes = new byte[Math.multiplyExact(count, header.type().bytes())];
        reader.readFully(TokenShardFormat.HEADER_BYTES + from * header.type().bytes(), bytes, 0, bytes.length);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            into[at + i] = header.type().get(buffer);
        }
    }

    /** Index of the first token of a document. */
    public long documentStart(long document) throws IOException {
        if (document < 0 || document >= header.documents()) {
            throw new IndexOutOfBoundsException(
                    "document=" + document + " shard=" + path + " documents=" + header.documents());
        }
        byte[] bytes = new byte[TokenShardFormat.DOCUMENT_BYTES];
        reader.readFully(header.documentsPosition() + document * bytes.length, bytes, 0, bytes.length);
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    /** Reads where {@code count} documents begin, from document {@code first} on. */
    public void documentStarts(long first, int count, long[] into) throws IOException {
        if (first < 0 || first + count > header.documents()) {
            throw new IndexOutOfBoundsException("documents: first=" + first + " count=" + count + " shard=" + path
                    + " documents=" + header.documents());
        }
        byte[] bytes = new byte[Math.multiplyExact(count, TokenShardFormat.DOCUMENT_BYTES)];
        reader.readFully(header.documentsPosition() + first * TokenShardFormat.DOCUMENT_BYTES, bytes, 0, bytes.length);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(into, 0, count);
    }

    /** Reads the whole shard and fails unless its checksum is right. Returns the checksum. */
    public long verify() throws IOException {
        CRC32C crc = new CRC32C();
        byte[] buffer = new byte[VERIFY_BYTES];
        long end = header.checksumPosition();
        for (long at = 0; at < end; at += buffer.length) {
            int count = (int) Math.min(buffer.length, end - at);
            reader.readFully(at, buffer, 0, count);
            crc.update(buffer, 0, count);
        }
        reader.readFully(end, buffer, 0, TokenShardFormat.CHECKSUM_BYTES);
        int stored = ByteBuffer.wrap(buffer).order(ByteOrder.LITTLE_ENDIAN).getInt();
        if (stored != (int) crc.getValue()) {
            throw TokenShardFormat.wrongChecksum(path, Integer.toUnsignedLong(stored), crc.getValue());
        }
        return crc.getValue();
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
