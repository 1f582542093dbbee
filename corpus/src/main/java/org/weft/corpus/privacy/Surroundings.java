package org.weft.corpus.privacy;

import java.util.List;
import java.util.Locale;

/** What stands around a place in a text. */
final class Surroundings {
    private Surroundings() {}

    static char before(CharSequence text, int at) {
        return at > 0 ? text.charAt(at - 1) : ' ';
    }

    static char after(CharSequence text, int end) {
        return end < text.length() ? text.charAt(end) : ' ';
    }

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** A letter or digit of ASCII. */
    static boolean isAlphanumeric(char c) {
        return isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }

    /** A letter of a script with capitals; Han beside a number is no part of it. */
    static boolean isLetter(char c) {
        return c < 0x80
                ? c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
                : Character.isLowerCase(c) || Character.isUpperCase(c);
    }

    /**
     * As {@link #precededBy}, for whole words alone.
     *
     * @param directly whether neither letter nor digit may stand between
     */
    static boolean precededByWord(List<String> words, String text, int at, int reach, boolean directly) {
        int from = Math.max(0, at - reach);
        String window = text.substring(from, at).toLowerCase(Locale.ROOT);
        for (String word : words) {
            for (int i = window.lastIndexOf(word); i >= 0; i = window.lastIndexOf(word, i - 1)) {
                int end = i + word.length();
                boolean begins = !isLetter(window.charAt(i)) || !isLetter(before(text, from + i));
                boolean ends =
                        end == window.length() || !isLetter(window.charAt(end)) || !isLetter(window.charAt(end - 1));
                if (begins && ends && !(directly && hasAlphanumeric(window, end))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean hasAlphanumeric(String text, int from) {
        return text.chars().skip(from).anyMatch(Character::isLetterOrDigit);
    }

    /**
     * Whether one of some words, in lower case, stands among the characters before a place, as a word or the end of one.
     *
     * @param reach how many characters are looked at
     */
    static boolean precededBy(List<String> words, String text, int at, int reach) {
        String window = text.substring(Math.max(0, at - reach), at).toLowerCase(Locale.ROOT);
        for (String word : words) {
            int found = window.lastIndexOf(word);
            if (found >= 0) {
                int end = found + word.length();
                if (end == window.length() || !isLetter(window.charAt(end)) || !isLetter(window.charAt(end - 1))) {
                    return true;
                }
            }
        }
        return false;
    }
}
