package org.weft.core.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;

/**
 * Seals what goes out on a connection and opens what comes in, by the records of {@link RecordCipher}. What is not the next record
 * ends the connection. Memory: for each connection five records at most, of {@value RecordCipher#LONGEST} bytes where messages are so long.
 */
final class SealedHandler extends ChannelDuplexHandler {
    private final SealedRegion.Sealer sealer;
    private final RecordCipher opening;
    private byte[] record = new byte[RecordCipher.HEADER_BYTES];
    private int held;
    /** Bytes of the record that comes, before it was sealed; negative while its header is not there. */
    private int length = -1;

    SealedHandler(RecordCipher sealing, RecordCipher opening) {
        this.sealer = new SealedRegion.Sealer(sealing);
        this.opening = opening;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // It is the promise, which the caller has.
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        boolean empty = message instanceof ByteBuf bytes && !bytes.isReadable();
        boolean sealable = message instanceof ByteBuf || message instanceof FileRegion;
        context.write(sealable && !empty ? new SealedRegion(message, sealer) : message, promise);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // That the connection is closed its handlers are told.
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            while (bytes.isReadable() && context.channel().isActive()) {
                take(context, bytes);
            }
        } catch (GeneralSecurityException e) {
            context.fireExceptionCaught(new SecurityException(
                    "what came from " + context.channel().remoteAddress() + " was changed on its way", e));
            context.close();
        } finally {
            bytes.release();
        }
    }

    private void take(ChannelHandlerContext context, ByteBuf bytes) throws GeneralSecurityException {
        int wanted = length < 0 ? RecordCipher.HEADER_BYTES : length + RecordCipher.TAG_BYTES;
        int count = Math.min(wanted - held, bytes.readableBytes());
        bytes.readBytes(record, held, count);
        held += count;
        if (held < wanted) {
            return;
        }
        held = 0;
        if (length < 0) {
            length = requireLength();
            record = RecordCipher.atLeast(length + RecordCipher.TAG_BYTES, record);
            return;
        }
        ByteBuf opened = context.alloc().heapBuffer(length, length);
        try {
            opening.next(length, record, opened.array(), opened.arrayOffset());
        } catch (GeneralSecurityException e) {
            opened.release();
            throw e;
        }
        opened.writerIndex(length);
        length = -1;
        context.fireChannelRead(opened);
    }

    private int requireLength() throws GeneralSecurityException {
        int said = ByteBuffer.wrap(record).getInt();
        if (said < 1 || said > RecordCipher.LONGEST) {
            throw new GeneralSecurityException("no record has a length of " + said);
        }
        return said;
    }
}
