package org.weft.serve;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpExpectationFailedEvent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection on which no whole request has come within a time: since it was opened, or since the answer before.
 * While a request is being answered the time stands still. A connection that is to be closed with an answer that came before the
 * whole request is closed when the rest of it was read, within that time: bytes that nobody read would have the system reset the
 * connection, and the client might lose the answer. Stands behind the HTTP codec; the channel's thread's.
 */
final class RequestTimer extends ChannelDuplexHandler {
    private final Duration patience;
    private ScheduledFuture<?> alarm;
    private int owed; // answers to requests that are here whole; below 0 where an answer came before the whole request
    private ChannelPromise closing; // when the rest of the request is here; null where nothing waits for that
    private boolean informational; // what is being written is not yet the answer

    RequestTimer(Duration patience) {
        this.patience = patience;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        begin(context);
        context.fireChannelActive();
    }

    private void begin(ChannelHandlerContext context) {
        stop();
        Runnable close = () -> context.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        alarm = context.executor().schedule(close, patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The client's time runs while it is owed nothing. */
    private void run(ChannelHandlerContext context) {
        if (owed > 0) {
            stop();
        } else {
            begin(context);
        }
    }

    private void stop() {
        if (alarm != null) {
            alarm.cancel(false);
            alarm = null;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof LastHttpContent || isBroken(message)) {
            requested(context);
        }
        context.fireChannelRead(message);
    }

    /** Nothing of it follows. */
    private static boolean isBroken(Object message) {
        return message instanceof HttpRequest request && request.decoderResult().isFailure();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // It is the promise that the caller has.
    private void requested(ChannelHandlerContext context) {
        owed++;
        run(context);
        if (closing != null && owed == 0) {
            context.close(closing);
        }
    }

    /** A client that asked before it sent was told not to. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof HttpExpectationFailedEvent) {
            requested(context);
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // It is the promise that the caller has.
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        if (owed < 0 && closing == null && context.channel().isActive()) {
            closing = promise;
        } else {
            context.close(promise);
        }
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // It is the promise that the caller has.
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof HttpResponse response) {
            informational = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        }
        if (message instanceof LastHttpContent && !informational) {
            owed--;
            run(context);
        }
        context.write(message, promise);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        stop();
        context.fireChannelInactive();
    }
}
