package org.weft.core.transport;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.Message;

/** The serving side of a transport. Called on network threads: never block there. */
public interface Service {

    /** Answers a control message, now or when the future completes. */
    CompletableFuture<Message> receive(Message request);

    /** Takes a pushed bucket. A service that has none of its own refuses it. */
    default BucketSink openPush(BucketHeader header) {
        throw new UnsupportedOperationException("nothing can be pushed here: bucket=" + header.bucket());
    }

    /** The bytes of a bucket of parameters: a direct buffer that stays as it is until they are sent. */
    default ByteBuffer openPull(BucketKey key) {
        throw new UnsupportedOperationException("nothing can be pulled here: " + key);
    }

    /** Receives one bucket's bytes, in order, on one thread. */
    interface BucketSink {
        void bytes(ByteBuffer part);

        /** All bytes are there. An exception is the answer to the pusher. */
        void complete();

        /** The stream broke off; what came so far is to be forgotten. */
        void failed(Throwable cause);
    }
}
