package org.weft.core;

/**
 * White space as Python's {@code str.isspace} knows it, and texts without it at their ends. Looked for from the ends: a regular
 * expression that ends in {@code $} tries every blank of a run within the text, which is quadratic. Pure functions.
 */
public final class Blanks {
    private Blanks() {}

    /** Whether a character is one; all are of the basic plane. */
    public static boolean isBlank(char character) {
        return character >= '\t' && character <= '\r'
                || character >= '\u001c' && character <= ' '
                || character == '\u0085'
                || Character.isSpaceChar(character);
    }

    /** {@code text.strip()}. */
    public static String stripped(String text) {
        int start = 0;
        while (start < text.length() && isBlank(text.charAt(start))) {
            start++;
        }
        return strippedEnd(text.substring(start));
    }

    /** {@code text.rstrip()}. */
    public static String strippedEnd(String text) {
        int end = text.length();
        while (end > 0 && isBlank(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }
}
