package org.weft.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** Jinja's filters, {@code value | name(arguments)}, that are not about lists alone ({@link ListFilters}). */
final class Filters {
    /** Decimal places that a fraction is rounded to: a double has none beyond those. */
    private static final int COARSEST = -330;

    private static final int FINEST = 30;

    private static final int INDENT = 4;
    private static final int DECIMAL = 10;
    /** Of a number that is read: as many as Python reads. */
    private static final int MOST_DIGITS = 4300;

    /** What a filter does. */
    interface Filter {
        Object apply(Object value, Arguments arguments, Run run);
    }

    private static final Map<String, Filter> ALL = all();

    private Filters() {}

    /** The filter of a name; null where there is none. */
    static Filter named(String name) {
        return ALL.get(name);
    }

    /** The same, for use. */
    static Filter required(String name) {
        Filter filter = ALL.get(name);
        if (filter == null) {
            throw JinjaException.value("there is no filter '" + name + "'");
        }
        return filter;
    }

    private static Map<String, Filter> all() {
        Map<String, Filter> filters = new HashMap<>(ListFilters.all());
        text(filters, "upper", text -> text.toUpperCase(Locale.ROOT));
        text(filters, "lower", text -> text.toLowerCase(Locale.ROOT));
        text(filters, "capitalize", Texts::capitalized);
        text(filters, "title", Filters::titled);
        text(filters, "string", text -> text);
        filters.put("safe", (value, given, run) -> new Markup(Values.text(value, run)));
        text(filters, "wordcount", Filters::words);
        for (String name : List.of("escape", "e", "forceescape")) {
            filters.put(name, (value, given, run) -> new Markup(Markup.escaped(value, run)));
        }
        for (String name : List.of("default", "d")) {
            filters.put(name, Filters::otherwise);
        }
        for (String name : List.of("length", "count")) {
            filters.put(name, (value, given, run) -> Values.length(value, run));
        }
        filters.put("trim", (value, given, run) -> {
            Object characters = given.bind("trim", "chars").get("chars");
            String text = run.text(Values.text(value, run));
            return Texts.strip(text, characters == null ? null : TextMethods.string(characters), true, true);
        });
        filters.put(
                "replace",
                (value, given, run) -> TextMethods.replaced(
                        Values.text(value, run), given.bind("replace", "old", "new", "count"), run));
        filters.put("tojson", JsonText::of);
        filters.put("indent", Filters::indented);
        filters.put(
                "format",
                (value, given, run) -> PrintfText.of(
                        Values.text(value, run),
                        given.named().isEmpty() ? new Tuple(given.positional()) : given.named(),
                        run));
        filters.put("int", Filters::integer);
        filters.put("float", (value, given, run) -> {
            run.looked(value instanceof String text ? text.length() : 0);
            Object parsed = parsed(value);
            return parsed != null
                    ? (Object) Numbers.fraction(parsed)
                    : given.bind("float", "default").getOrDefault("default", 0.0);
        });
        filters.put(
                "abs", (value, given, run) -> Numbers.compare(value, 0L) < 0 ? Operators.negated(value, run) : value);
        filters.put("round", Filters::rounded);
        filters.put("attr", (value, given, run) -> {
            String name = TextMethods.string(given.first("attr"));
            return value instanceof Map
                    ? Methods.of(value, name) == null
                            ? new Undefined("'dict' has no attribute '" + name + "'")
                            : Methods.of(value, name)
                    : Access.attribute(value, name, run);
        });
        return Map.copyOf(filters);
    }

    private static void text(Map<String, Filter> filters, String name, Function<String, Object> does) {
        filters.put(name, (value, given, run) -> {
            given.bind(name);
            return does.apply(run.text(Values.text(value, run)));
        });
    }

    private static Object otherwise(Object value, Arguments arguments, Run run) {
        Map<String, Object> given = arguments.bind("default", "default_value", "boolean");
        boolean absent = value instanceof Undefined || Values.truth(given.get("boolean")) && !Values.truth(value);
        return absent ? given.getOrDefault("default_value", "") : value;
    }

    /** Words between blanks, hyphens and opening brackets begin with a capital. */
    private static String titled(String text) {
        StringBuilder titled = new StringBuilder();
        boolean begins = true;
        for (int each : text.codePoints().toArray()) {
            titled.append(
                    begins
                            ? Character.toString(each).toUpperCase(Locale.ROOT)
                            : Character.toString(each).toLowerCase(Locale.ROOT));
            begins = Texts.space(each) || "-({[<".indexOf(each) >= 0;
        }
        return titled.toString();
    }

    /** How many runs of letters, digits and underscores a text has. */
    private static long words(String text) {
        long words = 0;
        boolean within = false;
        for (int at = 0; at < text.length(); at += Character.charCount(text.codePointAt(at))) {
            boolean word = ofWord(text.codePointAt(at));
            words += word && !within ? 1 : 0;
            within = word;
        }
        return words;
    }

    private static boolean ofWord(int character) {
        int type = Character.getType(character);
        return Character.isLetterOrDigit(character)
                || type == Character.LETTER_NUMBER
                || type == Character.OTHER_NUMBER
                || character == '_';
    }

    private static Object indented(Object value, Arguments arguments, Run run) {
        Map<String, Object> given = arguments.bind("indent", "width", "first", "blank");
        Object width = given.getOrDefault("width", (long) INDENT);
        String indent = width instanceof String own ? own : " ".repeat(run.few(width, "width"));
        boolean blank = Values.truth(given.get("blank"));
        List<Object> lines = Texts.lines(TextMethods.string(value) + "\n", false);
        StringBuilder text = new StringBuilder(Values.truth(given.get("first")) ? indent : "");
        for (int i = 0; i < lines.size(); i++) {
            String line = (String) lines.get(i);
            String before = i == 0 ? "" : line.isEmpty() && !blank ? "\n" : "\n" + indent;
            run.looked((long) before.length() + line.length());
            run.bounded((long) text.length() + before.length() + line.length());
            text.append(before).append(line);
        }
        return text.toString();
    }

    private static Object integer(Object value, Arguments arguments, Run run) {
        Map<String, Object> given = arguments.bind("int", "default", "base");
        long base = given.containsKey("base") ? Numbers.integer(given.get("base"), "base") : DECIMAL;
        if (value instanceof String text && base != DECIMAL) {
            try {
                return Long.parseLong(text.strip().replaceFirst("^0[xXbBoO]", ""), (int) base);
            } catch (NumberFormatException none) {
                return given.getOrDefault("default", 0L);
            }
        }
        run.looked(value instanceof String text ? text.length() : 0);
        Object parsed = parsed(value);
        return parsed == null || parsed instanceof Double fraction && !Double.isFinite(fraction)
                ? given.getOrDefault("default", 0L)
                : parsed instanceof Double fraction
                        ? Numbers.whole(new BigDecimal(fraction).toBigInteger())
                        : parsed instanceof Boolean truth ? (Object) (truth ? 1L : 0L) : parsed;
    }

    /** A number, or what a text spells of one; null for none. */
    private static Object parsed(Object value) {
        if (Numbers.number(value)) {
            return value;
        }
        if (value instanceof String text) {
            try {
                String stripped = Texts.strip(text, null, true, true);
                return stripped.matches("[+-]?\\d{1," + MOST_DIGITS + "}")
                        ? Numbers.whole(new BigInteger(stripped))
                        : stripped.matches("[+-]?[\\d.eE+-]{1," + MOST_DIGITS + "}")
                                ? (Object) Double.parseDouble(stripped)
                                : null;
            } catch (NumberFormatException none) {
                return null;
            }
        }
        return null;
    }

    private static Object rounded(Object value, Arguments arguments, Run run) {
        Map<String, Object> given = arguments.bind("round", "precision", "method");
        long asked = given.get("precision") == null ? 0 : Numbers.integer(given.get("precision"), "precision");
        int precision = (int) Math.max(COARSEST, Math.min(FINEST, asked));
        Object method = given.get("method") == null ? "common" : given.get("method");
        run.fraction();
        if (!Numbers.number(value)) {
            throw JinjaException.value("round needs a number, not '" + Values.kind(value) + "'");
        }
        boolean common = method.equals("common");
        if (!common && !method.equals("ceil") && !method.equals("floor")) {
            throw JinjaException.value("round's method must be common, ceil or floor");
        }
        if (common && Numbers.whole(value)) {
            return Numbers.rounded(value, precision);
        }
        double exact = Numbers.fraction(value);
        if (Double.isNaN(exact) || Double.isInfinite(exact)) {
            return exact;
        }
        if (common) {
            return new BigDecimal(exact)
                    .setScale(precision, RoundingMode.HALF_EVEN)
                    .doubleValue();
        }
        double power = Math.pow(DECIMAL, precision); // and its rounding, as Jinja has it
        return (method.equals("ceil") ? Math.ceil(exact * power) : Math.floor(exact * power)) / power;
    }
}
