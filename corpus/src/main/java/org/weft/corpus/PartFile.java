package org.weft.corpus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.weft.core.Json;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.storage.AtomicOutput;
import org.weft.core.storage.Store;

/**
 * The documents of one part, as they were read and cleaned, in a file that appears when it is whole.
 *
 * <pre>
 *   8  "WEFTDOCS"
 *   n  zstd, with a checksum of its own: of each document
 *        4  bytes of the text, big-endian
 *       16  key
 *        1  bytes of the id, and 128 more in a piece of a text with an id; then the id, a longer one by its SHA-256
 *       16  in such a piece, of the SHA-256 of the text
 *        …  text, UTF-8
 *   f  facts, JSON
 *   8  f and the CRC-like first four bytes of the facts' SHA-256, little-endian
 * </pre>
 */
final class PartFile {
    /** Raised whenever what is read out of the same bytes changes. */
    static final int VERSION = 2;

    private static final byte[] MAGIC = "WEFTDOCS".getBytes(StandardCharsets.US_ASCII);
    private static final int FOOTER_BYTES = 8;
    private static final int LEVEL = 1;
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int MAX_ID_BYTES = 100;
    private static final int PIECE = 0x80;

    private PartFile() {}

    /** Writes one part; closing without {@link #commit} leaves nothing behind. Owned by one thread. */
    static final class Writer implements AutoCloseable {
        private final AtomicOutput file;
        private final Counted counted;
        private final DataOutputStream documents;

        Writer(Store store, String path) throws IOException {
            this.file = store.create(path);
            this.counted = new Counted(file);
            counted.write(MAGIC);
            ZstdOutputStream zstd = new ZstdOutputStream(counted, LEVEL);
            zstd.setChecksum(true);
            this.documents = new DataOutputStream(new BufferedOutputStream(zstd, BUFFER_BYTES));
        }

        void add(Kept document) throws IOException {
            byte[] told = document.id() == null ? new byte[0] : told(document.id());
            documents.writeInt(document.text().length);
            documents.write(document.key());
            documents.writeByte(told.length | (document.whole() == null ? 0 : PIECE));
            documents.write(told);
            if (document.whole() != null) {
                documents.write(document.whole(), 0, DocumentKey.BYTES);
            }
            documents.write(document.text());
        }

        private static byte[] told(String id) {
            byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
            return bytes.length <= MAX_ID_BYTES ? bytes : Sha256.hex(bytes).getBytes(StandardCharsets.US_ASCII);
        }

        /** Ends the documents; how many bytes the file has by then. */
        long end() throws IOException {
            documents.close();
            return counted.bytes;
        }

        void commit(PartFacts facts) throws IOException {
            byte[] json = Json.RECORDS.writeValueAsBytes(facts);
            file.write(json);
            file.write(ByteBuffer.allocate(FOOTER_BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(json.length)
                    .put(Sha256.of(json), 0, Integer.BYTES)
                    .array());
            file.commit();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    /** Counts what goes through, and is not closed with who writes it. */
    private static final class Counted extends FilterOutputStream {
        private long bytes;

        Counted(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int value) throws IOException {
            out.write(value);
            bytes++;
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            out.write(from, offset, length);
            bytes += length;
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }

    /** A file's documents, which end before the file does. */
    private static final class Ending extends FilterInputStream {
        private long left;

        Ending(InputStream in, long left) {
            super(in);
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int count) throws IOException {
            int read = left == 0 && count > 0 ? -1 : in.read(into, offset, (int) Math.min(count, left));
            left -= Math.max(0, read);
            return read;
        }
    }

    /** The facts of a part; null where its file is none, and has to be written again. */
    static PartFacts facts(Store store, String path) throws IOException {
        try (Store.RandomReader file = store.openRandom(path)) {
            byte[] footer = new byte[FOOTER_BYTES];
            long end = file.length() - FOOTER_BYTES;
            if (end < MAGIC.length) {
                return null;
            }
            file.readFully(end, footer, 0, FOOTER_BYTES);
            int length = ByteBuffer.wrap(footer).order(ByteOrder.LITTLE_ENDIAN).getInt();
            if (length <= 0 || length > end - MAGIC.length) {
                return null;
            }
            byte[] json = new byte[length];
            file.readFully(end - length, json, 0, length);
            boolean whole = Arrays.equals(footer, Integer.BYTES, FOOTER_BYTES, Sha256.of(json), 0, Integer.BYTES);
            return whole ? Json.RECORDS.readValue(json, PartFacts.class) : null;
        } catch (JsonProcessingException other) {
            return null;
        }
    }

    /**
     * One document of a part.
     *
     * @param id null where there is none
     * @param whole what tells the text with that id that this one is a piece of; null where it is no piece
     */
    record Kept(byte[] key, String id, byte[] whole, byte[] text) {}

    /** Reads one part's documents; the caller closes it. Owned by one thread. */
    static final class Reader implements AutoCloseable {
        private final String path;
        private final DataInputStream in;
        private final long mostBytes;
        private long left;

        Reader(Store store, String path, PartFacts facts) throws IOException {
            this.path = path;
            this.left = facts.documents();
            this.mostBytes = facts.textBytes();
            DataInputStream stored = new DataInputStream(store.open(path));
            if (!Arrays.equals(stored.readNBytes(MAGIC.length), MAGIC)) {
                stored.close();
                throw damaged("no part");
            }
            this.in = new DataInputStream(new java.io.BufferedInputStream(new ZstdInputStream(new Ending(stored, facts.dataBytes() - MAGIC.length)), BUFFER_BYTES));
        }

        /** Null after the last. */
        Kept next() throws IOException {
            try {
                if (left == 0) {
                    if (in.read() >= 0) { // only at the end of all is its checksum looked at
                        throw damaged("it goes on after the last document");
                    }
                    return null;
                }
                left--;
                int length = in.readInt();
                if (length < 0 || length > mostBytes) {
                    throw damaged("a document of " + length + " bytes");
                }
                byte[] key = in.readNBytes(DocumentKey.BYTES);
                int told = in.readUnsignedByte();
                byte[] id = in.readNBytes(told & ~PIECE);
                byte[] whole = (told & PIECE) == 0 ? null : in.readNBytes(DocumentKey.BYTES);
                byte[] text = new byte[length];
                in.readFully(text);
                return new Kept(key, id.length == 0 ? null : new String(id, StandardCharsets.UTF_8), whole, text);
            } catch (EOFException shorter) {
                throw damaged("it ends too soon");
            } catch (ZstdIOException other) {
                throw damaged(other.getMessage());
            }
        }

        private WeftException damaged(String how) {
            return WeftException.invalidData(
                    "kept documents are damaged: file=" + path + ": " + how,
                    "remove the file and run prepare again: it is read anew from the input");
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
