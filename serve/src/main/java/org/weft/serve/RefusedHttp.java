package org.weft.serve;

import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;

/** What is wrong with a request before anybody asks what it wants. */
final class RefusedHttp {
    private RefusedHttp() {}

    /** Stands where a body was that is not taken. */
    static final class Unread extends Exception {
        private static final long serialVersionUID = 1L;
        private final ApiException refusal;

        Unread(ApiException refusal) {
            super(refusal.getMessage(), null, false, false);
            this.refusal = refusal;
        }
    }

    /** The answer to a request that cannot be read; null for one that can. */
    static ApiException of(FullHttpRequest message) {
        if (message.decoderResult().isFailure()) {
            return of(message.decoderResult().cause());
        }
        String encoding = message.headers().get(HttpHeaderNames.CONTENT_ENCODING);
        if (encoding != null && !HttpHeaderValues.IDENTITY.contentEqualsIgnoreCase(encoding)) {
            return ApiException.unsupportedEncoding(encoding);
        }
        try {
            return new QueryStringDecoder(message.uri()).path().isEmpty() ? notAPath(message) : null;
        } catch (IllegalArgumentException broken) {
            return notAPath(message);
        }
    }

    private static ApiException notAPath(FullHttpRequest message) {
        return ApiException.invalid(
                null, "the path " + message.uri() + " cannot be read: % is to be followed by two hexadecimal digits");
    }

    private static ApiException of(Throwable cause) {
        if (cause instanceof Unread unread) {
            return unread.refusal;
        }
        if (cause instanceof TooLongHttpLineException) {
            return ApiException.ofHttp(414, "the path is too long: " + cause.getMessage());
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return ApiException.ofHttp(431, "the headers are too long: " + cause.getMessage());
        }
        if (cause instanceof NumberFormatException) {
            return ApiException.invalid(
                    null, "the body's chunks are broken: each is to begin with its size in hexadecimal digits");
        }
        String said = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return ApiException.invalid(null, "this is no HTTP request: " + said);
    }

    /** Whether the rest of the body is read and thrown away, so that the connection goes on. */
    static boolean isUnread(FullHttpRequest message) {
        return message.decoderResult().cause() instanceof Unread;
    }
}
