package org.weft.serve;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * Puts requests together, up to a size. One that is larger is answered at once, with 413; the rest of it is read and thrown
 * away, so that the client gets to read the answer.
 */
final class BodyLimit extends HttpObjectAggregator {
    private final ServeMetrics metrics;

    BodyLimit(int maxBytes, ServeMetrics metrics) {
        super(maxBytes);
        this.metrics = metrics;
    }

    @Override
    protected void handleOversizedMessage(ChannelHandlerContext context, HttpMessage oversized) {
        HttpRequest request = (HttpRequest) oversized;
        FullHttpRequest told =
                new DefaultFullHttpRequest(request.protocolVersion(), request.method(), request.uri(), Unpooled.EMPTY_BUFFER);
        told.headers().set(request.headers());
        told.setDecoderResult(DecoderResult.failure(new RefusedHttp.TooLarge(maxContentLength())));
        context.fireChannelRead(told);
    }

    /** Of a client that asks before it sends. */
    @Override
    protected Object newContinueResponse(HttpMessage start, int maxContentLength, ChannelPipeline pipeline) {
        Object answer = super.newContinueResponse(start, maxContentLength, pipeline);
        return answer instanceof FullHttpResponse response
                        && response.status().equals(HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE)
                ? tooLarge()
                : answer;
    }

    private FullHttpResponse tooLarge() {
        ApiException failure = ApiException.tooLarge(maxContentLength());
        metrics.answered("other", failure.status(), 0);
        return HttpAnswer.response(failure);
    }
}
