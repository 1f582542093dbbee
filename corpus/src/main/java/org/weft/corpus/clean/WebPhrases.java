package org.weft.corpus.clean;

/** What a line of a web page says that is no content, found in one look, whatever the case of its letters. */
final class WebPhrases {
    static final int LOREM_IPSUM = 1;
    static final int JAVASCRIPT = 2;
    static final int CURLY_BRACKET = 4;
    static final int POLICY = 8;

    private WebPhrases() {}

    /** Which of them stand between two places, as bits. */
    static int in(char[] chars, int from, int to) {
        int found = 0;
        for (int i = from; i < to; i++) {
            switch (chars[i]) {
                case '{' -> found |= CURLY_BRACKET;
                case 'l', 'L' -> found |= is("lorem ipsum", chars, i, to) ? LOREM_IPSUM : 0;
                case 'j', 'J' -> found |= is("javascript", chars, i, to) ? JAVASCRIPT : 0;
                case 't', 'T' -> found |= is("terms of use", chars, i, to) ? POLICY : 0;
                case 'p', 'P' -> found |= is("privacy policy", chars, i, to) ? POLICY : 0;
                case 'c', 'C' -> found |= is("cookie policy", chars, i, to) ? POLICY : 0;
                case 'u', 'U' -> found |= ofCookies(chars, i, to) ? POLICY : 0;
                default -> {}
            }
        }
        return found;
    }

    private static boolean ofCookies(char[] chars, int at, int to) {
        return is("uses cookies", chars, at, to)
                || is("use of cookies", chars, at, to)
                || is("use cookies", chars, at, to);
    }

    /** Whether a phrase of ASCII in lower case stands there. */
    private static boolean is(String phrase, char[] chars, int at, int to) {
        if (to - at < phrase.length()) {
            return false;
        }
        for (int i = 1; i < phrase.length(); i++) {
            char c = chars[at + i];
            if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != phrase.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
