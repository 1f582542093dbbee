package org.weft.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's {@code '%s: %.2f' % (a, b)} and {@code '{}: {}'.format(a, b)}. */
final class PrintfText {
    private static final Pattern PLACE =
            Pattern.compile("%(?:\\((\\w+)\\))?([-+ 0]*)(\\d{0,5})(?:\\.(\\d{1,3}))?([a-zA-Z%])");
    private static final Pattern BRACES = Pattern.compile("\\{\\{|\\}\\}|\\{(\\w*)\\}|[{}]");
    private static final int MOST_DIGITS = 6;

    private PrintfText() {}

    /** @param given one value, a tuple of several, or a map for {@code %(name)s} */
    static String of(String format, Object given, Run run) {
        List<?> values = given instanceof Tuple tuple ? tuple : Collections.singletonList(given);
        StringBuilder text = new StringBuilder();
        Matcher place = PLACE.matcher(format);
        int at = 0;
        int used = 0;
        while (place.find()) {
            text.append(format, at, place.start());
            at = place.end();
            if (place.group(5).equals("%")) {
                text.append('%');
                continue;
            }
            Object value;
            if (place.group(1) != null) {
                value = Values.map(given, "the format").get(place.group(1));
            } else if (used < values.size()) {
                value = values.get(used++);
            } else {
                throw JinjaException.value("the format wants more than " + values.size() + " values");
            }
            text.append(run.text(padded(converted(place, value, run), place.group(2), place.group(3))));
            run.bounded(text.length());
        }
        if (used < values.size() && !(given instanceof Map)) {
            throw JinjaException.value("the format wants fewer than " + values.size() + " values");
        }
        return run.text(text.append(format.substring(at)).toString());
    }

    private static String converted(Matcher place, Object value, Run run) {
        int digits = place.group(4) == null ? -1 : Integer.parseInt(place.group(4));
        String kind = place.group(5);
        if (kind.equals("s") || kind.equals("r")) {
            String text = kind.equals("s") ? Values.text(value, run) : PythonText.of(value, run);
            return digits >= 0 && digits < Texts.length(text)
                    ? text.substring(0, text.offsetByCodePoints(0, digits))
                    : text;
        }
        if (!Numbers.number(value)) {
            throw JinjaException.value("%" + kind + " needs a number, not '" + Values.kind(value) + "'");
        }
        boolean plus = place.group(2).contains("+") && Numbers.fraction(value) >= 0;
        String number =
                switch (kind) {
                    case "d", "i" ->
                        value instanceof Double fraction
                                ? Long.toString(fraction.longValue())
                                : Long.toString(Numbers.integer(value, "%d"));
                    case "f" ->
                        new BigDecimal(Numbers.fraction(value))
                                .setScale(digits < 0 ? MOST_DIGITS : digits, RoundingMode.HALF_EVEN)
                                .toPlainString();
                    case "x" -> Long.toHexString(Numbers.integer(value, "%x"));
                    default -> throw JinjaException.value("the format has %" + kind + ", which is not known here");
                };
        return plus ? "+" + number : number;
    }

    private static String padded(String text, String flags, String width) {
        int missing = width.isEmpty() ? 0 : Integer.parseInt(width) - Texts.length(text);
        if (missing <= 0) {
            return text;
        }
        if (flags.contains("-")) {
            return text + " ".repeat(missing);
        }
        boolean zeros = flags.contains("0");
        int sign = zeros && text.startsWith("-") ? 1 : 0;
        return text.substring(0, sign) + (zeros ? "0" : " ").repeat(missing) + text.substring(sign);
    }

    static String braces(String format, Arguments arguments, Run run) {
        StringBuilder text = new StringBuilder();
        Matcher place = BRACES.matcher(format);
        int at = 0;
        int next = 0;
        while (place.find()) {
            text.append(format, at, place.start());
            at = place.end();
            String name = place.group(1);
            if (name != null) {
                boolean counted = name.isEmpty() || name.matches("\\d{1,4}");
                int index = name.isEmpty() ? next++ : counted ? Integer.parseInt(name) : 0;
                if (counted
                        ? index >= arguments.positional().size()
                        : !arguments.named().containsKey(name)) {
                    throw JinjaException.value("the format has " + place.group() + ", for which nothing is given");
                }
                Object value = counted
                        ? arguments.positional().get(index)
                        : arguments.named().get(name);
                text.append(Values.text(value, run));
            } else if (place.group().length() == 2) {
                text.append(place.group().charAt(0));
            } else {
                throw JinjaException.value("the format has more than names in its braces: " + format);
            }
            run.text(text.length());
        }
        return run.text(text.append(format.substring(at)).toString());
    }
}
