package org.weft.core.transport;

import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.Message;

/** One authenticated connection. Safe for use by many threads; futures complete on network threads. */
public interface Link extends AutoCloseable {

    /** Sends a request; the answer may be a refusal, or anything else that the other side makes of it. */
    CompletableFuture<Message> exchange(Message.Request<?> request);

    /**
     * Sends a request and takes the answer that it declares. The future fails with a {@link RefusedException} where it is
     * refused, and with a {@link ProtocolException} where the answer is no such answer.
     */
    default <R extends Message> CompletableFuture<R> call(Message.Request<R> request) {
        return exchange(request).thenApply(reply -> {
            if (request.answerType().isInstance(reply)) {
                return request.answerType().cast(reply);
            }
            throw new CompletionException(
                    reply instanceof Message.Refused refusal
                            ? new RefusedException(this, request, refusal)
                            : new ProtocolException("unexpected answer to " + request + ": " + reply));
        });
    }

    /** Sends a bucket; {@code data} must not change until the future is complete: it is not copied. */
    CompletableFuture<Void> push(BucketHeader header, ByteBuffer data);

    /** Receives a bucket into a direct buffer, from its position to its limit. */
    CompletableFuture<Void> pull(BucketKey key, ByteBuffer into);

    boolean isOpen();

    @Override
    void close();
}
