package org.weft.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.weft.core.Threads;
import org.weft.core.params.RangePartitioner;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.BucketCodec;
import org.weft.core.protocol.ParameterVersion;
import org.weft.core.transport.Deadline;
import org.weft.core.transport.SparkTransport;
import org.weft.core.transport.Transport;
import org.weft.core.transport.WireSecurity;

/** How a worker that holds a range at a time gets it. */
class StreamedClientTest {

    /** A clock that its owner moves. */
    private record Clock(AtomicLong nanos) implements Threads {
        @Override
        public long nanoTime() {
            return nanos.get();
        }

        @Override
        public void sleep(long millis) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T> T await(CompletableFuture<T> future, long atMost)
                throws InterruptedException, ExecutionException, TimeoutException {
            return MACHINE.await(future, TimeUnit.SECONDS.toNanos(60));
        }

        @Override
        public ExecutorService single(String name) {
            return MACHINE.single(name);
        }

        @Override
        public ScheduledExecutorService timer(String name) {
            return MACHINE.timer(name);
        }
    }

    /** On a clock that nothing moves but copying. */
    @Test
    void copyingWhatHasComeIsNotWaiting() throws Exception {
        Clock clock = new Clock(new AtomicLong());
        FakeReplica replica = new FakeReplica();
        replica.whenWritten = clock.nanos()::incrementAndGet;
        FakeServer server = new FakeServer(new RangePartitioner(FakeReplica.LAYOUT.bucketCount(), 1).range(0));
        try (Transport transport = new SparkTransport(WireSecurity.fresh(false));
                Transport.Listener listener = transport.listen("127.0.0.1", server);
                StreamedClient client =
                        new StreamedClient(transport, replica, FakeReplica.LAYOUT, 1, BucketCodec.F32)) {
            Deadline deadline = new Deadline(clock, TimeUnit.HOURS.toNanos(1));
            client.turnTo(1, ParameterVersion.of(7), new Address[] {listener.address()}, deadline);
            client.pages().need(0, FakeReplica.LAYOUT.size());
            assertThat(clock.nanoTime()).isEqualTo(FakeReplica.LAYOUT.bucketCount());
            assertThat(client.waitedNanos()).isZero();
        }
    }
}
