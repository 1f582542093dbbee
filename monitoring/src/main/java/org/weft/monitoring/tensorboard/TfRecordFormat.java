package org.weft.monitoring.tensorboard;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * How TensorFlow frames the records of a file; event files are such. Little-endian.
 *
 * <pre>
 *   0        u64  length of the data, n
 *   8        u32  masked CRC32C of the length
 *   12       n    data
 *   12 + n   u32  masked CRC32C of the data
 * </pre>
 */
final class TfRecordFormat {
    static final int HEADER_BYTES = Long.BYTES + Integer.BYTES;
    static final int FRAME_BYTES = HEADER_BYTES + Integer.BYTES;

    private static final int MASK_DELTA = 0xa282ead8;

    private TfRecordFormat() {}

    static byte[] frame(byte[] data) {
        ByteBuffer framed = ByteBuffer.allocate(FRAME_BYTES + data.length).order(ByteOrder.LITTLE_ENDIAN);
        framed.putLong(data.length);
        framed.putInt(maskedCrc(framed.array(), 0, Long.BYTES));
        framed.put(data);
        return framed.putInt(maskedCrc(data, 0, data.length)).array();
    }

    /** A checksum that may itself be summed up again: turned by 15 bits, and moved. */
    static int maskedCrc(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
    }
}
