package org.weft.core.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.apache.spark.network.buffer.NioManagedBuffer;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.StreamCallback;
import org.apache.spark.network.client.TransportClient;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.ControlCodec;
import org.weft.core.protocol.Message;

/** {@link Link} over one of Spark's transport clients. */
final class SparkLink implements Link {
    private final Address address;
    private final TransportClient client;
    private final ControlCodec codec;

    SparkLink(Address address, TransportClient client, ControlCodec codec) {
        this.address = address;
        this.client = client;
        this.codec = codec;
    }

    @Override
    public CompletableFuture<Message> exchange(Message.Request<?> request) {
        CompletableFuture<Message> reply = new CompletableFuture<>();
        client.sendRpc(codec.encode(request), new RpcResponseCallback() {
            @Override
            public void onSuccess(ByteBuffer response) {
                try {
                    reply.complete(codec.decode(response));
                } catch (IllegalArgumentException e) {
                    reply.completeExceptionally(e);
                }
            }

            @Override
            public void onFailure(Throwable cause) {
                reply.completeExceptionally(cause);
            }
        });
        return reply;
    }

    @Override
    public CompletableFuture<Void> push(BucketHeader header, ByteBuffer data) {
        CompletableFuture<Void> acknowledged = new CompletableFuture<>();
        NioManagedBuffer meta = new NioManagedBuffer(header.encode());
        client.uploadStream(meta, new NioManagedBuffer(data), new RpcResponseCallback() {
            @Override
            public void onSuccess(ByteBuffer response) {
                acknowledged.complete(null);
            }

            @Override
            public void onFailure(Throwable cause) {
                acknowledged.completeExceptionally(cause);
            }
        });
        return acknowledged;
    }

    /**
     * Answers to pulls do not say whose they are, but for their order. A request of another thread waits for the connection's own, which
     * sends one of its own at once: so all are made on that thread, where the order in which they are noted is that in which they are sent.
     */
    @Override
    public CompletableFuture<Void> pull(BucketKey key, ByteBuffer into) {
        CompletableFuture<Void> received = new CompletableFuture<>();
        try {
            client.getChannel().eventLoop().execute(() -> client.stream(key.streamId(), landing(key, into, received)));
        } catch (RejectedExecutionException e) {
            received.completeExceptionally(new IOException("the connection to " + address + " is closed", e));
        }
        return received;
    }

    private static StreamCallback landing(BucketKey key, ByteBuffer into, CompletableFuture<Void> received) {
        return new StreamCallback() {
            @Override
            public void onData(String streamId, ByteBuffer part) {
                into.put(part);
            }

            @Override
            public void onComplete(String streamId) {
                if (into.hasRemaining()) {
                    received.completeExceptionally(
                            new IOException("pull of " + key + " ended early: missing bytes=" + into.remaining()));
                } else {
                    received.complete(null);
                }
            }

            @Override
            public void onFailure(String streamId, Throwable cause) {
                received.completeExceptionally(cause);
            }
        };
    }

    @Override
    public boolean isOpen() {
        return client.isActive();
    }

    @Override
    public void close() {
        client.close();
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
