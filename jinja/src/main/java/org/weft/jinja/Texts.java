package org.weft.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Python's way with texts: characters are code points, and white space is what {@code str.isspace} says. */
final class Texts {
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
        int start = 0;
        int end = text.length();
        while (left
                && start < end
                && (of == null ? space(text.charAt(start)) : of.indexOf(text.codePointAt(start)) >= 0)) {
            start += Character.charCount(text.codePointAt(start));
        }
        while (right
                && end > start
                && (of == null ? space(text.charAt(end - 1)) : of.indexOf(text.codePointBefore(end)) >= 0)) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return text.substring(start, end);
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

    /** The parts between separators. */
    static List<Object> split(String text, String separator, long most, boolean fromRight) {
        List<Object> parts = new ArrayList<>();
        if (fromRight) {
            int end = text.length();
            for (int at = text.lastIndexOf(separator);
                    at >= 0 && (most < 0 || parts.size() < most);
                    at = end - separator.length() < 0 ? -1 : text.lastIndexOf(separator, end - separator.length())) {
                parts.add(0, text.substring(at + separator.length(), end));
                end = at;
            }
            parts.add(0, text.substring(0, end));
            return parts;
        }
        int start = 0;
        for (int at = text.indexOf(separator);
                at >= 0 && (most < 0 || parts.size() < most);
                at = text.indexOf(separator, start)) {
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
