package org.weft.serve;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpMessage;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpExpectationFailedEvent;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;

/**
 * Puts requests together, up to a size, and as long as there is memory for bodies. One that is larger is answered at once, with 413,
 * one that there is no room for with 503; the rest of it is read and thrown away, so that the client gets to read the answer. What
 * it hands on is taken of the memory, and is the receiver's to give back. The channel's thread's.
 */
final class BodyLimit extends HttpObjectAggregator {
    private final ServeMetrics metrics;
    private final BodyMemory memory;
    private long taken; // for the body that is being received
    private boolean noRoom; // for the one that was begun last

    BodyLimit(int maxBytes, BodyMemory memory, ServeMetrics metrics) {
        super(maxBytes);
        this.memory = memory;
        this.metrics = metrics;
    }

    @Override
    protected boolean isContentLengthInvalid(HttpMessage start, int maxContentLength) {
        noRoom = false;
        return super.isContentLengthInvalid(start, maxContentLength) || !take(start);
    }

    /** Room for a whole body, where its length is not known for the largest. */
    private boolean take(HttpMessage start) {
        if (start.decoderResult().isFailure()) {
            return true; // a length that is no number, say: it is refused, and no body follows
        }
        long bytes =
                HttpUtil.isTransferEncodingChunked(start) ? maxContentLength() : HttpUtil.getContentLength(start, 0L);
        noRoom = !memory.take(bytes);
        taken = noRoom ? 0 : bytes;
        return !noRoom;
    }

    @Override
    protected void finishAggregation(FullHttpMessage whole) throws Exception {
        super.finishAggregation(whole);
        memory.shrink(taken, whole.content().readableBytes());
        taken = 0;
    }

    @Override
    protected void handleOversizedMessage(ChannelHandlerContext context, HttpMessage oversized) {
        giveBack();
        HttpRequest request = (HttpRequest) oversized;
        FullHttpRequest told = new DefaultFullHttpRequest(
                request.protocolVersion(), request.method(), request.uri(), Unpooled.EMPTY_BUFFER);
        told.headers().set(request.headers());
        told.setDecoderResult(DecoderResult.failure(new RefusedHttp.Unread(refusal())));
        context.fireChannelRead(told);
    }

    private ApiException refusal() {
        return noRoom ? ApiException.noRoom() : ApiException.tooLarge(maxContentLength());
    }

    private void giveBack() {
        memory.give(taken);
        taken = 0;
    }

    /** Of a client that asks before it sends. */
    @Override
    protected Object newContinueResponse(HttpMessage start, int maxContentLength, ChannelPipeline pipeline) {
        noRoom = false;
        Object answer = super.newContinueResponse(start, maxContentLength, pipeline);
        if (!(answer instanceof FullHttpResponse response)) {
            return answer;
        }
        boolean large = response.status().equals(HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE);
        boolean goesOn = response.status().equals(HttpResponseStatus.CONTINUE);
        if (large) { // The codec has been told that no body follows.
            response.release();
            return refused();
        }
        if (goesOn && !take(start)) {
            response.release();
            pipeline.fireUserEventTriggered(HttpExpectationFailedEvent.INSTANCE);
            return refused();
        }
        return answer;
    }

    private FullHttpResponse refused() {
        ApiException failure = refusal();
        metrics.answered("other", failure.status(), 0);
        return HttpAnswer.response(failure);
    }

    /** What does not say that it may go on. */
    @Override
    protected boolean ignoreContentAfterContinueResponse(Object message) {
        return message instanceof FullHttpResponse response
                && !response.status().equals(HttpResponseStatus.CONTINUE);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        giveBack();
        super.channelInactive(context);
    }
}
