package org.weft.core.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.FileRegion;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.security.GeneralSecurityException;
import org.apache.spark.network.util.AbstractFileRegion;

/**
 * A message of which records are sealed as the socket takes them: a record is in memory, never the whole message. Sent by the
 * connection's event loop, one message after the other.
 */
final class SealedRegion extends AbstractFileRegion {
    private final Object message;
    private final Sealer sealer;
    private final long count;
    private long transferred;

    /** @param message a {@link ByteBuf} or a {@link FileRegion}; released with this */
    SealedRegion(Object message, Sealer sealer) {
        this.message = message;
        this.sealer = sealer;
        long bytes = message instanceof ByteBuf bytesOf ? bytesOf.readableBytes() : ((FileRegion) message).count();
        long records = (bytes + RecordCipher.LONGEST - 1) / RecordCipher.LONGEST;
        this.count = bytes + records * RecordCipher.OVERHEAD_BYTES;
    }

    /** What the messages of one connection share. */
    static final class Sealer {
        private final RecordCipher cipher;
        private byte[] plain = new byte[0];
        private byte[] sealed = new byte[0];
        /** What the socket has not taken yet of the last record. */
        private ByteBuffer waiting = ByteBuffer.allocateDirect(0);

        Sealer(RecordCipher cipher) {
            this.cipher = cipher;
        }

        private void seal(int length) throws IOException {
            int bytes = RecordCipher.OVERHEAD_BYTES + length;
            sealed = RecordCipher.atLeast(bytes, sealed);
            ByteBuffer.wrap(sealed).putInt(length);
            try {
                cipher.next(length, plain, sealed, RecordCipher.HEADER_BYTES);
            } catch (GeneralSecurityException e) {
                throw new IOException("cannot encrypt", e);
            }
            if (waiting.capacity() < bytes) {
                waiting = ByteBuffer.allocateDirect(sealed.length);
            }
            waiting.clear().put(sealed, 0, bytes).flip();
        }
    }

    @Override
    public long transferTo(WritableByteChannel target, long position) throws IOException {
        if (!sealer.waiting.hasRemaining()) {
            sealer.seal(message instanceof ByteBuf bytes ? take(bytes) : take((FileRegion) message));
        }
        int written = target.write(sealer.waiting);
        transferred += written;
        return written;
    }

    private int take(ByteBuf bytes) {
        int length = Math.min(RecordCipher.LONGEST, bytes.readableBytes());
        sealer.plain = RecordCipher.atLeast(length, sealer.plain);
        bytes.readBytes(sealer.plain, 0, length);
        return length;
    }

    private int take(FileRegion region) throws IOException {
        int length = (int) Math.min(RecordCipher.LONGEST, region.count() - region.transferred());
        sealer.plain = RecordCipher.atLeast(length, sealer.plain);
        Taken taken = new Taken(ByteBuffer.wrap(sealer.plain, 0, length));
        while (taken.into().hasRemaining()) {
            region.transferTo(taken, region.transferred());
        }
        return length;
    }

    /** Takes bytes until it is full. */
    private record Taken(ByteBuffer into) implements WritableByteChannel {
        @Override
        public int write(ByteBuffer from) {
            int bytes = Math.min(into.remaining(), from.remaining());
            into.put(from.slice(from.position(), bytes));
            from.position(from.position() + bytes);
            return bytes;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    @Override
    public long position() {
        return 0;
    }

    @Override
    public long transferred() {
        return transferred;
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    protected void deallocate() {
        ReferenceCountUtil.release(message);
    }
}
