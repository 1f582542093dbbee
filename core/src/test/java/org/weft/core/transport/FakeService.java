package org.weft.core.transport;

import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.Message;

/** A service that keeps what it is sent and answers as a test says. */
final class FakeService implements Service {
    final BlockingQueue<Message> received = new LinkedBlockingQueue<>();
    final BlockingQueue<Pushed> pushed = new LinkedBlockingQueue<>();
    volatile Function<Message, CompletableFuture<Message>> answer =
            request -> CompletableFuture.completedFuture(new Message.Done());
    volatile Function<BucketKey, ByteBuffer> parameters = key -> {
        throw new IllegalStateException("not published: " + key);
    };
    volatile RuntimeException refusePush;

    /** A whole bucket, and in how many pieces it came. */
    record Pushed(BucketHeader header, byte[] bytes, int pieces) {}

    @Override
    public CompletableFuture<Message> receive(Message request) {
        received.add(request);
        return answer.apply(request);
    }

    @Override
    public BucketSink openPush(BucketHeader header) {
        if (refusePush != null) {
            throw refusePush;
        }
        ByteBuffer all = ByteBuffer.allocate(header.length() * Float.BYTES);
        return new BucketSink() {
            private int pieces;

            @Override
            public void bytes(ByteBuffer part) {
                all.put(part);
                pieces++;
            }

            @Override
            public void complete() {
                if (header.checksum() == -1) {
                    throw new IllegalStateException("pushed bucket is damaged");
                }
                pushed.add(new Pushed(header, all.array(), pieces));
            }

            @Override
            public void failed(Throwable cause) {}
        };
    }

    @Override
    public ByteBuffer openPull(BucketKey key) {
        return parameters.apply(key);
    }
}
