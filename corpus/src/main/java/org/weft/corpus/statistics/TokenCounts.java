package org.weft.corpus.statistics;

import java.io.IOException;
import java.io.Serializable;
import org.weft.core.tokens.TokenShardReader;

/**
 * How often each token of a vocabulary stands in token shards, and how long their documents are. Counts of shards become the
 * whole's by {@link #merge} in any order, and do not grow with the data: a number for each token and one for each power of
 * two. For one thread.
 */
final class TokenCounts implements Serializable {
    /** Lengths from 2^i to 2^(i+1) - 1 are counted in entry i. */
    static final int LENGTHS = 48;

    private static final long serialVersionUID = 1L;
    private static final int CHUNK = 1 << 16;

    private final long[] tokens;
    private final long[] lengths = new long[LENGTHS];
    private long documents;
    private long longest;

    /** Of nothing yet. */
    TokenCounts(int vocabSize) {
        tokens = new long[vocabSize];
    }

    /** Counts a whole shard; a document's length is that of its tokens, with what begins and ends it. */
    TokenCounts add(TokenShardReader shard) throws IOException {
        int[] ids = new int[CHUNK];
        for (long at = 0; at < shard.header().tokens(); at += CHUNK) {
            int count = (int) Math.min(CHUNK, shard.header().tokens() - at);
            shard.read(at, count, ids, 0);
            for (int i = 0; i < count; i++) {
                tokens[ids[i]]++;
            }
        }
        addLengths(shard);
        return this;
    }

    private void addLengths(TokenShardReader shard) throws IOException {
        long[] starts = new long[CHUNK];
        long all = shard.header().documents();
        long begun = 0;
        for (long at = 0; at < all; at += CHUNK) {
            int count = (int) Math.min(CHUNK, all - at);
            shard.documentStarts(at, count, starts);
            for (int i = 0; i < count; i++) {
                if (at + i > 0) {
                    addLength(starts[i] - begun);
                }
                begun = starts[i];
            }
        }
        if (all > 0) {
            addLength(shard.header().tokens() - begun);
        }
    }

    private void addLength(long length) {
        documents++;
        longest = Math.max(longest, length);
        if (length > 0) {
            lengths[Math.min(LENGTHS - 1, Long.SIZE - 1 - Long.numberOfLeadingZeros(length))]++;
        }
    }

    /** Takes in other counts, which stay as they are; gives these. */
    TokenCounts merge(TokenCounts other) {
        for (int id = 0; id < tokens.length; id++) {
            tokens[id] += other.tokens[id];
        }
        for (int i = 0; i < LENGTHS; i++) {
            lengths[i] += other.lengths[i];
        }
        documents += other.documents;
        longest = Math.max(longest, other.longest);
        return this;
    }

    long tokens(int id) {
        return tokens[id];
    }

    int vocabSize() {
        return tokens.length;
    }

    long documents() {
        return documents;
    }

    long longest() {
        return longest;
    }

    long length(int power) {
        return lengths[power];
    }
}
