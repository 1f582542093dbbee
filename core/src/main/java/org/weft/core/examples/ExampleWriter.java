package org.weft.core.examples;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;
import org.weft.core.Sha256;
import org.weft.core.examples.ExampleFileFormat.Header;
import org.weft.core.storage.AtomicOutput;
import org.weft.core.storage.Spool;
import org.weft.core.storage.Store;

/**
 * Writes one file of examples. What the header needs is known only at the end, so records and index are spooled to local
 * temporary files and put together by {@link #commit}: memory stays at two small buffers. Owned by one thread; closing
 * without a commit leaves nothing behind.
 */
public final class ExampleWriter implements AutoCloseable {
    private final Store store;
    private final String directory;
    private final String file;
    private final String vocabulary;

    private final Spool recordSpool = new Spool("weft-examples");
    private final Spool indexSpool = new Spool("weft-index");
    private long position = ExampleFileFormat.HEADER_BYTES;
    private long examples;
    private long tokens;
    private int version = ExampleFileFormat.VERSION;

    /** Writes {@code directory/file}; {@code vocabulary} is {@link ExamplesManifest#vocabulary}. */
    public ExampleWriter(Store store, String directory, String file, String vocabulary) {
        this.store = store;
        this.directory = directory;
        this.file = file;
        this.vocabulary = vocabulary;
    }

    /** An example of a row of its own. */
    public void append(Example example) throws IOException {
        append(example, false);
    }

    /**
     * @param sameRow whether it is of the same row as the example before it
     */
    public void append(Example example, boolean sameRow) throws IOException {
        byte[] record = ExampleFileFormat.encode(example);
        recordSpool.write(record);
        ByteBuffer entry = ByteBuffer.allocate(ExampleFileFormat.ENTRY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int length = sameRow ? example.length() | ExampleFileFormat.SAME_ROW : example.length();
        entry.putLong(position).putInt(length).putDouble(example.weight());
        indexSpool.write(entry.array());
        position += record.length;
        tokens += example.length();
        examples++;
        version = sameRow ? ExampleFileFormat.ROWS_VERSION : version;
    }

    public long examples() {
        return examples;
    }

    /** Writes the file under its name and says what the manifest needs of it. */
    public ExamplesFile commit() throws IOException {
        Header header = new Header(version, examples, position, vocabulary, tokens);
        MessageDigest sha256 = Sha256.digest();
        try (AtomicOutput out = store.create(directory + "/" + file)) {
            DigestOutputStream digested = new DigestOutputStream(out, sha256);
            CheckedOutputStream checked = new CheckedOutputStream(digested, new CRC32C());
            checked.write(ExampleFileFormat.encode(header));
            recordSpool.copyTo(digested);
            indexSpool.copyTo(checked);
            ByteBuffer checksum =
                    ByteBuffer.allocate(ExampleFileFormat.CHECKSUM_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            digested.write(
                    checksum.putInt((int) checked.getChecksum().getValue()).array());
            out.commit();
        }
        return new ExamplesFile(
                file, examples, tokens, header.fileBytes(), HexFormat.of().formatHex(sha256.digest()));
    }

    @Override
    public void close() throws IOException {
        try (recordSpool;
                indexSpool) {
            // Both are removed, also where one cannot be closed.
        }
    }
}
