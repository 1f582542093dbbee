package org.weft.bench;

import java.io.IOException;
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
 * rounds.
 *
 * <p>Arguments: MiB of the vector (256), rounds (5). A push round sends the vector twice, as two lanes: the second is
 * added to the first. Rates are of payload bytes.
 */
public final class WireBench {
    private static final int WARM_UP = 6;
    private static final int ELEMENTS_PER_MIB = 1 << 18;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final ServedVector served;
    private final ByteBuffer[] buckets;
    private final long bytes;

    private WireBench(int mebibytes) {
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
        Rounds figures = new WireBench(mebibytes).run(rounds);
        System.err.print(figures.table("GB/s"));
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

    private Rounds run(int rounds) throws IOException {
        Rounds figures = new Rounds(rounds);
        WireSecurity plain = WireSecurity.fresh(false);
        WireSecurity encrypted = new WireSecurity(plain.secret(), true);
        try (RawSocket raw = new RawSocket(buckets[0].capacity(), bytes);
                Wire wire = new Wire(plain);
                Wire secret = new Wire(encrypted)) {
            for (int round = -WARM_UP; round < rounds; round++) {
                Rounds into = round < 0 ? new Rounds(1) : figures;
                int at = Math.max(0, round);
                int step = 2 * (round + WARM_UP);
                into.put("raw push", at, rate(1, () -> raw.push(buckets)));
                into.put("push", at, rate(ServedVector.LANES, () -> wire.push(step)));
                into.put("encrypted push", at, rate(ServedVector.LANES, () -> secret.push(step + 1)));
                into.put("raw pull", at, rate(1, () -> raw.pull(buckets)));
                into.put("pull", at, rate(1, wire::pull));
                into.put("encrypted pull", at, rate(1, secret::pull));
            }
        }
        return figures;
    }

    /** Something that moves bytes. */
    @FunctionalInterface
    private interface Exchange {
        void run() throws IOException;
    }

    /** 10^9 bytes a second. */
    private double rate(int vectors, Exchange exchange) throws IOException {
        long start = System.nanoTime();
        exchange.run();
        return (double) vectors * bytes / (System.nanoTime() - start);
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
