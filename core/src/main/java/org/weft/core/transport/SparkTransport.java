package org.weft.core.transport;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.client.TransportClientBootstrap;
import org.apache.spark.network.client.TransportClientFactory;
import org.apache.spark.network.crypto.AuthClientBootstrap;
import org.apache.spark.network.crypto.AuthServerBootstrap;
import org.apache.spark.network.sasl.SaslClientBootstrap;
import org.apache.spark.network.sasl.SaslServerBootstrap;
import org.apache.spark.network.sasl.SecretKeyHolder;
import org.apache.spark.network.server.AbstractAuthRpcHandler;
import org.apache.spark.network.server.NoOpRpcHandler;
import org.apache.spark.network.server.TransportServer;
import org.apache.spark.network.server.TransportServerBootstrap;
import org.apache.spark.network.util.MapConfigProvider;
import org.apache.spark.network.util.TransportConf;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.ControlCodec;

/**
 * {@link Transport} on Spark's own network layer (spark-network-common, Netty). Without encryption connections
 * authenticate by SASL (DIGEST-MD5 over the run's secret); with it by Spark's AES protocol, which authenticates and
 * agrees upon a key, and {@link SealedConnection} encrypts.
 */
public final class SparkTransport implements Transport {
    private static final String APPLICATION = "weft";
    private static final String MODULE = "weft";
    private static final int READ_BYTES = 1 << 16;
    private static final int MAX_READ_BYTES = 1 << 20;

    private final WireSecurity security;
    private final TransportConf conf;
    private final SecretKeyHolder secrets;
    private final ControlCodec codec = new ControlCodec();
    private final TransportContext clientContext;
    private final TransportClientFactory clients;

    public SparkTransport(WireSecurity security) {
        this.security = security;
        this.conf = new TransportConf(MODULE, new MapConfigProvider(settings(security)));
        this.secrets = new RunSecret(security.secret());
        this.clientContext = new TransportContext(conf, new NoOpRpcHandler());
        List<TransportClientBootstrap> bootstraps = new ArrayList<>();
        bootstraps.add((client, channel) -> readInLargePieces(channel));
        bootstraps.add(clientBootstrap());
        if (security.encrypt()) {
            bootstraps.add(SealedConnection::begin);
        }
        this.clients = clientContext.createClientFactory(bootstraps);
    }

    private static Map<String, String> settings(WireSecurity security) {
        Map<String, String> settings = new HashMap<>();
        // A poll may be held for long; deadlines are the callers'.
        settings.put("spark.weft.io.connectionTimeout", "86400s");
        settings.put("spark.weft.io.connectionCreationTimeout", "10s");
        settings.put("spark.weft.io.maxRetries", "0");
        settings.put("spark.weft.io.numConnectionsPerPeer", "1");
        settings.put("spark.weft.io.serverThreads", "4");
        settings.put("spark.weft.io.clientThreads", "4");
        settings.put("spark.network.crypto.enabled", Boolean.toString(security.encrypt()));
        settings.put("spark.network.crypto.saslFallback", "false");
        return settings;
    }

    @Override
    public Listener listen(String host, Service service) {
        TransportContext context = new TransportContext(conf, new SparkServiceHandler(service, codec));
        TransportServer server = context.createServer(host, 0, List.of(serverBootstrap()));
        Address address = new Address(host, server.getPort());
        return new Listener() {
            @Override
            public Address address() {
                return address;
            }

            @Override
            public void close() {
                server.close();
                context.close();
            }
        };
    }

    @Override
    public Link connect(Address address) throws IOException {
        try {
            return new SparkLink(address, clients.createUnmanagedClient(address.host(), address.port()), codec);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while connecting to " + address, e);
        } catch (RuntimeException e) {
            throw new IOException("cannot authenticate with " + address + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        clients.close();
        clientContext.close();
    }

    private TransportClientBootstrap clientBootstrap() {
        return security.encrypt()
                ? new AuthClientBootstrap(conf, APPLICATION, secrets)
                : new SaslClientBootstrap(conf, APPLICATION, secrets);
    }

    private TransportServerBootstrap serverBootstrap() {
        TransportServerBootstrap authentication =
                security.encrypt() ? new AuthServerBootstrap(conf, secrets) : new SaslServerBootstrap(conf, secrets);
        return (channel, service) -> {
            readInLargePieces(channel);
            return new SparkDoorkeeper(
                    (AbstractAuthRpcHandler) authentication.doBootstrap(channel, service), channel, security.encrypt());
        };
    }

    /** Netty reads at most 64 KiB at once unless told otherwise; buckets are 64 times that. */
    private static void readInLargePieces(Channel channel) {
        channel.config().setRecvByteBufAllocator(new AdaptiveRecvByteBufAllocator(64, READ_BYTES, MAX_READ_BYTES));
    }

    /** Spark's view of the run's one secret. */
    private record RunSecret(String secret) implements SecretKeyHolder {
        @Override
        public String getSaslUser(String application) {
            return APPLICATION;
        }

        @Override
        public String getSecretKey(String application) {
            return secret;
        }
    }
}
