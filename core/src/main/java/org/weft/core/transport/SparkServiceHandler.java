package org.weft.core.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.spark.network.buffer.ManagedBuffer;
import org.apache.spark.network.buffer.NioManagedBuffer;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.StreamCallbackWithID;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.server.RpcHandler;
import org.apache.spark.network.server.StreamManager;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.ControlCodec;

/** Hands what arrives on Spark's network layer to a {@link Service}. */
final class SparkServiceHandler extends RpcHandler {
    private final Service service;
    private final ControlCodec codec;
    private final StreamManager pulls;

    SparkServiceHandler(Service service, ControlCodec codec) {
        this.service = service;
        this.codec = codec;
        this.pulls = new PullStreams(service);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // The reply is the callback's; whenComplete hands every outcome on.
    public void receive(TransportClient client, ByteBuffer message, RpcResponseCallback callback) {
        service.receive(codec.decode(message)).whenComplete((reply, failure) -> {
            if (failure != null) {
                callback.onFailure(failure);
                return;
            }
            ByteBuffer encoded;
            try {
                encoded = codec.encode(reply);
            } catch (RuntimeException e) {
                callback.onFailure(e); // Else the caller would wait for its deadline.
                return;
            }
            callback.onSuccess(encoded);
        });
    }

    @Override
    public StreamCallbackWithID receiveStream(TransportClient client, ByteBuffer meta, RpcResponseCallback callback) {
        BucketHeader header = BucketHeader.decode(meta);
        Service.BucketSink sink = service.openPush(header);
        String id = "push of bucket " + header.bucket();
        return new StreamCallbackWithID() {
            @Override
            public String getID() {
                return id;
            }

            @Override
            public void onData(String streamId, ByteBuffer part) {
                sink.bytes(part);
            }

            @Override
            public void onComplete(String streamId) throws IOException {
                sink.complete();
            }

            @Override
            public void onFailure(String streamId, Throwable cause) {
                sink.failed(cause);
            }
        };
    }

    @Override
    public StreamManager getStreamManager() {
        return pulls;
    }

    /** Opens pull streams by {@link BucketKey}. */
    private static final class PullStreams extends StreamManager {
        private final Service service;

        PullStreams(Service service) {
            this.service = service;
        }

        @Override
        public ManagedBuffer getChunk(long streamId, int chunkIndex) {
            throw new UnsupportedOperationException("chunks are not served");
        }

        @Override
        public ManagedBuffer openStream(String streamId) {
            return new NioManagedBuffer(service.openPull(BucketKey.parse(streamId)));
        }
    }
}
