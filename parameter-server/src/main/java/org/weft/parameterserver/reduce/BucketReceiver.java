package org.weft.parameterserver.reduce;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.weft.core.protocol.BucketCodec;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.transport.Service.BucketSink;

/**
 * One bucket on its way in: decoded piece by piece into the memory of the sum that it joins. Pieces need not end where a
 * block of the codec's ends.
 */
final class BucketReceiver implements BucketSink {
    private final BucketHeader header;
    private final BucketCodec codec;
    private final StepSums sums;
    private final int place;
    private final LaneReducer.Listener listener;
    private final long expectedBytes;
    private final CRC32C checksum = new CRC32C();
    /** The beginning of a block whose end is in the next piece. */
    private final ByteBuffer split;

    private float[] values;
    private int count;
    private long decodedBytes;

    BucketReceiver(BucketHeader header, BucketCodec codec, StepSums sums, int place, LaneReducer.Listener listener) {
        this.header = header;
        this.codec = codec;
        this.sums = sums;
        this.place = place;
        this.listener = listener;
        this.expectedBytes = codec.bytes(header.length());
        this.split = ByteBuffer.allocate(codec.blockBytes());
        this.values = sums.borrow(place);
    }

    @Override
    public void bytes(ByteBuffer part) {
        long total = decodedBytes + split.position() + part.remaining();
        if (total > expectedBytes) {
            throw new IllegalArgumentException("pushed bucket too long: bucket=" + header.bucket() + " bytes>=" + total
                    + " expected=" + expectedBytes);
        }
        checksum.update(part.duplicate());
        ByteBuffer in = part.duplicate();
        while (split.position() > 0 && in.hasRemaining()) {
            takeSplitByte(in);
        }
        int end = in.limit();
        decode(in.limit(in.position() + wholeBlocks(in.remaining())));
        split.put(in.position(in.limit()).limit(end));
    }

    private void takeSplitByte(ByteBuffer in) {
        split.put(in.get());
        if (wholeBlocks(split.position()) > 0) {
            decode(split.flip());
            split.clear();
        }
    }

    /** How many of some bytes are whole blocks. The bucket's last may be shorter than the others. */
    private int wholeBlocks(int bytes) {
        return decodedBytes + bytes == expectedBytes ? bytes : bytes - bytes % codec.blockBytes();
    }

    private void decode(ByteBuffer blocks) {
        decodedBytes += blocks.remaining();
        count += codec.decode(blocks, values, count);
    }

    @Override
    public void complete() {
        if (count != header.length() || (int) checksum.getValue() != header.checksum()) {
            failed(null);
            throw new IllegalStateException("pushed bucket is damaged: bucket=" + header.bucket() + " elements=" + count
                    + " expected=" + header.length() + " checksum="
                    + Integer.toHexString((int) checksum.getValue()) + " expected="
                    + Integer.toHexString(header.checksum()));
        }
        float[] received = values;
        values = null;
        sums.add(header, place, received, listener);
    }

    @Override
    public void failed(Throwable cause) {
        if (values != null) {
            sums.giveBack(place, values);
            values = null;
        }
    }
}
