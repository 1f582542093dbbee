package org.weft.serve;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;

/** Counts what one connection's client has not read. Its fields are the channel's thread's. */
final class UnreadLimit extends ChannelOutboundHandlerAdapter implements UnreadAnswers.Reader {
    private final UnreadAnswers answers;
    private ChannelHandlerContext context;
    private volatile boolean givenUp;

    UnreadLimit(UnreadAnswers answers) {
        this.answers = answers;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // It is the promise that the caller has.
    public void write(ChannelHandlerContext channel, Object message, ChannelPromise promise) {
        if (givenUp) {
            ReferenceCountUtil.release(message);
            promise.tryFailure(new IOException("the client does not read"));
            return;
        }
        if (message instanceof ByteBuf bytes && bytes.isReadable()) {
            int count = bytes.readableBytes();
            answers.written(this, count); // before it is: the promise may be kept at once
            channel.write(message, promise.unvoid().addListener(done -> answers.read(this, count)));
            return;
        }
        channel.write(message, promise);
    }

    @Override
    public void giveUp() {
        givenUp = true;
        context.channel().close().addListener(closed -> {});
    }
}
