package org.weft.core.tokens;

import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToLongFunction;
import org.weft.core.config.TrainingConfig.Packing;
import org.weft.core.tokens.DocumentPacking.Piece;

/**
 * A split whose documents are put into windows whole where they fit ({@link DocumentPacking}): each token but a document's first is
 * predicted exactly once, and nothing of one document predicts another's. Windows are numbered by shard and block; a read finds the
 * block, reads where its documents begin, packs them and reads the tokens. Held are the shards' counts and where the blocks of the
 * shards begin that were read last, 8 bytes a block, {@value #KNOWN_BYTES} bytes at most: samples come from all shards in random
 * order, and to find the blocks of one again is to pack the whole shard.
 */
public final class PackedWindows implements Windows {
    private static final long KNOWN_BYTES = 64L << 20;

    private final TokenCorpus corpus;
    private final int context;
    private final Packing packing;
    private final long[] firsts; // of each shard's windows, one more for the end
    private final double targets;
    private final Map<Integer, PackedShard.Blocks> known = new LinkedHashMap<>(16, 0.75f, true);
    private long knownBytes;

    /** @param shards what packing makes of each of the split's */
    public PackedWindows(TokenCorpus corpus, int context, Packing packing, List<PackedShard> shards) {
        this.corpus = corpus;
        this.context = context;
        this.packing = packing;
        this.firsts = new long[shards.size() + 1];
        long all = 0;
        for (int k = 0; k < shards.size(); k++) {
            firsts[k + 1] = firsts[k] + shards.get(k).windows();
            all += shards.get(k).targets();
        }
        this.targets = count() == 0 ? 0 : (double) all / count();
    }

    @Override
    public long count() {
        return firsts[firsts.length - 1];
    }

    @Override
    public double targets() {
        return targets;
    }

    @Override
    public Window read(long index) throws IOException {
        if (index < 0 || index >= count()) {
            throw new IndexOutOfBoundsException("window=" + index + " windows=" + count());
        }
        int shard = last(firsts.length, k -> firsts[k], index);
        PackedShard.Blocks blocks = blocks(shard);
        int within = (int) (index - firsts[shard]);
        int block = last(blocks.windows().length, k -> blocks.windows()[k], within);
        int document = blocks.documents()[block];
        int documents = blocks.documents()[block + 1] - document;
        long[] starts = corpus.documentStarts(shard, document, documents);
        int[] lengths = new int[documents];
        Arrays.setAll(lengths, i -> (int) (starts[i + 1] - starts[i]));
        List<Piece> pieces = DocumentPacking.window(lengths, context, packing, within - blocks.windows()[block]);
        return window(shard, pieces, starts);
    }

    private synchronized PackedShard.Blocks blocks(int shard) throws IOException {
        PackedShard.Blocks found = known.get(shard);
        if (found == null) {
            found = PackedShard.blocks(corpus, shard, context, packing);
            known.put(shard, found);
            knownBytes += found.bytes();
            Iterator<PackedShard.Blocks> eldest = known.values().iterator();
            while (knownBytes > KNOWN_BYTES && known.size() > 1) {
                knownBytes -= eldest.next().bytes();
                eldest.remove();
            }
        }
        return found;
    }

    /** The last place whose value is at most this; of equal ones, which are of what is empty, the last. */
    private static int last(int count, IntToLongFunction rising, long value) {
        int low = 0;
        int high = count - 2;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (rising.applyAsLong(middle) <= value) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** A document ends within its window, or else fills it and is followed by its own next token. */
    private Window window(int shard, List<Piece> pieces, long[] starts) throws IOException {
        int[] tokens = new int[context + 1]; // (T + 1)
        int[] breaks = new int[pieces.size()];
        int count = 0;
        int at = 0;
        for (Piece piece : pieces) {
            long from = starts[piece.document()] + piece.offset();
            boolean ends = from + piece.length() == starts[piece.document() + 1];
            corpus.tokens(shard, from, piece.length() + (ends ? 0 : 1), tokens, at);
            at += piece.length();
            if (ends) {
                breaks[count++] = at;
            }
        }
        return new Window(tokens, at, Arrays.copyOf(breaks, count));
    }

    @Override
    public void close() throws IOException {
        corpus.close();
    }
}
