package org.weft.jinja;

import java.util.Map;

/** Python's escapes in string literals. */
final class Escapes {
    private static final Map<Character, Character> SHORT = Map.of(
            'n', '\n', 't', '\t', 'r', '\r', '\\', '\\', '\'', '\'', '"', '"', 'a', '\u0007', 'b', '\b', 'f', '\f', 'v',
            '\u000b');
    private static final Map<Character, Integer> DIGITS = Map.of('x', 2, 'u', 4, 'U', 8);
    private static final int OCTAL = 8;
    private static final int HEX = 16;

    private Escapes() {}

    /** What a literal says, given without its quotes. An escape that there is not stays as it is. */
    static String read(String literal, int line) {
        if (literal.indexOf('\\') < 0) {
            return literal;
        }
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < literal.length()) {
            char each = literal.charAt(at++);
            if (each != '\\' || at == literal.length()) {
                text.append(each);
                continue;
            }
            char escaped = literal.charAt(at++);
            if (SHORT.containsKey(escaped)) {
                text.append(SHORT.get(escaped));
            } else if (DIGITS.containsKey(escaped)) {
                int digits = DIGITS.get(escaped);
                text.appendCodePoint(code(literal, at, Math.min(literal.length(), at + digits), HEX, digits, line));
                at += digits;
            } else if (escaped >= '0' && escaped <= '7') {
                int end = at;
                while (end < literal.length()
                        && end < at + 2
                        && literal.charAt(end) >= '0'
                        && literal.charAt(end) <= '7') {
                    end++;
                }
                text.appendCodePoint(code(literal, at - 1, end, OCTAL, end - at + 1, line));
                at = end;
            } else if (escaped != '\n') { // which joins two lines
                text.append('\\').append(escaped);
            }
        }
        return text.toString();
    }

    private static int code(String literal, int start, int end, int radix, int digits, int line) {
        try {
            int code = Integer.parseInt(literal.substring(start, end), radix);
            if (end - start == digits && Character.isValidCodePoint(code)) {
                return code;
            }
        } catch (NumberFormatException noNumber) {
            // Falls through to the one error.
        }
        throw JinjaException.syntax("a string has a broken escape: \\" + literal.substring(start - 1, end), line);
    }
}
