package org.weft.serve;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One client's connection: whole requests in, one after the other. Requests that come while another is being answered
 * (pipelining) wait for their turn; where many do, no more are read until they had it. The channel's thread's.
 */
final class HttpConnection extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final int WAITING = 16;

    private final Api api;
    private final ServeMetrics metrics;
    private final Executor requests;
    private final OpenAnswers open;
    private final BodyMemory memory;
    private final Deque<FullHttpRequest> waiting = new ArrayDeque<>();
    private HttpAnswer answering;
    private Body body; // of the request that is being answered
    private boolean closeAfter;

    /**
     * @param requests where requests are read and checked, which takes longer than a channel's thread may
     * @param memory that bodies were taken of; they are given back when their request was looked at and answered
     */
    HttpConnection(Api api, ServeMetrics metrics, Executor requests, OpenAnswers open, BodyMemory memory) {
        this.api = api;
        this.metrics = metrics;
        this.requests = requests;
        this.open = open;
        this.memory = memory;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest message) {
        if (answering == null) {
            answer(context, message);
            return;
        }
        waiting.add(message.retain());
        if (waiting.size() >= WAITING) {
            context.channel().config().setAutoRead(false);
        }
    }

    private void answer(ChannelHandlerContext context, FullHttpRequest message) {
        HttpHeaders headers = message.headers();
        ApiException refusal = RefusedHttp.of(message);
        Api.Request request = new Api.Request(
                message.method().name(),
                refusal == null ? new QueryStringDecoder(message.uri()).path() : "",
                headers.get(HttpHeaderNames.AUTHORIZATION),
                new BrowserAccess.Caller(
                        headers.get(HttpHeaderNames.HOST),
                        headers.get(HttpHeaderNames.ORIGIN),
                        headers.get("Sec-Fetch-Site")),
                ByteBufUtil.getBytes(message.content()));
        HttpAnswer answer = new HttpAnswer(context.channel(), request.endpoint(), metrics);
        if (api.browsers().allows(request.caller().origin())) {
            answer.allow(new CrossOrigin(
                    request.caller().origin(), headers.get(HttpHeaderNames.ACCESS_CONTROL_REQUEST_HEADERS)));
        }
        answering = answer;
        body = new Body(message.content().readableBytes(), refusal == null ? 2 : 1);
        open.began();
        answer.onWritten(() -> written(context));
        if (refusal != null) {
            closeAfter = message.decoderResult().isFailure() && !RefusedHttp.isUnread(message);
            answer.fail(refusal);
            return;
        }
        Body looked = body;
        Executor where = request.asksModel() ? requests : Runnable::run;
        where.execute(() -> {
            try {
                api.handle(request, answer);
            } finally {
                looked.done();
            }
        });
    }

    /** A body in memory: until its request is answered, or nobody waits for that, and until who looks at it is done with it. */
    private final class Body {
        private final int bytes;
        private final AtomicInteger users;

        Body(int bytes, int users) {
            this.bytes = bytes;
            this.users = new AtomicInteger(users);
        }

        void done() {
            if (users.decrementAndGet() == 0) {
                memory.give(bytes);
            }
        }
    }

    private void written(ChannelHandlerContext context) {
        if (answering == null) {
            return;
        }
        ended();
        if (closeAfter) {
            context.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
            return;
        }
        FullHttpRequest next = waiting.poll();
        if (next == null) {
            context.channel().config().setAutoRead(true);
            return;
        }
        try {
            answer(context, next);
        } finally {
            next.release();
        }
    }

    private void ended() {
        answering = null;
        body.done();
        open.ended();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        for (FullHttpRequest message : waiting) {
            memory.give(message.content().readableBytes());
            message.release();
        }
        waiting.clear();
        if (answering != null) {
            answering.gone();
            ended();
        }
        context.fireChannelInactive();
    }

    /** A reset connection, or a client too slow to read: nothing that a person need hear of. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }
}
