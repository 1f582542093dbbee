package org.weft.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.weft.core.params.ParameterLayout;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.Message;
import org.weft.core.transport.Deadline;
import org.weft.core.transport.Link;
import org.weft.core.transport.SparkTransport;
import org.weft.core.transport.Transport;
import org.weft.core.transport.WireSecurity;

/**
 * Push and pull of a vector in buckets over loopback, authenticated, checked and summed as in training, against a raw
 * socket that moves the same bytes; with encryption too. One process, a thread for each end; alternating, medians of
 * rounds. What processors take is told beside it: a raw socket takes its share of them, too.
 *
 * <p>Arguments: MiB of the vector (256), rounds (5). A push round sends the vector twice, as two lanes: the second is
 * added to the first. Rates are of payload bytes.
 */
public final class WireBench {
    private static final int WARM_UP = 6;
    private static final int ELEMENTS_PER_MIB = 1 << 18;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final int rounds;
    private final Rounds rates;
    private final Rounds costs;
    private final ServedVector served;
    private final ByteBuffer[] buckets;
    private final long bytes;

    private WireBench(int mebibytes, int rounds) {
        this.rounds = rounds;
        rates = new Rounds(rounds);
        costs = new Rounds(rounds);
        served = new ServedVector(mebibytes * ELEMENTS_PER_MIB);
        ParameterLayout layout = served.layout();
        bytes = layout.size() * Float.BYTES;
        buckets = new ByteBuffer[layout.bucketCount()];
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = ByteBuffer.allocateDirect(layout.bucket(i).bytes()).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    public static void main(String[] args) throws IOException {
        int mebibytes = args.length > 0 ? Integer.parseInt(args[0]) : 256;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
        WireBench bench = new WireBench(mebibytes, rounds);
        bench.run();
        Rounds figures = bench.rates;
        System.err.print(figures.table("GB/s"));
        System.err.print(bench.costs.table("ns of processors a byte"));
        System.out.printf(
                Locale.ROOT,
                "{\"bench\":\"wire\",\"mebibytes\":%d,\"push_ratio\":%.3f,\"pull_ratio\":%.3f,"
                        + "\"encrypted_push_ratio\":%.3f,\"encrypted_pull_ratio\":%.3f}%n",
                mebibytes,
                figures.median("push") / figures.median("raw push"),
                figures.median("pull") / figures.median("raw pull"),
                figures.median("encrypted push") / figures.median("raw push"),
                figures.median("encrypted pull") / figures.median("raw pull"));
    }

    private void run() throws IOException {
        WireSecurity plain = WireSecurity.fresh(false);
        WireSecurity encrypted = new WireSecurity(plain.secret(), true);
        try (RawSocket raw = new RawSocket(buckets[0].capacity(), bytes);
                Wire wire = new Wire(plain);
                Wire secret = new Wire(encrypted)) {
            for (int round = -WARM_UP; round < rounds; round++) {
                int at = round;
                int step = 2 * (round + WARM_UP);
                measure("raw push", at, 1, () -> raw.push(buckets));
                measure("push", at, ServedVector.LANES, () -> wire.push(step));
                measure("encrypted push", at, ServedVector.LANES, () -> secret.push(step + 1));
                measure("raw pull", at, 1, () -> raw.pull(buckets));
                measure("pull", at, 1, wire::pull);
                measure("encrypted pull", at, 1, secret::pull);
            }
        }
    }

    /** Something that moves bytes. */
    @FunctionalInterface
    private interface Exchange {
        void run() throws IOException;
    }

    /** Rate, and the time of all processors, of both ends and Java's own. */
    private void measure(String what, int round, int vectors, Exchange exchange) throws IOException {
        long payload = vectors * bytes;
        long processors = PROCESS.getProcessCpuTime();
        long start = System.nanoTime();
        exchange.run();
        long nanos = System.nanoTime() - start;
        if (round >= 0) {
            rates.put(what, round, (double) payload / nanos);
            costs.put(what, round, (double) (PROCESS.getProcessCpuTime() - processors) / payload);
        }
    }

    /** Both ends of one connection. What a worker's ParameterClient does with it, without a worker. */
    private final class Wire implements AutoCloseable {
        private final Transport transport;
        private final Transport.Listener listener;
        private final Link link;

        Wire(WireSecurity security) throws IOException {
            transport = new SparkTransport(security);
            listener = transport.listen("127.0.0.1", served);
            link = transport.connect(listener.address());
        }

        void push(int step) throws IOException {
            CompletableFuture<Void> reduced = served.begin(step);
            List<CompletableFuture<Void>> pushes = new ArrayList<>();
            for (int lane = 0; lane < ServedVector.LANES; lane++) {
                for (int i = 0; i < buckets.length; i++) {
                    ByteBuffer data = buckets[i];
                    pushes.add(link.push(
                            served.header(step, lane, i, BucketHeader.checksum(data)),
                            data.duplicate().clear()));
                }
            }
            awaitAll(pushes);
            Deadline.in(PATIENCE).await(reduced, "the sums of step " + step);
        }

        void pull() throws IOException {
            Deadline deadline = Deadline.in(PATIENCE);
            Message.AwaitParameters first = new Message.AwaitParameters(0, 0, 0);
            int[] checksums = deadline.await(link.call(first), "the parameters").checksums();
            List<CompletableFuture<Void>> pulls = new ArrayList<>();
            for (int i = 0; i < buckets.length; i++) {
                ByteBuffer into = buckets[i];
                int expected = checksums[i];
                pulls.add(link.pull(new BucketKey(0, 0, i), into.duplicate().clear())
                        .thenAccept(nothing -> {
                            if (BucketHeader.checksum(into) != expected) {
                                throw new CompletionException(new IOException("pulled bucket is damaged"));
                            }
                        }));
            }
            awaitAll(pulls);
        }

        private void awaitAll(List<CompletableFuture<Void>> all) throws IOException {
            Deadline.in(PATIENCE).await(CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)), "all buckets");
        }

        @Override
        public void close() {
            link.close();
            listener.close();
            transport.close();
        }
    }
}
