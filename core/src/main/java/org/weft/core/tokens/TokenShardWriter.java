package org.weft.core.tokens;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;
import org.weft.core.Sha256;
import org.weft.core.storage.AtomicOutput;
import org.weft.core.storage.Spool;
import org.weft.core.storage.Store;
import org.weft.core.tokens.TokenShardFormat.Header;

/**
 * Writes one token shard. The counts that the header needs are known only at the end, so tokens and document starts
 * are spooled to local temporary files and put together by {@link #commit}: memory stays at two small buffers. Owned
 * by one thread; closing without a commit leaves nothing behind.
 */
public final class TokenShardWriter implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Store store;
    private final String directory;
    private final String file;
    private final TokenType type;
    private final String vocabulary;

    private final ByteBuffer scratch = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final Spool tokenSpool = new Spool("weft-tokens");
    private final Spool documentSpool = new Spool("weft-documents");
    private long tokens;
    private long documents;

    /** Writes {@code directory/file}; {@code vocabulary} is {@link CorpusManifest#vocabulary}. */
    public TokenShardWriter(Store store, String directory, String file, TokenType type, String vocabulary) {
        this.store = store;
        this.directory = directory;
        this.file = file;
        this.type = type;
        this.vocabulary = vocabulary;
    }

    /** Begins the next document; the tokens that follow belong to it. */
    public void startDocument() throws IOException {
        scratch.clear().putLong(tokens);
        documentSpool.write(scratch.array(), 0, TokenShardFormat.DOCUMENT_BYTES);
        documents++;
    }

    public void append(int[] ids) throws IOException {
        append(ids, ids.length);
    }

    /** Appends the first ids of an array. */
    public void append(int[] ids, int length) throws IOException {
        int at = 0;
        while (at < length) {
            int count = Math.min(length - at, scratch.capacity() / type.bytes());
            scratch.clear();
            for (int i = at; i < at + count; i++) {
                type.put(scratch, ids[i]);
            }
            tokenSpool.write(scratch.array(), 0, scratch.position());
            at += count;
        }
        tokens += length;
    }

    public long documents() {
        return documents;
    }

    /** Writes the shard under its name and says what the manifest needs of it. */
    public CorpusShard commit() throws IOException {
        Header header = new Header(type, tokens, documents, vocabulary);
        CRC32C crc = new CRC32C();
        MessageDigest sha256 = Sha256.digest();
        try (AtomicOutput out = store.create(directory + "/" + file)) {
            DigestOutputStream digested = new DigestOutputStream(out, sha256);
            CheckedOutputStream checked = new CheckedOutputStream(digested, crc);
            checked.write(TokenShardFormat.encode(header));
            tokenSpool.copyTo(checked);
            documentSpool.copyTo(checked);
            scratch.clear().putInt((int) crc.getValue());
            digested.write(scratch.array(), 0, TokenShardFormat.CHECKSUM_BYTES);
            out.commit();
        }
        return new CorpusShard(
                file,
                tokens,
                documents,
                header.shardBytes(),
                TokenShardFormat.checksum(crc.getValue()),
                HexFormat.of().formatHex(sha256.digest()));
    }

    @Override
    public void close() throws IOException {
        try (tokenSpool;
                documentSpool) {
            // Both are removed, also where one cannot be closed.
        }
    }
}
