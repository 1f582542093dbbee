package org.weft.corpus.tokenizer.bpe;

/**
 * Where merges can reach from one character into the next: between two characters that no token has side by side nothing is
 * ever merged, and what stands left and right of them is encoded apart. That keeps runs of Han short, which have no blanks.
 *
 * <p>A token may begin or end in the middle of a character. So what is kept are the last bytes of the one, from its first
 * byte on or from where the token begins, with the first bytes of the other, up to its last or to where the token ends.
 * Safe for use by many threads once it is filled.
 */
final class TokenBoundaries {
    private static final int MOST_BYTES = 4; // of a character

    private final LongTable crossed = new LongTable(1 << 12);

    /** Learns of a token that merges make. */
    void add(byte[] token) {
        for (int at = 1; at < token.length; at++) {
            if (!continues(token[at])) {
                int left = start(token, at, 0);
                int right = end(token, at, token.length);
                crossed.put(key(packed(token, left, at), packed(token, at, right)), 1);
            }
        }
    }

    /** Whether a merge may join what is before a place to what is behind it, inside of {@code from} to {@code to}. */
    boolean crossedAt(byte[] text, int at, int from, int to) {
        if (continues(text[at])) {
            return true; // no place between characters
        }
        int start = start(text, at, from);
        int end = end(text, at, to);
        for (int left = at - 1; left >= start; left--) {
            for (int right = at + 1; right <= end; right++) {
                if (crossed.has(key(packed(text, left, at), packed(text, at, right)))) {
                    return true;
                }
            }
        }
        return false;
    }

    static boolean continues(byte b) {
        return (b & 0xC0) == 0x80;
    }

    /** Where the character before a place begins. */
    static int start(byte[] text, int at, int from) {
        int start = at - 1;
        while (start > from && at - start < MOST_BYTES && continues(text[start])) {
            start--;
        }
        return start;
    }

    /** Where the character at a place ends. */
    static int end(byte[] text, int at, int to) {
        int end = at + 1;
        while (end < to && end - at < MOST_BYTES && continues(text[end])) {
            end++;
        }
        return end;
    }

    /** At most four bytes as a number. None of those that follow the first is 0, so that lengths do not matter. */
    static int packed(byte[] text, int from, int to) {
        int packed = 0;
        for (int i = from; i < to; i++) {
            packed = packed << 8 | text[i] & 0xFF;
        }
        return packed;
    }

    /** Positive: a character's first byte is below 0xF8, and where it is none, the sign is all that is lost. */
    private static long key(int left, int right) {
        return ((long) left << 32 | right & 0xFFFFFFFFL) & Long.MAX_VALUE;
    }
}
