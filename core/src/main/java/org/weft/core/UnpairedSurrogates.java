package org.weft.core;

/**
 * Halves of surrogate pairs, which no encoding of Unicode can write. JSON may spell them, {@code "\ud83d"}, and texts that
 * something cut in the middle of a character have them. They become U+FFFD, as decoders write what they cannot read.
 */
public final class UnpairedSurrogates {
    private static final char REPLACEMENT = '\uFFFD';

    private UnpairedSurrogates() {}

    /** Index of the first; -1 where there is none. */
    public static int first(CharSequence text) {
        return next(text, 0);
    }

    private static int next(CharSequence text, int from) {
        for (int i = from; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                boolean pair = i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
                if (!pair) {
                    return i;
                }
                i++;
            }
        }
        return -1;
    }

    /** How many a text has. */
    public static int count(CharSequence text) {
        int count = 0;
        for (int at = first(text); at >= 0; at = next(text, at + 1)) {
            count++;
        }
        return count;
    }

    /** The text with U+FFFD in the place of each; the same object where it has none. */
    public static String replaced(String text) {
        int at = first(text);
        if (at < 0) {
            return text;
        }
        StringBuilder well = new StringBuilder(text);
        for (; at >= 0; at = next(text, at + 1)) {
            well.setCharAt(at, REPLACEMENT);
        }
        return well.toString();
    }
}
