package org.weft.corpus.clean;

/** Marks that encyclopedias put into their text: {@code [12]}, {@code []}, {@code [edit]}, {@code [citation needed]}. */
final class Citations {
    private static final String[] WORDS = {"edit]", "citation needed]"};

    private Citations() {}

    /** Takes them out of the end of a text from some place on; how many they were. */
    static int remove(StringBuilder text, int from) {
        int at = text.indexOf("[", from);
        if (at < 0) {
            return 0;
        }
        int removed = 0;
        int to = at;
        for (int i = at; i < text.length(); i++) {
            int length = text.charAt(i) == '[' ? length(text, i) : 0;
            if (length > 0) {
                removed++;
                i += length - 1;
            } else {
                text.setCharAt(to++, text.charAt(i));
            }
        }
        text.setLength(to);
        return removed;
    }

    /** Of the mark that begins there; 0 where none does. */
    private static int length(StringBuilder text, int at) {
        int i = at + 1;
        while (i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
            i++;
        }
        if (i < text.length() && text.charAt(i) == ']') {
            return i + 1 - at;
        }
        for (String word : WORDS) {
            int end = at + 1 + word.length();
            if (end <= text.length()
                    && text.charAt(at + 1) == word.charAt(0)
                    && text.substring(at + 1, end).equals(word)) {
                return end - at;
            }
        }
        return 0;
    }
}
