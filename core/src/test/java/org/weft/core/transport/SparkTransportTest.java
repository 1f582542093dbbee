package org.weft.core.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.core.lanes.TreeNode;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.ControlCodec;
import org.weft.core.protocol.Message;

@Timeout(30)
class SparkTransportTest {
    private static final int FLOATS = 1 << 20;

    private final FakeService service = new FakeService();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void callsPushesAndPulls(boolean encrypt) throws Exception {
        byte[] bucket = randomBytes(FLOATS * Float.BYTES);
        ByteBuffer direct = direct(bucket);
        service.parameters = key -> direct.duplicate();
        service.answer = request -> CompletableFuture.completedFuture(new Message.RunEnded("as " + request));
        Link link = connect(WireSecurity.fresh(encrypt));

        Message.PollWork poll = new Message.PollWork(1, 2, 0);
        assertThat(get(link.call(poll))).isEqualTo(new Message.RunEnded("as " + poll));

        BucketHeader header = new BucketHeader(1, 2, TreeNode.lane(3), 4, FLOATS, 5);
        get(link.push(header, direct.duplicate()));
        FakeService.Pushed pushed = service.pushed.take();
        assertThat(pushed.header()).isEqualTo(header);
        assertThat(pushed.bytes()).isEqualTo(bucket);
        assertThat(pushed.pieces()).isGreaterThan(1);

        ByteBuffer into = ByteBuffer.allocateDirect(bucket.length);
        get(link.pull(new BucketKey(1, 2, 3), into));
        assertThat(bytes(into)).isEqualTo(bucket);
    }

    @Test
    void manyStreamsShareAConnection() throws Exception {
        service.parameters = key -> direct(new byte[] {1, 2, 3, (byte) key.bucket()});
        Link link = connect(WireSecurity.fresh(false));
        List<CompletableFuture<Void>> all = new ArrayList<>();
        List<ByteBuffer> received = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            received.add(ByteBuffer.allocateDirect(4));
            all.add(link.pull(new BucketKey(0, 0, i), received.get(i)));
            BucketHeader header = new BucketHeader(0, 0, TreeNode.lane(0), i, 1, 0);
            all.add(link.push(header, direct(new byte[] {9, 9, 9, (byte) i})));
            all.add(link.call(new Message.PollWork(i, i, 0)).thenAccept(reply -> {}));
        }
        for (CompletableFuture<Void> one : all) {
            get(one);
        }
        for (int i = 0; i < 50; i++) {
            assertThat(received.get(i).get(3)).isEqualTo((byte) i);
        }
        assertThat(service.pushed).hasSize(50);
        assertThat(service.received).hasSize(50);
    }

    /** Answers do not say which stream they are, but for their order. */
    @Test
    void pullsOfTheNetworksThreadAndOfOthersAreNotMixedUp() throws Exception {
        service.parameters =
                key -> ByteBuffer.allocateDirect(4).putInt(key.bucket()).flip();
        Link link = connect(WireSecurity.fresh(false));
        List<CompletableFuture<Void>> all = new ArrayList<>();
        List<ByteBuffer> received = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            BucketKey key = new BucketKey(0, 0, i);
            ByteBuffer into = ByteBuffer.allocateDirect(4);
            received.add(into);
            all.add(
                    i % 2 == 0
                            ? link.pull(key, into)
                            : link.call(new Message.PollWork(i, i, 0)).thenCompose(reply -> link.pull(key, into)));
        }
        for (CompletableFuture<Void> one : all) {
            get(one);
        }
        assertThat(received)
                .extracting(bytes -> bytes.getInt(0))
                .isEqualTo(IntStream.range(0, 5000).boxed().toList());
    }

    @Test
    void aFailureOfTheServiceIsTheAnswer() throws Exception {
        service.answer = request -> CompletableFuture.failedFuture(new IllegalStateException("no such worker"));
        Link link = connect(WireSecurity.fresh(false));
        assertFails(link.call(new Message.PollWork(0, 0, 0)), "no such worker");
        service.answer = request -> {
            throw new IllegalStateException("thrown at once");
        };
        assertFails(link.call(new Message.PollWork(0, 0, 0)), "thrown at once");
        assertThat(link.isOpen()).isTrue();
    }

    @Test
    void aRefusalAndAnAnswerToSomethingElseFailTheCall() throws Exception {
        service.answer = request -> CompletableFuture.completedFuture(new Message.Refused("stale request"));
        Link link = connect(WireSecurity.fresh(false));
        Message.AwaitParameters request = new Message.AwaitParameters(1, 2, 3);
        assertFails(link.call(request), link + " refused AwaitParameters: stale request");
        assertThat(get(link.exchange(request))).isEqualTo(new Message.Refused("stale request"));
        service.answer = ask -> CompletableFuture.completedFuture(new Message.Done());
        assertFails(link.call(request), "unexpected answer to " + request + ": Done[]");
        assertThat(link.isOpen()).isTrue();
    }

    @Test
    void aReplyThatCannotBeEncodedIsAFailureAndNoSilence() throws Exception {
        service.answer = request -> CompletableFuture.completedFuture(
                new Message.ShardReduced(0, 0, 0, 0, 0, new double[ControlCodec.MAX_BYTES / 8 + 1]));
        assertFails(connect(WireSecurity.fresh(false)).call(new Message.PollWork(0, 0, 0)), "");
    }

    @Test
    void refusalsOfPushAndPullNameTheirCause() throws Exception {
        Link link = connect(WireSecurity.fresh(false));
        assertFails(link.pull(new BucketKey(1, 2, 3), ByteBuffer.allocateDirect(4)), "not published");
        BucketHeader damaged = new BucketHeader(0, 0, TreeNode.lane(0), 0, 1, -1);
        assertFails(link.push(damaged, direct(new byte[4])), "");
        assertThat(link.isOpen()).isTrue();

        service.refusePush = new IllegalStateException("stale push: generation=1");
        assertFails(link.push(new BucketHeader(0, 0, TreeNode.lane(0), 0, 1, 0), direct(new byte[4])), "stale push");
    }

    @Test
    void aPullOfAnotherLengthFails() throws Exception {
        service.parameters = key -> direct(new byte[8]);
        Link link = connect(WireSecurity.fresh(false));
        assertFails(link.pull(new BucketKey(1, 2, 3), ByteBuffer.allocateDirect(12)), "missing bytes=4");
        assertFails(link.pull(new BucketKey(1, 2, 3), ByteBuffer.allocateDirect(4)), "");
    }

    @Test
    void nothingIsPushedToOrPulledFromAServiceThatHasNone() throws Exception {
        Service calls = request -> CompletableFuture.completedFuture(new Message.Done());
        WireSecurity security = WireSecurity.fresh(false);
        Transport transport = keep(new SparkTransport(security));
        Address address = keep(transport.listen("127.0.0.1", calls)).address();
        Link pulling = keep(transport.connect(address));
        assertFails(pulling.pull(new BucketKey(0, 0, 0), ByteBuffer.allocateDirect(4)), "nothing can be pulled here");
        assertFails(
                pulling.push(new BucketHeader(0, 0, TreeNode.lane(0), 6, 1, 0), direct(new byte[4])),
                "nothing can be pushed here: bucket=6");
    }

    @Test
    void futuresFailWhenTheServerStops() throws Exception {
        service.answer = request -> new CompletableFuture<>();
        WireSecurity security = WireSecurity.fresh(false);
        Transport server = new SparkTransport(security);
        Transport.Listener listener = server.listen("127.0.0.1", service);
        Link link = keep(keep(new SparkTransport(security)).connect(listener.address()));
        CompletableFuture<Message.Work> held = link.call(new Message.PollWork(0, 0, 0));
        service.received.take();
        listener.close();
        server.close();
        assertFails(held, "");
        assertFails(link.call(new Message.PollWork(0, 0, 0)), "");
        assertThat(link.isOpen()).isFalse();
    }

    @Test
    void aClosedLinkIsNotOpen() throws Exception {
        Link link = connect(WireSecurity.fresh(false));
        assertThat(link.isOpen()).isTrue();
        assertThat(link).asString().startsWith("127.0.0.1:");
        link.close();
        assertFails(link.call(new Message.PollWork(0, 0, 0)), "");
        assertThat(link.isOpen()).isFalse();
    }

    @Test
    void connectingToNobodyFailsAtOnce() {
        Transport transport = keep(new SparkTransport(WireSecurity.fresh(false)));
        assertThatThrownBy(() -> transport.connect(new Address("127.0.0.1", 1))).isInstanceOf(IOException.class);
    }

    @Test
    void theSecretIsNotPrinted() {
        WireSecurity security = WireSecurity.fresh(true);
        assertThat(security).asString().isEqualTo("WireSecurity[encrypt=true]");
        assertThat(security.secret())
                .hasSize(64)
                .isNotEqualTo(WireSecurity.fresh(true).secret());
    }

    private Link connect(WireSecurity security) throws IOException {
        Transport transport = keep(new SparkTransport(security));
        return keep(
                transport.connect(keep(transport.listen("127.0.0.1", service)).address()));
    }

    private <T extends AutoCloseable> T keep(T resource) {
        open.add(resource);
        return resource;
    }

    static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    static void assertFails(CompletableFuture<?> future, String cause) {
        assertThatThrownBy(() -> get(future))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining(cause);
    }

    private static byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.capacity()];
        buffer.duplicate().clear().get(bytes);
        return bytes;
    }
}
