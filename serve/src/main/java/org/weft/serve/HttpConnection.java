package org.weft.serve;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.concurrent.Executor;

/**
 * One client's connection: whole requests in, one after the other. A request that comes while another is being answered
 * (pipelining, which no client of today does) is dropped and the connection closed after the answer, as HTTP lets a server
 * do. The channel's thread's.
 */
final class HttpConnection extends SimpleChannelInboundHandler<FullHttpRequest> {
    private final Api api;
    private final ServeMetrics metrics;
    private final Executor requests;
    private final OpenAnswers open;
    private HttpAnswer answering;
    private boolean closeAfter;

    /** @param requests where requests are read and checked, which takes longer than a channel's thread may */
    HttpConnection(Api api, ServeMetrics metrics, Executor requests, OpenAnswers open) {
        this.api = api;
        this.metrics = metrics;
        this.requests = requests;
        this.open = open;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest message) {
        if (answering != null) {
            closeAfter = true;
            return;
        }
        Api.Request request = new Api.Request(
                message.method().name(),
                new QueryStringDecoder(message.uri()).path(),
                message.headers().get(HttpHeaderNames.AUTHORIZATION),
                ByteBufUtil.getBytes(message.content()));
        HttpAnswer answer = new HttpAnswer(context.channel(), request.endpoint(), metrics);
        answering = answer;
        open.began();
        answer.onWritten(() -> written(context));
        if (message.decoderResult().isFailure()) {
            closeAfter = true;
            answer.fail(ApiException.invalid(
                    null,
                    "this is no HTTP request: "
                            + message.decoderResult().cause().getMessage()));
            return;
        }
        requests.execute(() -> api.handle(request, answer));
    }

    private void written(ChannelHandlerContext context) {
        if (answering != null) {
            answering = null;
            open.ended();
            if (closeAfter) {
                context.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (answering != null) {
            answering.gone();
            answering = null;
            open.ended();
        }
        context.fireChannelInactive();
    }

    /** A reset connection, or a client too slow to read: nothing that a person need hear of. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }
}
