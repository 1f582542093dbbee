package org.weft.core.tokens;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.weft.core.config.TrainingConfig.Packing;
import org.weft.core.storage.Store;

/**
 * What packing makes of a token shard. Documents are packed by blocks, each so many consecutive ones that they fill
 * {@value #BLOCK_WINDOWS} windows: a block is packed again whenever one of its windows is read, and nobody holds more than
 * where blocks begin.
 *
 * @param windows of the whole shard
 * @param targets tokens to predict in it: of each document all but the first
 */
public record PackedShard(int windows, long targets) implements Serializable {
    static final int BLOCK_WINDOWS = 64;
    private static final int STARTS_AT_ONCE = 1 << 16;

    /** Where a shard's blocks begin: their first documents and first windows, each with the end of the last one behind. */
    record Blocks(int[] documents, int[] windows, long targets) {
        long bytes() {
            return 8L * documents.length;
        }

        PackedShard counts() {
            return new PackedShard(windows[windows.length - 1], targets);
        }
    }

    /** Counts one shard's, of which it reads where documents begin. */
    public static PackedShard of(
            Store store, String directory, CorpusManifest manifest, CorpusShard shard, int context, Packing packing)
            throws IOException {
        try (ShardReaders readers = new ShardReaders(store, directory, manifest)) {
            return of(readers, shard, context, packing);
        }
    }

    /** The same with readers that others share. */
    public static PackedShard of(ShardReaders readers, CorpusShard shard, int context, Packing packing)
            throws IOException {
        TokenCorpus alone = TokenCorpus.of(readers, new CorpusSplit(List.of(shard), 0));
        return blocks(alone, 0, context, packing).counts();
    }

    static Blocks blocks(TokenCorpus corpus, int shard, int context, Packing packing) throws IOException {
        int documents = Math.toIntExact(corpus.shard(shard).documents());
        List<Integer> firstDocuments = new ArrayList<>(List.of(0));
        List<Integer> firstWindows = new ArrayList<>(List.of(0));
        List<Integer> block = new ArrayList<>(); // lengths
        long filled = 0;
        long targets = 0;
        for (int first = 0; first < documents; first += STARTS_AT_ONCE) {
            int count = Math.min(STARTS_AT_ONCE, documents - first);
            int[] lengths = corpus.documentLengths(shard, first, count);
            for (int i = 0; i < count; i++) {
                block.add(lengths[i]);
                filled += lengths[i];
                targets += Math.max(0, lengths[i] - 1);
                if (filled >= (long) BLOCK_WINDOWS * context || first + i + 1 == documents) {
                    int windows = DocumentPacking.count(array(block), context, packing);
                    firstDocuments.add(first + i + 1);
                    firstWindows.add(firstWindows.get(firstWindows.size() - 1) + windows);
                    block.clear();
                    filled = 0;
                }
            }
        }
        return new Blocks(array(firstDocuments), array(firstWindows), targets);
    }

    private static int[] array(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }
}
