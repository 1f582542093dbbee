package org.weft.core.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.weft.core.transport.SparkTransportTest.assertFails;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.buffer.NioManagedBuffer;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.StreamCallback;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.client.TransportClientFactory;
import org.apache.spark.network.crypto.AuthClientBootstrap;
import org.apache.spark.network.sasl.SecretKeyHolder;
import org.apache.spark.network.server.NoOpRpcHandler;
import org.apache.spark.network.util.MapConfigProvider;
import org.apache.spark.network.util.TransportConf;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.core.lanes.TreeNode;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.ControlCodec;
import org.weft.core.protocol.Message;

/** Who does not hold the run's secret gets nothing, leaves nothing, and is named in the log. */
@Timeout(60)
class AuthenticationTest {
    private final FakeService service = new FakeService();
    private final LogCapture log = new LogCapture(SparkDoorkeeper.class);
    private Transport transport;
    private Transport.Listener listener;

    private void serve(boolean encrypt) {
        service.parameters = key -> ByteBuffer.allocateDirect(4).putInt(0, 0x5EC2E7);
        transport = new SparkTransport(WireSecurity.fresh(encrypt));
        listener = transport.listen("127.0.0.1", service);
    }

    @AfterEach
    void close() {
        listener.close();
        transport.close();
        log.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aWrongSecretIsRefusedAndLogged(boolean encrypt) {
        serve(encrypt);
        try (Transport other = new SparkTransport(WireSecurity.fresh(encrypt))) {
            assertThatThrownBy(() -> other.connect(listener.address()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot authenticate with " + listener.address());
        }
        assertNamedInTheLog();
        assertThat(service.received).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void callsWithoutAuthenticationAreRefused(boolean encrypt) throws Exception {
        serve(encrypt);
        ByteBuffer request = new ControlCodec().encode(new Message.PollWork(0, 0, 0));
        assertRefused((client, answer) -> client.sendRpc(request, answer));
        assertThat(service.received).isEmpty();
        assertNamedInTheLog();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void uploadsWithoutAuthenticationAreRefused(boolean encrypt) throws Exception {
        serve(encrypt);
        ByteBuffer header = new BucketHeader(0, 0, TreeNode.lane(0), 0, 1, 0).encode();
        assertRefused((client, answer) -> client.uploadStream(
                new NioManagedBuffer(header), new NioManagedBuffer(ByteBuffer.allocate(4)), answer));
        assertThat(service.pushed).isEmpty();
        assertNamedInTheLog();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void streamsWithoutAuthenticationAreRefused(boolean encrypt) throws Exception {
        serve(encrypt);
        assertRefused((client, answer) -> client.stream(new BucketKey(0, 0, 0).streamId(), new StreamCallback() {
            @Override
            public void onData(String streamId, ByteBuffer part) {
                answer.onSuccess(part);
            }

            @Override
            public void onComplete(String streamId) {}

            @Override
            public void onFailure(String streamId, Throwable cause) {
                answer.onFailure(cause);
            }
        }));
        assertNamedInTheLog();
    }

    /** Who holds the secret, but wants to go on under Spark's ciphers. */
    @Test
    void nothingIsServedBeforeTheConnectionIsSealed() throws Exception {
        WireSecurity security = WireSecurity.fresh(true);
        service.parameters = key -> ByteBuffer.allocateDirect(4).putInt(0, 0x5EC2E7);
        transport = new SparkTransport(security);
        listener = transport.listen("127.0.0.1", service);
        TransportConf conf = new TransportConf(
                "weft",
                new MapConfigProvider(
                        Map.of("spark.network.crypto.enabled", "true", "spark.network.crypto.saslFallback", "false")));
        try (TransportContext context = new TransportContext(conf, new NoOpRpcHandler());
                TransportClientFactory clients = context.createClientFactory(
                        List.of(new AuthClientBootstrap(conf, "weft", new Secret(security.secret()))));
                TransportClient client = clients.createUnmanagedClient(
                        "127.0.0.1", listener.address().port())) {
            SparkLink link = new SparkLink(listener.address(), client, new ControlCodec());
            assertFails(link.exchange(new Message.PollWork(0, 0, 0)), "begins with the wish to encrypt");
            assertFails(link.pull(new BucketKey(0, 0, 0), ByteBuffer.allocateDirect(4)), "");
        }
        assertThat(service.received).isEmpty();
        assertThat(log.lines()).isNotEmpty().allSatisfy(line -> assertThat(line)
                .contains("it does not encrypt as this run does"));
    }

    private void assertNamedInTheLog() {
        assertThat(log.lines()).isNotEmpty().allSatisfy(line -> assertThat(line)
                .startsWith("WARN refused /127.0.0.1:")
                .contains(":" + listener.address().port() + ": it does not hold this run's secret"));
    }

    private record Secret(String secret) implements SecretKeyHolder {
        @Override
        public String getSaslUser(String application) {
            return "weft";
        }

        @Override
        public String getSecretKey(String application) {
            return secret;
        }
    }

    @FunctionalInterface
    private interface Request {
        void send(TransportClient client, RpcResponseCallback answer);
    }

    /** Speaks Spark's protocol as anyone on the network could, without the run's secret. */
    private void assertRefused(Request request) throws Exception {
        TransportConf conf = new TransportConf("stranger", new MapConfigProvider(Map.of()));
        try (TransportContext context = new TransportContext(conf, new NoOpRpcHandler());
                TransportClientFactory clients = context.createClientFactory();
                TransportClient client = clients.createUnmanagedClient(
                        "127.0.0.1", listener.address().port())) {
            CompletableFuture<ByteBuffer> reply = new CompletableFuture<>();
            request.send(client, new RpcResponseCallback() {
                @Override
                public void onSuccess(ByteBuffer response) {
                    reply.complete(response);
                }

                @Override
                public void onFailure(Throwable cause) {
                    reply.completeExceptionally(cause);
                }
            });
            assertFails(reply, "");
        }
    }
}
