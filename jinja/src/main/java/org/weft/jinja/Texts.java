package org.weft.jinja;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Python's way with texts: characters are code points, and white space is what {@code str.isspace} says. */
final class Texts {
    /** Longest part, in characters, that is looked for in the plain way. */
    private static final int SHORT = 64;

    private static final String SPACES =
            "\t\n\u000b\f\r\u001c\u001d\u001e\u001f \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004"
                    + "\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";
    private static final String LINE_ENDS = "\n\r\u000b\f\u001c\u001d\u001e\u0085\u2028\u2029";

    private Texts() {}

    static boolean space(int character) {
        return SPACES.indexOf(character) >= 0;
    }

    static boolean blank(String text) {
        return text.chars().allMatch(Texts::space);
    }

    static String stripEnd(String text) {
        int end = text.length();
        while (end > 0 && space(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }

    /**
     * A text without some characters at its ends.
     *
     * @param of the characters; null for white space
     */
    static String strip(String text, String of, boolean left, boolean right) {
        BitSet some = new BitSet();
        (of == null ? SPACES : of).codePoints().forEach(some::set);
        int start = 0;
        int end = text.length();
        while (left && start < end && some.get(text.codePointAt(start))) {
            start += Character.charCount(text.codePointAt(start));
        }
        while (right && end > start && some.get(text.codePointBefore(end))) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return text.substring(start, end);
    }

    /** The order of two texts by their code points. */
    static int compare(String one, String other) {
        int shorter = Math.min(one.length(), other.length());
        int at = 0;
        while (at < shorter && one.charAt(at) == other.charAt(at)) {
            at++;
        }
        if (at == shorter) {
            return Integer.compare(one.length(), other.length());
        }
        at -= at > 0 && Character.isHighSurrogate(one.charAt(at - 1)) ? 1 : 0;
        return Integer.compare(one.codePointAt(at), other.codePointAt(at));
    }

    /** Where a part is next; in the time of the text's length, however long the part (Knuth, Morris and Pratt's way). */
    static int find(String text, String part, int from) {
        if (part.length() <= SHORT || part.length() > text.length() - from) {
            return text.indexOf(part, from);
        }
        int[] again = new int[part.length()]; // of a part's start, how much of its end is the part's start once more
        for (int at = 1, same = 0; at < again.length; at++) {
            same = follow(part, again, same, part.charAt(at));
            again[at] = same;
        }
        for (int at = from, same = 0; at < text.length(); at++) {
            same = follow(part, again, same, text.charAt(at));
            if (same == part.length()) {
                return at + 1 - same;
            }
        }
        return -1;
    }

    private static int follow(String part, int[] again, int same, char next) {
        int kept = same;
        while (kept > 0 && part.charAt(kept) != next) {
            kept = again[kept - 1];
        }
        return part.charAt(kept) == next ? kept + 1 : kept;
    }

    /** Where a part is last, before an end. */
    static int findLast(String text, String part, int end, Run run) {
        if (part.length() <= SHORT) {
            return text.lastIndexOf(part, end - part.length());
        }
        run.looked(end);
        String before = text.substring(0, Math.max(0, end));
        int last = -1;
        for (int at = find(before, part, 0); at >= 0; at = find(before, part, at + 1)) {
            run.looked(part.length());
            last = at;
        }
        return last;
    }

    static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** Each character as a text. */
    static List<Object> characters(String text) {
        List<Object> characters = new ArrayList<>(text.length());
        text.codePoints().forEach(each -> characters.add(Character.toString(each)));
        return characters;
    }

    /** The first character as a capital, the others small. */
    static String capitalized(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.offsetByCodePoints(0, 1);
        return new StringBuilder()
                .appendCodePoint(Character.toTitleCase(text.codePointAt(0)))
                .append(text.substring(first).toLowerCase(Locale.ROOT))
                .toString();
    }

    /** Each run of letters capitalized. */
    static String titled(String text) {
        StringBuilder titled = new StringBuilder();
        boolean within = false;
        for (int each : text.codePoints().toArray()) {
            titled.appendCodePoint(within ? Character.toLowerCase(each) : Character.toTitleCase(each));
            within = Character.isLetter(each);
        }
        return titled.toString();
    }

    /** The parts between separators; each counts as it is made. */
    static List<Object> split(String text, String separator, long most, boolean fromRight, Run run) {
        List<Object> parts = new ArrayList<>();
        if (fromRight) {
            int end = text.length();
            for (int at = findLast(text, separator, end, run);
                    at >= 0 && (most < 0 || parts.size() < most);
                    at = findLast(text, separator, end, run)) {
                run.made(1);
                parts.add(text.substring(at + separator.length(), end));
                end = at;
            }
            parts.add(text.substring(0, end));
            Collections.reverse(parts);
            return parts;
        }
        int start = 0;
        for (int at = find(text, separator, 0);
                at >= 0 && (most < 0 || parts.size() < most);
                at = find(text, separator, start)) {
            run.made(1);
            parts.add(text.substring(start, at));
            start = at + separator.length();
        }
        parts.add(text.substring(start));
        return parts;
    }

    /** The words between white space; with so many cuts at most, of which the last leaves the rest as it is. */
    static List<Object> words(String text, long most, boolean fromRight) {
        List<int[]> places = new ArrayList<>();
        int start = -1;
        for (int at = 0; at <= text.length(); at++) {
            boolean within = at < text.length() && !space(text.charAt(at));
            if (within && start < 0) {
                start = at;
            } else if (!within && start >= 0) {
                places.add(new int[] {start, at});
                start = -1;
            }
        }
        int words = places.size();
        int whole = most < 0 || most >= words ? words : (int) most;
        List<Object> parts = new ArrayList<>();
        if (whole < words && fromRight) {
            parts.add(text.substring(0, places.get(words - whole - 1)[1]));
        }
        for (int[] place : fromRight ? places.subList(words - whole, words) : places.subList(0, whole)) {
            parts.add(text.substring(place[0], place[1]));
        }
        if (whole < words && !fromRight) {
            parts.add(text.substring(places.get(whole)[0]));
        }
        return parts;
    }

    static List<Object> lines(String text, boolean keepEnds) {
        List<Object> lines = new ArrayList<>();
        int start = 0;
        for (int at = 0; at < text.length(); at++) {
            if (LINE_ENDS.indexOf(text.charAt(at)) >= 0) {
                int next = at + (text.startsWith("\r\n", at) ? 2 : 1);
                lines.add(text.substring(start, keepEnds ? next : at));
                start = next;
                at = next - 1;
            }
        }
        if (start < text.length()) {
            lines.add(text.substring(start));
        }
        return lines;
    }
}
