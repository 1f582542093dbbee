package org.weft.dl4j.data;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.weft.core.storage.Store;

/**
 * Reads examples by number. A shard is read whole at its first use and kept while what is kept fits into a share of the
 * heap; examples of the others are read one by one. Every record's checksum is compared each time. For one thread at a time.
 */
public final class ExampleShards implements AutoCloseable {
    /** Share of the heap for whole shards. */
    private static final int HEAP_SHARE = 4;

    private final Store store;
    private final String directory;
    private final List<Shard> shards = new ArrayList<>();
    private final long examples;
    private static final long LARGEST_ARRAY = Integer.MAX_VALUE - 8L;

    private long budget;

    /** One file, opened when it is first wanted. */
    private final class Shard implements AutoCloseable {
        private final ExampleManifest.Shard facts;
        private final String path;
        private final long first;
        private Store.RandomReader file;
        private ExampleShardFormat.Entry[] entries;
        private byte[] whole;

        Shard(ExampleManifest.Shard facts, long first) {
            this.facts = facts;
            this.path = directory + "/" + facts.file();
            this.first = first;
        }

        private void open() throws IOException {
            file = store.openRandom(path);
            if (file.length() != facts.bytes()) {
                throw ExampleShardFormat.damaged(path, "bytes=" + file.length() + " expected=" + facts.bytes());
            }
            ExampleShardFormat.requireHeader(read(0, ExampleShardFormat.HEADER_BYTES), path);
            long end = facts.bytes() - ExampleShardFormat.FOOTER_BYTES;
            ExampleShardFormat.Footer footer =
                    ExampleShardFormat.footer(read(end, ExampleShardFormat.FOOTER_BYTES), facts.bytes(), path);
            if (footer.checksum() != facts.tableChecksum() || footer.records() != facts.examples()) {
                throw ExampleShardFormat.damaged(path, "it is not the file that the index names");
            }
            entries = ExampleShardFormat.entries(
                    read(footer.tableOffset(), footer.records() * ExampleShardFormat.ENTRY_BYTES), footer, path);
            if (facts.bytes() <= Math.min(budget, LARGEST_ARRAY)) {
                budget -= facts.bytes();
                whole = read(0, (int) facts.bytes());
            }
        }

        private byte[] read(long position, int length) throws IOException {
            byte[] bytes = new byte[length];
            file.readFully(position, bytes, 0, length);
            return bytes;
        }

        MultiDataSet example(int index) throws IOException {
            if (entries == null) {
                open();
            }
            ExampleShardFormat.Entry entry = entries[index];
            byte[] bytes = whole == null ? read(entry.offset(), entry.length()) : whole;
            int at = whole == null ? 0 : (int) entry.offset();
            if (ExampleShardFormat.checksum(bytes, at, entry.length()) != entry.checksum()) {
                throw ExampleShardFormat.damaged(path, "example " + (first + index) + " has another checksum");
            }
            MultiDataSet example = new org.nd4j.linalg.dataset.MultiDataSet();
            example.load(new ByteArrayInputStream(bytes, at, entry.length()));
            return example;
        }

        @Override
        public void close() throws IOException {
            if (file != null) {
                file.close();
            }
        }
    }

    public ExampleShards(Store store, String directory, ExampleManifest manifest) {
        this(store, directory, manifest, Runtime.getRuntime().maxMemory() / HEAP_SHARE);
    }

    /**
     * @param budget bytes of whole shards to keep
     */
    ExampleShards(Store store, String directory, ExampleManifest manifest, long budget) {
        this.store = store;
        this.directory = directory;
        this.budget = budget;
        long first = 0;
        for (ExampleManifest.Shard shard : manifest.shards()) {
            if (shard.examples() > 0) {
                shards.add(new Shard(shard, first));
            }
            first += shard.examples();
        }
        this.examples = first;
    }

    public long examples() {
        return examples;
    }

    /** An example by its number in the order of the RDD. */
    public MultiDataSet read(long index) throws IOException {
        if (index < 0 || index >= examples) {
            throw new IndexOutOfBoundsException("example=" + index + " examples=" + examples);
        }
        int low = 0;
        int high = shards.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) / 2;
            if (shards.get(middle).first <= index) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        Shard shard = shards.get(low);
        return shard.example((int) (index - shard.first));
    }

    @Override
    public void close() throws IOException {
        for (Shard shard : shards) {
            shard.close();
        }
    }
}
