package org.weft.core;

/**
 * Halves of UTF-16's pairs that stand alone. JSON can spell them ({@code "\ud83d"}), text cannot hold them: no encoding has
 * bytes for them, and native code makes of them what it likes.
 */
public final class UnpairedSurrogates {
    private UnpairedSurrogates() {}

    /** Index of the first; -1 where there is none. */
    public static int first(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            char each = text.charAt(i);
            if (!Character.isSurrogate(each)) {
                continue;
            }
            boolean pair = Character.isHighSurrogate(each)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (!pair) {
                return i;
            }
            i++;
        }
        return -1;
    }
}
