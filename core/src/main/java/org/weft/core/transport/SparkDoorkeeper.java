package org.weft.core.transport;

import io.netty.channel.Channel;
import java.nio.ByteBuffer;
import org.apache.spark.network.buffer.ManagedBuffer;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.StreamCallbackWithID;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.server.AbstractAuthRpcHandler;
import org.apache.spark.network.server.RpcHandler;
import org.apache.spark.network.server.StreamManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before Spark's authentication on one connection. Spark lets anyone open a stream and logs a wrong secret, if at
 * all, without the peer's name: here nothing is served before authentication, and whoever fails it is named in the log.
 */
final class SparkDoorkeeper extends RpcHandler {
    private static final Logger LOG = LoggerFactory.getLogger(SparkDoorkeeper.class);

    private final AbstractAuthRpcHandler authentication;
    private final Channel channel;
    private final StreamManager streams = new GuardedStreams();
    /** Whether what is said next is the wish to encrypt. Of the connection's event loop. */
    private boolean toBeSealed;

    /** @param seals whether {@link SealedConnection} encrypts the connection before anything is served */
    SparkDoorkeeper(AbstractAuthRpcHandler authentication, Channel channel, boolean seals) {
        this.toBeSealed = seals;
        this.authentication = authentication;
        this.channel = channel;
    }

    @Override
    public void receive(TransportClient client, ByteBuffer message, RpcResponseCallback callback) {
        if (authentication.isAuthenticated() && toBeSealed) {
            seal(message, callback);
            return;
        }
        if (authentication.isAuthenticated()) {
            authentication.receive(client, message, callback);
            return;
        }
        try {
            authentication.receive(client, message, new RpcResponseCallback() {
                @Override
                public void onSuccess(ByteBuffer response) {
                    callback.onSuccess(response);
                }

                @Override
                public void onFailure(Throwable cause) {
                    refused(cause);
                    callback.onFailure(cause);
                }
            });
        } catch (RuntimeException e) {
            refused(e);
            throw e;
        }
    }

    private void seal(ByteBuffer message, RpcResponseCallback callback) {
        try {
            SealedConnection.accept(message, channel, callback);
            toBeSealed = false;
        } catch (RuntimeException e) {
            refused("does not encrypt as this run does", e);
            throw e;
        }
    }

    @Override
    public void receive(TransportClient client, ByteBuffer message) {
        requireAuthenticated();
        authentication.receive(client, message);
    }

    @Override
    public StreamCallbackWithID receiveStream(TransportClient client, ByteBuffer meta, RpcResponseCallback callback) {
        requireAuthenticated();
        return authentication.receiveStream(client, meta, callback);
    }

    @Override
    public StreamManager getStreamManager() {
        return streams;
    }

    @Override
    public void channelActive(TransportClient client) {
        authentication.channelActive(client);
    }

    @Override
    public void channelInactive(TransportClient client) {
        authentication.channelInactive(client);
    }

    @Override
    public void exceptionCaught(Throwable cause, TransportClient client) {
        authentication.exceptionCaught(cause, client);
    }

    private void requireAuthenticated() {
        if (!authentication.isAuthenticated() || toBeSealed) {
            SecurityException refusal = new SecurityException("not authenticated");
            if (authentication.isAuthenticated()) {
                refused("does not encrypt as this run does", refusal);
            } else {
                refused(refusal);
            }
            throw refusal;
        }
    }

    private void refused(Throwable cause) {
        refused("does not hold this run's secret", cause);
    }

    private void refused(String why, Throwable cause) {
        LOG.warn(
                "refused {} at {}: it {} ({})",
                channel.remoteAddress(),
                channel.localAddress(),
                why,
                cause.getMessage());
    }

    /** The service's streams, for those who are authenticated. */
    private final class GuardedStreams extends StreamManager {
        @Override
        public ManagedBuffer getChunk(long streamId, int chunkIndex) {
            requireAuthenticated();
            return authentication.getStreamManager().getChunk(streamId, chunkIndex);
        }

        @Override
        public ManagedBuffer openStream(String streamId) {
            requireAuthenticated();
            return authentication.getStreamManager().openStream(streamId);
        }
    }
}
