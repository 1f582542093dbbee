package org.weft.core;

/**
 * Halves of surrogate pairs, which no encoding of Unicode can write. JSON may spell them, {@code "\ud83d"}, and texts that
 * something cut in the middle of a character have them. They become U+FFFD, as decoders write what they cannot read.
 */
public final class UnpairedSurrogates {
    private static final char REPLACEMENT = '\uFFFD';

    private UnpairedSurrogates() {}

    /** How many a text has. */
    public static int count(String text) {
        int count = 0;
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (pairAt(text, i)) {
                    i++;
                } else {
                    count++;
                }
            }
        }
        return count;
    }

    /** The text with U+FFFD in the place of each; the same object where it has none. */
    public static String replaced(String text) {
        if (count(text) == 0) {
            return text;
        }
        StringBuilder well = new StringBuilder(text);
        for (int i = 0; i < text.length(); i++) {
            if (pairAt(text, i)) {
                i++;
            } else if (Character.isSurrogate(text.charAt(i))) {
                well.setCharAt(i, REPLACEMENT);
            }
        }
        return well.toString();
    }

    private static boolean pairAt(String text, int i) {
        return i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
    }
}
