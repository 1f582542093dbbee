package org.weft.corpus.tokenizer.bpe;

import static org.weft.corpus.tokenizer.bpe.CharacterClasses.CASELESS;
import static org.weft.corpus.tokenizer.bpe.CharacterClasses.LOWER;
import static org.weft.corpus.tokenizer.bpe.CharacterClasses.MARK;
import static org.weft.corpus.tokenizer.bpe.CharacterClasses.NEWLINE;
import static org.weft.corpus.tokenizer.bpe.CharacterClasses.NUMBER;
import static org.weft.corpus.tokenizer.bpe.CharacterClasses.OTHER;
import static org.weft.corpus.tokenizer.bpe.CharacterClasses.SPACE;
import static org.weft.corpus.tokenizer.bpe.CharacterClasses.UPPER;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Cuts text into the pieces that merges do not cross. Each kind does by hand what its regular expression says: one look at
 * each character, eight Latin letters at a time. Bytes that are no UTF-8 are characters of one byte that are nothing.
 * Safe for use by many threads.
 */
abstract class PreTokenizer {
    static final int LETTERS = 1 << UPPER | 1 << LOWER | 1 << CASELESS;
    static final int NUMBERS = 1 << NUMBER;
    static final int SPACES = 1 << SPACE | 1 << NEWLINE;
    static final int OTHERS = 1 << OTHER | 1 << MARK; // [^\s\p{L}\p{N}]

    /** Of {@link #at}: the class below, the character's bytes above. */
    static final int CLASS = 0xF;

    static final int LENGTH = 4;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long TOPS = 0x8080808080808080L;
    private static final long CASE = 0x20 * ONES;
    private static final long FROM_A = (0x80 - 'a') * ONES;
    private static final long BEHIND_Z = (0x80 - 'z' - 1) * ONES;

    private final CharacterClasses classes = CharacterClasses.TABLE;
    private final byte[] ascii = new byte[0x80];

    PreTokenizer() {
        for (int b = 0; b < ascii.length; b++) {
            ascii[b] = (byte) (1 << LENGTH | classes.of(b));
        }
    }

    /** Where the piece that begins at {@code from} ends; {@code from < to}, and the result is greater than {@code from}. */
    abstract int end(byte[] text, int from, int to);

    /**
     * Cuts as many pieces as there is room for.
     *
     * @param ends filled with where each piece ends, one after the other
     * @return how many
     */
    final int cut(byte[] text, int from, int to, int[] ends) {
        int count = 0;
        int at = from;
        while (at < to && count < ends.length) {
            at = end(text, at, to);
            ends[count++] = at;
        }
        return count;
    }

    /** A character's class, and its length in bytes {@code << LENGTH}. */
    final int at(byte[] text, int at, int to) {
        int b = text[at];
        return b >= 0 ? ascii[b] : beyondAscii(text, at, to);
    }

    private int beyondAscii(byte[] text, int at, int to) {
        int lead = text[at] & 0xFF;
        if (lead >= 0xF0) {
            if (at + 4 <= to) {
                int point = (lead & 0x7) << 18 | (text[at + 1] & 0x3F) << 12 | (text[at + 2] & 0x3F) << 6;
                return 4 << LENGTH | classes.of(point | text[at + 3] & 0x3F);
            }
        } else if (lead >= 0xE0) {
            if (at + 3 <= to) {
                int point = (lead & 0xF) << 12 | (text[at + 1] & 0x3F) << 6 | text[at + 2] & 0x3F;
                return 3 << LENGTH | classes.of(point);
            }
        } else if (lead >= 0xC0 && at + 2 <= to) {
            return 2 << LENGTH | classes.of((lead & 0x1F) << 6 | text[at + 1] & 0x3F);
        }
        return 1 << LENGTH | OTHER;
    }

    static boolean isIn(int set, int character) {
        return (set >>> (character & CLASS) & 1) != 0;
    }

    /** Behind the characters of a set of classes that stand at a place. */
    final int run(byte[] text, int from, int to, int set) {
        int at = from;
        while (at < to) {
            int character = at(text, at, to);
            if (!isIn(set, character)) {
                break;
            }
            at += character >>> LENGTH;
        }
        return at;
    }

    /** Behind the numbers that stand at a place; one stands before it, and at most {@code most} are one piece. */
    final int numbers(byte[] text, int from, int to, int most) {
        int at = from;
        for (int count = 1; count < most && at < to; count++) {
            int character = at(text, at, to);
            if (!isIn(NUMBERS, character)) {
                break;
            }
            at += character >>> LENGTH;
        }
        return at;
    }

    /** As {@link #run} of letters. */
    final int letters(byte[] text, int from, int to) {
        int at = from;
        while (at + Long.BYTES <= to) {
            long eight = (long) LONGS.get(text, at);
            long strangers = strangers(eight | CASE, eight);
            if (strangers != 0) {
                at += Long.numberOfTrailingZeros(strangers) >>> 3;
                return text[at] >= 0 ? at : run(text, at, to, LETTERS);
            }
            at += Long.BYTES;
        }
        return run(text, at, to, LETTERS);
    }

    /** Behind the Latin letters in lower case, ASCII's alone, that stand at a place; others may follow. */
    static int asciiLowers(byte[] text, int from, int to) {
        int at = from;
        while (at + Long.BYTES <= to) {
            long eight = (long) LONGS.get(text, at);
            long strangers = strangers(eight, eight);
            if (strangers != 0) {
                return at + (Long.numberOfTrailingZeros(strangers) >>> 3);
            }
            at += Long.BYTES;
        }
        return at;
    }

    /** The top bit of each byte that is not from a to z; those of {@code eight} have theirs unset. */
    private static long strangers(long folded, long eight) {
        long low = folded & ~TOPS;
        return ~((low + FROM_A) & ~(low + BEHIND_Z) & ~eight) & TOPS;
    }

    /**
     * White space, of which the last character is left to the word behind it: {@code \s+(?!\S)|\s+}.
     *
     * @param newlines whether it ends behind its last newline, where it has one: {@code \s*[\r\n]+} before that
     */
    final int whitespace(byte[] text, int from, int to, boolean newlines) {
        int at = from;
        int last = from;
        int newline = -1;
        while (at < to) {
            int character = at(text, at, to);
            if (!isIn(SPACES, character)) {
                break;
            }
            last = at;
            at += character >>> LENGTH;
            newline = (character & CLASS) == NEWLINE ? at : newline;
        }
        if (newlines && newline >= 0) {
            return newline;
        }
        return at == to || last == from ? at : last;
    }

    /**
     * Behind {@code s|t|re|ve|m|ll|d}, or {@code at} where none of them stands there.
     *
     * @param caseless whether capitals count, and with them U+017F, which is an s in an old print
     */
    static int contraction(byte[] text, int at, int to, boolean caseless) {
        if (at >= to) {
            return at;
        }
        int fold = caseless ? 0x20 : 0;
        int first = text[at] | fold;
        if (first == 's' || first == 't' || first == 'm' || first == 'd') {
            return at + 1;
        }
        if (at + 1 < to) {
            int second = text[at + 1] | fold;
            if ((first == 'r' || first == 'v') && second == 'e' || first == 'l' && second == 'l') {
                return at + 2;
            }
            if (caseless && text[at] == (byte) 0xC5 && text[at + 1] == (byte) 0xBF) {
                return at + 2;
            }
        }
        return at;
    }
}
