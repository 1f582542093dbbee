package org.weft.core.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weft.core.Threads;
import org.weft.core.WeftException;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.Role;

@Timeout(30)
class CoordinatorLinkTest {
    private static final Address DRIVER = new Address("driver", 7);
    private static final Message.Join JOIN = new Message.JoinWorker(3, 0, "host", "1", "cpu", "hash", 0);
    private static final Message.Report REPORT = new Message.ShardLoaded(0, 1, 2, 3);
    private static final Duration NO_HEARTBEAT = Duration.ofHours(1);

    private final FakeTransport transport = new FakeTransport();
    private CoordinatorLink link = linkWithPatience(Duration.ofSeconds(20));

    @AfterEach
    void close() {
        link.close();
    }

    @Test
    void joinsAndKnowsItsIncarnation() throws IOException {
        transport.answer = request -> done(new Message.Admitted(42));
        link.join(JOIN, NO_HEARTBEAT);
        assertThat(link.incarnation()).isEqualTo(42);
        assertThat(transport.requests).containsExactly(JOIN);
    }

    @Test
    void aMemberThatIsNotAdmittedEndsQuietly() {
        transport.answer = request -> done(new Message.Refused("worker 3 attempt 0: a later attempt has its place"));
        assertThatThrownBy(() -> link.join(JOIN, NO_HEARTBEAT))
                .isInstanceOf(FencedException.class)
                .hasMessage("worker 3 attempt 0: a later attempt has its place");
        transport.answer = request -> done(new Message.Done());
        assertThatThrownBy(() -> link.join(JOIN, NO_HEARTBEAT)).hasMessageContaining("unexpected answer");
    }

    @Test
    void sendsAgainOverANewConnection() throws IOException {
        transport.failures = 2;
        transport.answer = request -> done(new Message.Done());
        assertThat(link.call(new Message.PollWork(3, 1, 0))).isEqualTo(new Message.Done());
        assertThat(transport.links).hasSize(3);
        assertThat(transport.links.get(0).open).isFalse();
        assertThat(transport.requests).hasSize(3).containsOnly(new Message.PollWork(3, 1, 0));
    }

    @Test
    void aConnectionThatAnswersNothingIsReplaced() throws IOException {
        link = linkWithPatience(Duration.ofSeconds(3));
        transport.answer =
                request -> transport.requests.size() == 1 ? new CompletableFuture<>() : done(new Message.Done());
        assertThat(link.call(REPORT)).isEqualTo(new Message.Done());
        assertThat(transport.links).hasSize(2);
        assertThat(transport.links.get(0).open).isFalse();
    }

    @Test
    void aSignOfLifeThatIsNotAnsweredReplacesTheConnection() throws Exception {
        link = linkWithPatience(Duration.ofMillis(30));
        transport.answer = request -> request instanceof Message.Heartbeat && transport.links.size() == 1
                ? new CompletableFuture<>()
                : done(request instanceof Message.Heartbeat ? new Message.Alive(1) : new Message.Admitted(9));
        CompletableFuture<Integer> alive = new CompletableFuture<>();
        link.onGeneration(alive::complete);
        link.join(JOIN, Duration.ofMillis(1));
        assertThat(alive.get(20, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(transport.links.get(0).open).isFalse();
    }

    @Test
    void triesAgainWhereNobodyListensYet() throws IOException {
        transport.refusedConnections = 2;
        transport.answer = request -> done(new Message.Done());
        assertThat(link.call(REPORT)).isEqualTo(new Message.Done());
    }

    @Test
    void givesUpWhenItsPatienceIsUsedUp() {
        link = linkWithPatience(Duration.ofMillis(50));
        transport.answer = request -> new CompletableFuture<>();
        assertThatThrownBy(() -> link.call(new Message.PollWork(3, 1, 0)))
                .isInstanceOf(IOException.class)
                .hasMessage("gave up waiting for worker 3 waits for the coordinator at driver:7 (PollWork)");
        transport.refusedConnections = 1000;
        assertThatThrownBy(() -> link.call(new Message.PollWork(3, 1, 0))).hasMessage("nobody listens");
    }

    @Test
    void aRefusalIsFencedAndNotRepeated() {
        transport.answer = request -> done(new Message.Refused("worker 3 was given up"));
        assertThatThrownBy(() -> link.call(new Message.PollWork(3, 1, 0)))
                .isInstanceOf(FencedException.class)
                .hasMessage("worker 3 was given up");
        assertThat(transport.requests).hasSize(1);
    }

    @Test
    void anInterruptEndsTheWait() {
        transport.answer = request -> new CompletableFuture<>();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> link.call(REPORT)).hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void sendsSignsOfLifeUntilItIsFenced() throws Exception {
        transport.answer = request ->
                done(request instanceof Message.Heartbeat ? new Message.Refused("given up") : new Message.Admitted(9));
        link.join(JOIN, Duration.ofMillis(1));
        assertThat(transport.requests.take()).isEqualTo(JOIN);
        assertThat(transport.requests.take()).isEqualTo(new Message.Heartbeat(Role.WORKER, 3, 9));
        assertThat(transport.requests.take()).isEqualTo(new Message.Heartbeat(Role.WORKER, 3, 9));
        assertThat(link.isFenced()).isTrue();
    }

    @Test
    void aHeartbeatSurvivesAConnectionThatBreaks() throws Exception {
        transport.answer = request -> done(new Message.Admitted(9));
        link.join(JOIN, Duration.ofMillis(1));
        transport.requests.clear();
        transport.refusedConnections = 2;
        transport.links.get(0).close();
        assertThat(transport.requests.take()).isInstanceOf(Message.Heartbeat.class);
        assertThat(link.isFenced()).isFalse();
    }

    @Test
    void aFailureIsReportedWithStatusAndHint() {
        transport.answer = request -> done(new Message.Done());
        link.reportFailure(new RuntimeException("task", WeftException.invalidData("shard damaged", "restore it")));
        link.reportFailure(new IllegalStateException("odd"));
        assertThat(transport.requests)
                .containsExactly(
                        new Message.MemberFailed(Role.WORKER, 3, -1, 3, "shard damaged", "restore it"),
                        new Message.MemberFailed(Role.WORKER, 3, -1, 1, "java.lang.IllegalStateException: odd", ""));
    }

    @Test
    void reportingToNobodyDoesNotThrow() {
        link = linkWithPatience(Duration.ZERO);
        transport.refusedConnections = 1000;
        link.reportFailure(new IllegalStateException("odd"));
        assertThat(transport.requests).isEmpty();
    }

    @Test
    void aFailedCallLeavesANewerConnectionAlone() throws Exception {
        CompletableFuture<Message> first = new CompletableFuture<>();
        transport.answer = request -> request instanceof Message.PollWork ? first : done(new Message.Done());
        CompletableFuture<Message> slow = CompletableFuture.supplyAsync(() -> {
            try {
                return link.call(new Message.PollWork(3, 1, 0));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        transport.requests.take();
        transport.links.get(0).open = false;
        link.call(REPORT); // Another thread has connected anew by now.
        transport.answer = request -> done(new Message.RunEnded("over"));
        first.completeExceptionally(new IOException("connection reset"));
        assertThat(slow.get(20, TimeUnit.SECONDS)).isEqualTo(new Message.RunEnded("over"));
        assertThat(transport.links).hasSize(2);
        assertThat(transport.links.get(1).open).isTrue();
    }

    private CoordinatorLink linkWithPatience(Duration patience) {
        return new CoordinatorLink(transport, Threads.MACHINE, DRIVER, Role.WORKER, 3, patience);
    }

    private static CompletableFuture<Message> done(Message message) {
        return CompletableFuture.completedFuture(message);
    }

    /** Links that answer as a test says, after some that do not. */
    private static final class FakeTransport implements Transport {
        final BlockingQueue<Message> requests = new LinkedBlockingQueue<>();
        final List<FakeLink> links = new ArrayList<>();
        volatile Function<Message, CompletableFuture<Message>> answer;
        volatile int refusedConnections;
        volatile int failures;

        @Override
        public Listener listen(String host, Service service) {
            throw new UnsupportedOperationException();
        }

        @Override
        public synchronized Link connect(Address address) throws IOException {
            if (refusedConnections > 0) {
                refusedConnections--;
                throw new IOException("nobody listens");
            }
            FakeLink created = new FakeLink();
            links.add(created);
            return created;
        }

        @Override
        public void close() {}

        private final class FakeLink implements Link {
            volatile boolean open = true;

            @Override
            public CompletableFuture<Message> exchange(Message.Request<?> request) {
                requests.add(request);
                if (failures > 0) {
                    failures--;
                    return CompletableFuture.failedFuture(new IOException("connection reset"));
                }
                return answer.apply(request);
            }

            @Override
            public CompletableFuture<Void> push(BucketHeader header, ByteBuffer data) {
                throw new UnsupportedOperationException();
            }

            @Override
            public CompletableFuture<Void> pull(BucketKey key, ByteBuffer into) {
                throw new UnsupportedOperationException();
            }

            @Override
            public boolean isOpen() {
                return open;
            }

            @Override
            public void close() {
                open = false;
            }
        }
    }
}
