package org.weft.dl4j.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.zip.CRC32C;
import org.weft.core.WeftException;

/**
 * The bytes of a shard of examples. Little-endian; a record is ND4J's own serial form of a MultiDataSet of one example.
 *
 * <pre>
 *   "WEFTEXMP"  version 1 (u32)  zero (u32)
 *   records, one after the other
 *   table: for each record  offset (u64)  length (u32)  CRC32C of the record (u32)
 *   table's offset (u64)  records (u32)  CRC32C of the table (u32)  "WEFTEXMP"
 * </pre>
 */
final class ExampleShardFormat {
    static final int HEADER_BYTES = 16;
    static final int ENTRY_BYTES = 16;
    static final int FOOTER_BYTES = 24;

    private static final long MAGIC = 0x504d584554464557L; // "WEFTEXMP"
    private static final int VERSION = 1;

    private ExampleShardFormat() {}

    /** Where a record stands. */
    record Entry(long offset, int length, int checksum) {}

    /** The end of a file. */
    record Footer(long tableOffset, int records, int checksum) {}

    static byte[] header() {
        return buffer(HEADER_BYTES).putLong(MAGIC).putInt(VERSION).putInt(0).array();
    }

    static byte[] table(List<Entry> entries) {
        byte[] bytes = new byte[entries.size() * ENTRY_BYTES];
        ByteBuffer table = wrap(bytes);
        entries.forEach(
                entry -> table.putLong(entry.offset()).putInt(entry.length()).putInt(entry.checksum()));
        return bytes;
    }

    static byte[] footer(long tableOffset, int records, byte[] table) {
        return buffer(FOOTER_BYTES)
                .putLong(tableOffset)
                .putInt(records)
                .putInt(checksum(table, 0, table.length))
                .putLong(MAGIC)
                .array();
    }

    static void requireHeader(byte[] bytes, String path) {
        ByteBuffer in = wrap(bytes);
        if (in.getLong() != MAGIC) {
            throw damaged(path, "it does not begin as a shard of examples does");
        }
        int version = in.getInt();
        if (version != VERSION) {
            throw WeftException.invalidData(
                    path + ": version=" + version + " expected=" + VERSION, "it was written by another Weft");
        }
    }

    static Footer footer(byte[] bytes, long fileBytes, String path) {
        ByteBuffer in = wrap(bytes);
        Footer footer = new Footer(in.getLong(), in.getInt(), in.getInt());
        long expected = footer.tableOffset() + (long) footer.records() * ENTRY_BYTES + FOOTER_BYTES;
        if (in.getLong() != MAGIC || footer.records() < 0 || expected != fileBytes) {
            throw damaged(path, "it does not end as a shard of examples does: bytes=" + fileBytes);
        }
        return footer;
    }

    static Entry[] entries(byte[] table, Footer footer, String path) {
        if (checksum(table, 0, table.length) != footer.checksum()) {
            throw damaged(path, "its table has another checksum");
        }
        ByteBuffer in = wrap(table);
        Entry[] entries = new Entry[footer.records()];
        for (int i = 0; i < entries.length; i++) {
            entries[i] = new Entry(in.getLong(), in.getInt(), in.getInt());
        }
        return entries;
    }

    static int checksum(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }

    static WeftException damaged(String path, String what) {
        return WeftException.invalidData(
                path + " is damaged: " + what, "fit again in another run directory; the examples are written anew");
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer wrap(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
