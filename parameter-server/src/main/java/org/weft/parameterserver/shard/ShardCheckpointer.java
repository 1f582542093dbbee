package org.weft.parameterserver.shard;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.weft.core.Sha256;
import org.weft.core.Threads;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.checkpoint.Safetensors;
import org.weft.core.protocol.SavedRange;
import org.weft.core.storage.AtomicOutput;
import org.weft.core.storage.Retries;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;

/**
 * Writes a shard's part of checkpoints while training goes on. The server's thread copies (training stalls for that
 * alone); one thread of its own writes. A second checkpoint that falls due before the first is written waits for it, for a few
 * seconds, and then fails.
 */
public final class ShardCheckpointer implements AutoCloseable {
    /** How long training stands still for storage, at most. */
    private static final int PATIENCE_SECONDS = 5;

    private final ParameterShard shard;
    private final Store store;
    private final Destination destination;
    private final Retries retries;
    private final Threads threads;
    private final ExecutorService writer;
    private ShardSnapshot snapshot;
    private CompletableFuture<SavedRange> running = CompletableFuture.completedFuture(null);

    /**
     * Where the files of a shard go.
     *
     * @param shard index of the shard
     * @param shards of the whole run
     */
    public record Destination(RunDirectory run, int shard, int shards) {}

    /**
     * @param retries of a write that failed, before the failure is reported; their threads write, too
     */
    public ShardCheckpointer(ParameterShard shard, Store store, Destination destination, Retries retries) {
        this.shard = shard;
        this.store = store;
        this.destination = destination;
        this.retries = retries;
        this.threads = retries.threads();
        this.writer = threads.single("weft-checkpoint-shard-" + destination.shard());
    }

    /**
     * Copies the shard as it is now and writes the copy in the background.
     *
     * @return the durable file, or what went wrong
     * @throws WeftException where the copied weights are not those that were published: this memory is damaged, and the
     *     caller must not go on serving from it
     */
    public CompletableFuture<SavedRange> save(int generation, int step) {
        long start = threads.nanoTime();
        if (!hasEnded(running)) { // Its copy is in use.
            return CompletableFuture.failedFuture(new IOException("an earlier checkpoint is still being written"));
        }
        if (snapshot == null) {
            snapshot = shard.snapshot();
        }
        shard.copyTo(snapshot);
        requireUndamaged(generation, step);
        long stallMicros = TimeUnit.NANOSECONDS.toMicros(threads.nanoTime() - start);
        running = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        String file = path(generation, step);
                        return retries.call("write of " + file, () -> write(step, file, stallMicros));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                writer);
        return running;
    }

    /** Waits a little: the last checkpoint of a run often falls due while the one before is being written. */
    private boolean hasEnded(CompletableFuture<SavedRange> save) {
        try {
            threads.await(save, TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS));
            return true;
        } catch (ExecutionException e) {
            return true; // It has been reported.
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Workers were told a checksum of each bucket when it was published, and nothing changes a bucket before the next
     * update: what differs now was changed by the machine. A version that is not published yet has nothing to compare.
     */
    private void requireUndamaged(int generation, int step) {
        for (int i = 0; i < snapshot.buckets(); i++) {
            OptionalInt published = shard.publishedChecksum(generation, step, i);
            int copied = snapshot.checksum(i);
            if (published.isPresent() && published.getAsInt() != copied) {
                throw WeftException.failed(
                        String.format(
                                Locale.ROOT,
                                "server %d's memory is damaged: bucket=%d generation=%d step=%d crc32c=%08x"
                                        + " published=%08x",
                                destination.shard(),
                                shard.range().first() + i,
                                generation,
                                step,
                                copied,
                                published.getAsInt()),
                        "its shard is loaded anew from the last committed checkpoint; if this comes again, test that"
                                + " machine's memory");
            }
        }
    }

    private String path(int generation, int step) {
        return destination.run().shard(step, destination.shard(), destination.shards(), generation);
    }

    private SavedRange write(int step, String path, long stallMicros) throws IOException {
        MessageDigest digest = Sha256.digest();
        Map<String, String> metadata = Map.of(
                "format", "weft",
                "offset", Long.toString(shard.offset()),
                "length", Long.toString(shard.length()),
                "step", Integer.toString(step));
        long bytes;
        try (AtomicOutput file = store.create(path);
                CountingOutput out = new CountingOutput(new DigestOutputStream(file, digest))) {
            Safetensors.ofVectors(new TreeMap<>(metadata), CheckpointReader.vectors(shard.parts()), shard.length())
                    .writeHeader(out);
            snapshot.writeTo(out);
            out.flush();
            bytes = out.count;
            file.commit();
        }
        String sha256 = HexFormat.of().formatHex(digest.digest());
        return new SavedRange(RunDirectory.nameOf(path), shard.offset(), shard.length(), bytes, sha256, stallMicros);
    }

    /** Waits for a save that is under way. */
    @Override
    public void close() {
        writer.shutdown();
        try {
            if (!writer.awaitTermination(1, TimeUnit.MINUTES)) {
                writer.shutdownNow();
            }
        } catch (InterruptedException e) {
            writer.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    /** Counts what passes; leaves the underlying file open, for its owner commits it. */
    private static final class CountingOutput extends OutputStream {
        private final OutputStream out;
        private long count;

        CountingOutput(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int value) throws IOException {
            out.write(value);
            count++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            count += length;
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }
    }
}
