package org.weft.corpus.tokenizer.bpe;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.BitSet;

/**
 * Unicode's normalization form C, which Qwen's tokenizers ask for, as Hugging Face's library has it. Nearly all text has it:
 * where no character moves or changes (UAX #15, section 9: quick check), nobody has to look further. The library knows an old
 * Unicode, and what was assigned since is to it a character like any other; so the JDK, which knows more, is only asked about
 * characters that the table names, and the one before them. On those all versions agree.
 */
final class CanonicalForm {
    private static final String RESOURCE = "canonical-form.txt";

    /** What combines with a character before it, is put into order among such, or is written otherwise. */
    private static final BitSet MOVES = read("moves");

    /** What may become one character with those behind it. */
    private static final BitSet BASES = read("base");

    private CanonicalForm() {}

    private static BitSet read(String name) {
        BitSet points = new BitSet();
        CodePointRanges.read(RESOURCE, (first, last, of) -> {
            if (of.equals(name)) {
                points.set(first, last + 1);
            }
        });
        return points;
    }

    /** Whether a text is known to be in that form. */
    static boolean isGiven(byte[] text, int from, int to) {
        for (int at = from; at < to; at++) {
            int lead = text[at] & 0xFF;
            if (lead >= 0xCC && moves(text, at, to)) { // U+0300 and on
                return false;
            }
        }
        return true;
    }

    private static boolean moves(byte[] text, int at, int to) {
        int lead = text[at] & 0xFF;
        int length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
        if (at + length > to) {
            return false;
        }
        int point = lead & 0xFF >>> length + 1;
        for (int i = 1; i < length; i++) {
            point = point << 6 | text[at + i] & 0x3F;
        }
        return MOVES.get(point);
    }

    /** The text in that form. */
    static byte[] of(byte[] text, int from, int to) {
        int[] points = new String(text, from, to - from, StandardCharsets.UTF_8)
                .codePoints()
                .toArray();
        StringBuilder formed = new StringBuilder(to - from);
        for (int at = 0; at < points.length; ) {
            int end = BASES.get(points[at]) ? at + 1 : at;
            while (end < points.length && MOVES.get(points[end])) {
                end++;
            }
            if (end <= at + 1 && !MOVES.get(points[at])) {
                formed.appendCodePoint(points[at++]);
            } else {
                formed.append(Normalizer.normalize(new String(points, at, end - at), Normalizer.Form.NFC));
                at = end;
            }
        }
        return formed.toString().getBytes(StandardCharsets.UTF_8);
    }
}
