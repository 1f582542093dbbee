package org.weft.corpus.tokenizer.bpe;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Where merges can reach from one character into the next: between two characters that no token has side by side nothing is
 * ever merged, and what stands left and right of them is encoded apart. That keeps runs of Han short, which have no blanks.
 *
 * <p>A token may begin or end in the middle of a character. So what is kept are the last bytes of the one, from its first
 * byte on or from where the token begins, with the first bytes of the other, up to its last or to where the token ends.
 * Safe for use by many threads.
 */
final class TokenBoundaries {
    private static final int MOST_BYTES = 4; // of a character
    private static final int SETTLED = 0x10000; // characters of which masks are kept
    private static final int ANY = 0xF;

    private final LongTable crossed = new LongTable(1 << 12);
    private final LongTable lefts = new LongTable(1 << 12); // last bytes of a character that stand left of a boundary
    private final LongTable rights = new LongTable(1 << 12); // first bytes that stand right of one
    private final byte[] leftMasks = new byte[SETTLED]; // bit n: its last n + 1 bytes are among the lefts
    private final byte[] rightMasks = new byte[SETTLED];

    /**
     * Learns of the tokens that merges make.
     *
     * @param tokens their bytes
     */
    TokenBoundaries(List<byte[]> tokens) {
        for (byte[] token : tokens) {
            for (int at = 1; at < token.length; at++) {
                if (!continues(token[at])) {
                    int left = packed(token, start(token, at, 0), at);
                    int right = packed(token, at, end(token, at, token.length));
                    crossed.put(key(left, right), 1);
                    lefts.put(key(0, left), 1);
                    rights.put(key(0, right), 1);
                }
            }
        }
        for (int point = 0; point < SETTLED; point++) {
            byte[] character = Character.toString(point).getBytes(StandardCharsets.UTF_8);
            int length = character.length;
            for (int bytes = 1; bytes <= length; bytes++) {
                int bit = 1 << bytes - 1;
                leftMasks[point] |= lefts.has(key(0, packed(character, length - bytes, length))) ? bit : 0;
                rightMasks[point] |= rights.has(key(0, packed(character, 0, bytes))) ? bit : 0;
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
        int leftMask = mask(leftMasks, text, start, at);
        int rightMask = mask(rightMasks, text, at, end);
        if (leftMask == 0 || rightMask == 0) {
            return false;
        }
        for (int left = at - 1; left >= start; left--) {
            for (int right = at + 1; (leftMask >>> at - 1 - left & 1) != 0 && right <= end; right++) {
                if ((rightMask >>> right - at - 1 & 1) != 0
                        && crossed.has(key(packed(text, left, at), packed(text, at, right)))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static int mask(byte[] masks, byte[] text, int from, int to) {
        int lead = text[from] & 0xFF;
        return switch (to - from) {
            case 1 -> lead < 0x80 ? masks[lead] : ANY;
            case 2 -> lead < 0xC0 || lead >= 0xE0 ? ANY : masks[(lead & 0x1F) << 6 | text[from + 1] & 0x3F];
            case 3 ->
                (lead & 0xF0) != 0xE0
                        ? ANY
                        : masks[(lead & 0xF) << 12 | (text[from + 1] & 0x3F) << 6 | text[from + 2] & 0x3F];
            default -> ANY;
        };
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
