package org.weft.server.shard;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.weft.core.protocol.SavedRange;
import org.weft.core.storage.AtomicOutput;
import org.weft.core.storage.CheckpointManifest;
import org.weft.core.storage.CheckpointReader;
import org.weft.core.storage.Safetensors;
import org.weft.core.storage.Store;

/**
 * Writes a shard's part of checkpoints while training goes on. The server's thread copies (training stalls for that
 * alone); one thread of its own writes. A second checkpoint that falls due before the first is written waits for it.
 */
public final class ShardCheckpointer implements AutoCloseable {
    private final ParameterShard shard;
    private final Store store;
    private final String checkpointsDir;
    private final int shardIndex;
    private final int shards;
    private final ExecutorService writer;
    private ShardSnapshot snapshot;
    private CompletableFuture<SavedRange> running = CompletableFuture.completedFuture(null);

    public ShardCheckpointer(ParameterShard shard, Store store, String checkpointsDir, int shardIndex, int shards) {
        this(shard, store, checkpointsDir, shardIndex, shards, Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "weft-checkpoint-server-" + shardIndex);
            thread.setDaemon(true);
            return thread;
        }));
    }

    /**
     * @param writer runs one task after the other; ends with this checkpointer
     */
    public ShardCheckpointer(
            ParameterShard shard,
            Store store,
            String checkpointsDir,
            int shardIndex,
            int shards,
            ExecutorService writer) {
        this.shard = shard;
        this.store = store;
        this.checkpointsDir = checkpointsDir;
        this.shardIndex = shardIndex;
        this.shards = shards;
        this.writer = writer;
    }

    /**
     * Copies the shard as it is now and writes the copy in the background.
     *
     * @return the durable file, or what went wrong
     */
    public CompletableFuture<SavedRange> save(int generation, int step) {
        long start = System.nanoTime();
        CompletableFuture<Void> previous = running.handle((saved, failure) -> null);
        previous.join();
        if (snapshot == null) {
            snapshot = new ShardSnapshot(shard.bucketLengths());
        }
        shard.copyTo(snapshot);
        long stallMicros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start);
        running = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return write(generation, step, stallMicros);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                writer);
        return running;
    }

    private SavedRange write(int generation, int step, long stallMicros) throws IOException {
        String name =
                String.format(Locale.ROOT, "shard-%05d-of-%05d-g%04d.safetensors", shardIndex, shards, generation);
        String path = checkpointsDir + "/" + CheckpointManifest.directoryName(step) + "/" + name;
        MessageDigest digest = AtomicOutput.sha256();
        Map<String, String> metadata = Map.of(
                "format", "weft",
                "offset", Long.toString(shard.offset()),
                "length", Long.toString(shard.length()),
                "step", Integer.toString(step));
        long bytes;
        try (AtomicOutput file = store.create(path);
                CountingOutput out = new CountingOutput(new DigestOutputStream(file, digest))) {
            Safetensors.ofVectors(new TreeMap<>(metadata), CheckpointReader.VECTORS, shard.length())
                    .writeHeader(out);
            snapshot.writeTo(out);
            out.flush();
            bytes = out.count;
            file.commit();
        }
        String sha256 = HexFormat.of().formatHex(digest.digest());
        return new SavedRange(name, shard.offset(), shard.length(), bytes, sha256, stallMicros);
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
