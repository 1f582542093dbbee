package org.weft.serve;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;

/** An answer over one HTTP/1.1 connection. What is written waits in memory until the client reads it. */
final class HttpAnswer implements Answer {
    private static final String JSON = "application/json";
    private static final String EVENTS = "text/event-stream; charset=utf-8";
    private static final String PAGE_POLICY =
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline';"
                    + " connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final Channel channel;
    private final String endpoint;
    private final ServeMetrics metrics;
    private final long arrivedNanos = System.nanoTime();
    private CrossOrigin crossOrigin; // null where there is no such page
    private Runnable onWritten = () -> {};
    private Runnable onGone = () -> {};
    private boolean streaming;
    private boolean ended;
    private boolean gone;

    HttpAnswer(Channel channel, String endpoint, ServeMetrics metrics) {
        this.channel = channel;
        this.endpoint = endpoint;
        this.metrics = metrics;
    }

    /** Run on the channel's thread when all was handed to the system; before anything is sent. */
    void onWritten(Runnable action) {
        onWritten = action;
    }

    /** Lets the browser give the answer to a page of another server; before anything is sent. */
    void allow(CrossOrigin page) {
        crossOrigin = page;
    }

    @Override
    public long arrivedNanos() {
        return arrivedNanos;
    }

    @Override
    public void options(String methods) {
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.NO_CONTENT);
        response.headers().set(HttpHeaderNames.ALLOW, methods);
        if (crossOrigin != null) {
            crossOrigin.ofPreflight(response.headers(), methods);
        }
        whole(response, HttpResponseStatus.NO_CONTENT.code());
    }

    @Override
    public void json(int status, JsonNode body) {
        whole(response(status, JSON, body.toString()), status);
    }

    @Override
    public void text(int status, String contentType, String body) {
        FullHttpResponse response = response(status, contentType, body);
        response.headers().set("Content-Security-Policy", PAGE_POLICY);
        whole(response, status);
    }

    @Override
    public synchronized void fail(ApiException failure) {
        try {
            if (streaming) {
                event(failure.body().toString());
                end(failure.status());
            } else {
                whole(response(failure), failure.status());
            }
        } catch (RuntimeException | OutOfMemoryError untold) {
            giveUp();
            throw untold;
        }
    }

    /** Nothing more can be said: whoever waits is to see that. */
    private void giveUp() {
        channel.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    /** The whole of an error. */
    static FullHttpResponse response(ApiException failure) {
        FullHttpResponse response =
                response(failure.status(), JSON, failure.body().toString());
        if (failure.retryAfterSeconds() >= 0) {
            response.headers().set(HttpHeaderNames.RETRY_AFTER, failure.retryAfterSeconds());
        }
        if (failure.allowed() != null) {
            response.headers().set(HttpHeaderNames.ALLOW, failure.allowed());
        }
        if (failure.status() == HttpResponseStatus.UNAUTHORIZED.code()) {
            response.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
        }
        return response;
    }

    private static FullHttpResponse response(int status, String contentType, String body) {
        ByteBuf bytes = Unpooled.copiedBuffer(body, StandardCharsets.UTF_8);
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), bytes);
        headers(response.headers(), contentType).set(HttpHeaderNames.CONTENT_LENGTH, bytes.readableBytes());
        return response;
    }

    private static HttpHeaders headers(HttpHeaders headers, String contentType) {
        return headers.set(HttpHeaderNames.CONTENT_TYPE, contentType)
                .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_CACHE)
                .set("X-Content-Type-Options", "nosniff");
    }

    private synchronized void whole(FullHttpResponse response, int status) {
        if (ended || gone) {
            response.release();
            return;
        }
        ended = true;
        told(response);
        write(response, status);
    }

    private void told(HttpResponse head) {
        if (crossOrigin != null) {
            crossOrigin.of(head.headers());
        }
    }

    @Override
    public synchronized void event(String data) {
        if (ended || gone) {
            return;
        }
        if (!streaming) {
            streaming = true;
            HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
            headers(head.headers(), EVENTS).set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
            told(head);
            channel.write(head).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        }
        ByteBuf bytes = Unpooled.copiedBuffer("data: " + data + "\n\n", StandardCharsets.UTF_8);
        channel.writeAndFlush(new DefaultHttpContent(bytes)).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    @Override
    public void endEvents() {
        end(HttpResponseStatus.OK.code());
    }

    private synchronized void end(int status) {
        if (!ended && !gone) {
            ended = true;
            write(LastHttpContent.EMPTY_LAST_CONTENT, status);
        }
    }

    /** The listeners come before the write: a client may ask again as soon as it has the answer. */
    private void write(Object last, int status) {
        try {
            metrics.answered(endpoint, status, (System.nanoTime() - arrivedNanos) * 1e-9);
            ChannelPromise written = channel.newPromise();
            written.addListener(done -> onWritten.run());
            channel.writeAndFlush(last, written).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        } catch (RuntimeException | OutOfMemoryError unwritten) {
            giveUp();
            throw unwritten;
        }
    }

    @Override
    public void onGone(Runnable action) {
        synchronized (this) {
            if (!gone) {
                onGone = action;
                return;
            }
        }
        action.run();
    }

    /** The connection is closed. */
    void gone() {
        Runnable action;
        synchronized (this) {
            if (ended || gone) {
                return;
            }
            gone = true;
            action = onGone;
        }
        metrics.clientGone();
        action.run();
    }
}
