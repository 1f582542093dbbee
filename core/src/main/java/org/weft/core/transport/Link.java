package org.weft.core.transport;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.Message;

/** One authenticated connection. Safe for use by many threads; futures complete on network threads. */
public interface Link extends AutoCloseable {

    CompletableFuture<Message> call(Message request);

    /** Sends a bucket; {@code data} must not change until the future is complete: it is not copied. */
    CompletableFuture<Void> push(BucketHeader header, ByteBuffer data);

    /** Receives a bucket into a direct buffer, from its position to its limit. */
    CompletableFuture<Void> pull(BucketKey key, ByteBuffer into);

    boolean isOpen();

    @Override
    void close();
}
