package org.weft.jinja;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/** Python's {@code strftime}, in English. */
final class Dates {
    private static final Map<Character, String> PATTERNS = Map.ofEntries(
            Map.entry('Y', "uuuu"),
            Map.entry('y', "uu"),
            Map.entry('m', "MM"),
            Map.entry('d', "dd"),
            Map.entry('b', "MMM"),
            Map.entry('B', "MMMM"),
            Map.entry('a', "EEE"),
            Map.entry('A', "EEEE"),
            Map.entry('H', "HH"),
            Map.entry('I', "hh"),
            Map.entry('M', "mm"),
            Map.entry('S', "ss"),
            Map.entry('p', "a"),
            Map.entry('j', "DDD"),
            Map.entry('f', "SSSSSS"),
            Map.entry('F', "uuuu-MM-dd"),
            Map.entry('T', "HH:mm:ss"),
            Map.entry('D', "MM/dd/uu"),
            Map.entry('R', "HH:mm"));

    private Dates() {}

    static String text(LocalDateTime time, String format, Run run) {
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < format.length(); at++) {
            char each = format.charAt(at);
            boolean place = each == '%' && at + 1 < format.length();
            if (!place) {
                text.append(each);
                continue;
            }
            boolean bare = format.charAt(at + 1) == '-' && at + 2 < format.length();
            at += bare ? 2 : 1;
            char what = format.charAt(at);
            if (what == '%') {
                text.append('%');
            } else if (PATTERNS.containsKey(what)) {
                run.fraction();
                String part = DateTimeFormatter.ofPattern(PATTERNS.get(what), Locale.US)
                        .format(time);
                text.append(bare ? part.replaceFirst("^0+(?=\\d)", "") : part);
            } else {
                throw JinjaException.value("strftime_now has %" + what + ", which is not known here");
            }
        }
        return text.toString();
    }
}
