package org.weft.core.tokens;

import java.io.IOException;
import java.util.Arrays;

/**
 * Where the documents of one shard begin. Held is every {@value #STRIDE}th of them, 8 bytes for so many documents; those between are
 * read when they are asked for. For many threads.
 */
final class DocumentStarts {
    static final int STRIDE = 512;
    private static final int READ_AT_ONCE = 128 * STRIDE;

    private final TokenCorpus corpus;
    private final int shard;
    private final int documents;
    private final long[] every; // every[k]: the first token of document k * STRIDE

    private DocumentStarts(TokenCorpus corpus, int shard, int documents) {
        this.corpus = corpus;
        this.shard = shard;
        this.documents = documents;
        this.every = new long[(documents + STRIDE - 1) / STRIDE];
    }

    /** Reads the shard's table of documents once. */
    static DocumentStarts of(TokenCorpus corpus, int shard) throws IOException {
        int documents = Math.toIntExact(corpus.shard(shard).documents());
        DocumentStarts starts = new DocumentStarts(corpus, shard, documents);
        for (int first = 0; first < documents; first += READ_AT_ONCE) {
            long[] read = corpus.documentStarts(shard, first, Math.min(READ_AT_ONCE, documents - first));
            for (int i = 0; i < read.length - 1; i += STRIDE) {
                starts.every[(first + i) / STRIDE] = read[i];
            }
        }
        return starts;
    }

    /** Those of {@code [from, end)} in rising order, each once. */
    long[] within(long from, long end) throws IOException {
        long[] found = new long[0];
        int block = Math.max(0, firstAtLeast(from) - 1); // Its later ones may be in it.
        while (block < every.length && every[block] < end) {
            int first = block * STRIDE;
            long[] starts = corpus.documentStarts(shard, first, Math.min(STRIDE, documents - first));
            long[] here = Arrays.stream(starts, 0, starts.length - 1)
                    .filter(start -> start >= from && start < end)
                    .toArray();
            int known = found.length;
            found = Arrays.copyOf(found, known + here.length);
            System.arraycopy(here, 0, found, known, here.length);
            block++;
        }
        return Arrays.stream(found).distinct().toArray();
    }

    private int firstAtLeast(long position) {
        int low = 0;
        int high = every.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (every[middle] < position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
