package org.weft.corpus.privacy;

/**
 * Digits in a row, and further ones after one separator each: {@code 4111-1111-1111-1111}, {@code 192.0.2.1}. Used again
 * from place to place; for one thread.
 */
final class DigitGroups {
    static final int MOST = 8;
    private static final int MOST_DIGITS = 24;

    final int[] starts = new int[MOST];
    final int[] ends = new int[MOST];
    int count;

    /** Reads the groups from a digit on. */
    void read(CharSequence text, int from) {
        count = 0;
        int digits = 0;
        int i = from;
        while (count < MOST && i < text.length() && Surroundings.isDigit(text.charAt(i))) {
            starts[count] = i;
            while (i < text.length() && Surroundings.isDigit(text.charAt(i))) {
                i++;
                digits++;
            }
            ends[count] = i;
            if (digits > MOST_DIGITS && count > 0) {
                return;
            }
            count++;
            if (i + 1 >= text.length() || !isSeparator(text.charAt(i))) {
                return;
            }
            i++;
        }
    }

    private static boolean isSeparator(char c) {
        return c == ' ' || c == '-' || c == '.' || c == '\u00A0' || c == '\u2011' || c == '\u2013';
    }

    int length(int group) {
        return ends[group] - starts[group];
    }

    /** Whether the first groups have such a separator between them. */
    boolean separated(CharSequence text, int groups, char separator) {
        for (int i = 0; i + 1 < groups; i++) {
            if (text.charAt(ends[i]) != separator) {
                return false;
            }
        }
        return groups <= count;
    }

    /** The digits of the first groups. */
    String digits(CharSequence text, int groups) {
        StringBuilder digits = new StringBuilder();
        for (int i = 0; i < groups; i++) {
            digits.append(text, starts[i], ends[i]);
        }
        return digits.toString();
    }
}
