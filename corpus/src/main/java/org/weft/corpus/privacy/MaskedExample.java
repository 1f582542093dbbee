package org.weft.corpus.privacy;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Examples of what was found that show its form and what stands around, and nothing of itself; of what stands around nothing
 * personal either, whatever kinds were asked for. For one thread.
 */
final class MaskedExample {
    private static final int AROUND = 30;
    private static final int LONGEST_FORM = 40;

    /** Further than is shown: what would be cut in two is known by its whole. */
    private static final int LOOKED_AT = 300;

    /** Between what stands before, the placeholder with the form, and what follows. */
    private static final char MARK = 1;

    private final List<String> regions;
    private UnaryOperator<String> scrub; // made where the first is shown

    /** @param regions as {@code phone_regions} names them */
    MaskedExample(List<String> regions) {
        this.regions = regions;
    }

    /**
     * What {@link #shown} is made of.
     *
     * @param scrubbed a text without what was found
     * @param place where in it the placeholder of this one stands
     * @param value what stood there
     */
    static String around(CharSequence scrubbed, int place, String value) {
        int end = place;
        while (scrubbed.charAt(end) != '>') {
            end++;
        }
        end++;
        return clean(scrubbed.subSequence(Math.max(0, place - LOOKED_AT), place))
                + MARK
                + scrubbed.subSequence(place, end)
                + "["
                + form(value)
                + "]"
                + MARK
                + clean(scrubbed.subSequence(end, Math.min(scrubbed.length(), end + LOOKED_AT)));
    }

    /** The example as it is shown. */
    String shown(String around) {
        if (scrub == null) {
            scrub = Scrubber.ofExamples(regions).texts();
        }
        int found = around.indexOf(MARK);
        int after = around.indexOf(MARK, found + 1);
        String left = scrub.apply(around.substring(0, found));
        String right = scrub.apply(around.substring(after + 1));
        return clean(left.substring(Math.max(0, left.length() - AROUND)))
                + around.substring(found + 1, after)
                + clean(right.substring(0, Math.min(AROUND, right.length())));
    }

    /** Letters as x, digits as 9. */
    private static String form(String value) {
        StringBuilder form = new StringBuilder();
        for (int i = 0; i < Math.min(value.length(), LONGEST_FORM); i++) {
            char c = value.charAt(i);
            form.append(Character.isDigit(c) ? '9' : Character.isLetter(c) ? 'x' : c < ' ' ? ' ' : c);
        }
        return form.append(value.length() > LONGEST_FORM ? "…" : "").toString();
    }

    /** In one line, and without half a character at the ends. */
    private static String clean(CharSequence text) {
        int from = text.length() > 0 && Character.isLowSurrogate(text.charAt(0)) ? 1 : 0;
        int to = text.length() > 0 && Character.isHighSurrogate(text.charAt(text.length() - 1))
                ? text.length() - 1
                : text.length();
        return text.subSequence(from, Math.max(from, to))
                .toString()
                .replace('\n', ' ')
                .replace(MARK, ' ');
    }
}
