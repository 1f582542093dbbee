package org.weft.corpus.tokenizer.bpe;

import java.util.Arrays;

/** Tokens by their bytes, for tokenizers in which a pre-token that is a token needs no merges. Safe for use by many threads. */
final class WholeWords {
    static final int NONE = -1;

    private final LongTable places = new LongTable(1 << 12); // by hash: index into words
    private byte[][] words = new byte[1 << 12][];
    private int[] ids = new int[1 << 12];
    private int size;
    private int longest;

    /** @return whether there was room: of two words that cannot be told apart by their hashes the second has none */
    boolean add(byte[] word, int id) {
        long hash = hash(word, 0, word.length);
        if (places.has(hash)) {
            return false;
        }
        if (size == words.length) {
            words = Arrays.copyOf(words, 2 * size);
            ids = Arrays.copyOf(ids, 2 * size);
        }
        places.put(hash, size);
        words[size] = word;
        ids[size++] = id;
        longest = Math.max(longest, word.length);
        return true;
    }

    /** {@link #NONE} where the bytes are no token. */
    int id(byte[] text, int from, int to) {
        if (to - from > longest) {
            return NONE;
        }
        long place = places.get(hash(text, from, to));
        if (place == LongTable.NONE) {
            return NONE;
        }
        byte[] word = words[(int) place];
        return Arrays.equals(word, 0, word.length, text, from, to) ? ids[(int) place] : NONE;
    }

    private static long hash(byte[] text, int from, int to) {
        long hash = to - from;
        for (int i = from; i < to; i++) {
            hash = (hash ^ text[i] & 0xFF) * 0x100000001B3L;
            hash ^= hash >>> 29;
        }
        return hash & Long.MAX_VALUE;
    }
}
