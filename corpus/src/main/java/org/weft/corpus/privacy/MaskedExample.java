package org.weft.corpus.privacy;

/** An example of what was found that shows its form and what stands around, and nothing of itself. */
final class MaskedExample {
    private static final int AROUND = 30;
    private static final int LONGEST_FORM = 40;

    private MaskedExample() {}

    /**
     * @param scrubbed a text without anything personal
     * @param place where in it the placeholder of this one stands
     * @param value what stood there
     */
    static String of(CharSequence scrubbed, int place, String value) {
        int from = Math.max(0, place - AROUND);
        int end = place;
        while (scrubbed.charAt(end) != '>') {
            end++;
        }
        end++;
        int to = Math.min(scrubbed.length(), end + AROUND);
        return clean(scrubbed.subSequence(from, end)) + "[" + form(value) + "]" + clean(scrubbed.subSequence(end, to));
    }

    /** Letters as x, digits as 9. */
    private static String form(String value) {
        StringBuilder form = new StringBuilder();
        for (int i = 0; i < Math.min(value.length(), LONGEST_FORM); i++) {
            char c = value.charAt(i);
            form.append(Character.isDigit(c) ? '9' : Character.isLetter(c) ? 'x' : c == '\n' ? ' ' : c);
        }
        return form.append(value.length() > LONGEST_FORM ? "…" : "").toString();
    }

    /** Without half a character at the ends. */
    private static String clean(CharSequence text) {
        int from = text.length() > 0 && Character.isLowSurrogate(text.charAt(0)) ? 1 : 0;
        int to = text.length() > 0 && Character.isHighSurrogate(text.charAt(text.length() - 1))
                ? text.length() - 1
                : text.length();
        return text.subSequence(from, Math.max(from, to)).toString().replace('\n', ' ');
    }
}
