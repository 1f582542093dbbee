package org.weft.jinja;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/** Methods of Python's texts. */
final class TextMethods {
    /** What a method does. */
    private interface Method {
        Object call(String text, Arguments arguments, Run run);
    }

    private static final Map<String, Method> ALL = all();

    private TextMethods() {}

    /** The method of a name; null where there is none. */
    static Callable of(String text, String name) {
        Method method = ALL.get(name);
        return method == null
                ? null
                : (arguments, run) -> {
                    run.looked(text.length());
                    return method.call(text, arguments, run);
                };
    }

    private static Map<String, Method> all() {
        Map<String, Method> methods = new HashMap<>();
        methods.put("strip", (text, given, run) -> Texts.strip(text, characters(given), true, true));
        methods.put("lstrip", (text, given, run) -> Texts.strip(text, characters(given), true, false));
        methods.put("rstrip", (text, given, run) -> Texts.strip(text, characters(given), false, true));
        methods.put("upper", (text, given, run) -> text.toUpperCase(Locale.ROOT));
        methods.put("lower", (text, given, run) -> text.toLowerCase(Locale.ROOT));
        methods.put(
                "casefold", (text, given, run) -> text.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT));
        methods.put("capitalize", (text, given, run) -> Texts.capitalized(text));
        methods.put("title", (text, given, run) -> Texts.titled(text));
        methods.put("startswith", (text, given, run) -> any(given, "startswith", text::startsWith));
        methods.put("endswith", (text, given, run) -> any(given, "endswith", text::endsWith));
        methods.put("split", (text, given, run) -> split(text, given, run, false));
        methods.put("rsplit", (text, given, run) -> split(text, given, run, true));
        methods.put(
                "splitlines",
                (text, given, run) -> made(
                        Texts.lines(
                                text,
                                Values.truth(
                                        given.bind("splitlines", "keepends").get("keepends"))),
                        run));
        methods.put(
                "partition",
                (text, given, run) -> parted(text, given, Texts.find(text, only(given, "partition"), 0), true));
        methods.put(
                "rpartition",
                (text, given, run) -> parted(
                        text, given, Texts.findLast(text, only(given, "rpartition"), text.length(), run), false));
        methods.put("replace", (text, given, run) -> replaced(text, given.bind("replace", "old", "new", "count"), run));
        methods.put("join", (text, given, run) -> joined(text, Values.elements(given.first("join"), run), run));
        methods.put("find", (text, given, run) -> place(text, Texts.find(text, only(given, "find"), 0)));
        methods.put(
                "rfind",
                (text, given, run) -> place(text, Texts.findLast(text, only(given, "rfind"), text.length(), run)));
        methods.put("index", (text, given, run) -> found(place(text, Texts.find(text, only(given, "index"), 0))));
        methods.put("count", (text, given, run) -> count(text, only(given, "count")));
        methods.put("format", PrintfText::braces);
        methods.put("removeprefix", (text, given, run) -> {
            String part = only(given, "removeprefix");
            return text.startsWith(part) ? text.substring(part.length()) : text;
        });
        methods.put("removesuffix", (text, given, run) -> {
            String part = only(given, "removesuffix");
            return text.endsWith(part) ? text.substring(0, text.length() - part.length()) : text;
        });
        methods.put("ljust", (text, given, run) -> text + fill(text, given, "ljust", run));
        methods.put("rjust", (text, given, run) -> fill(text, given, "rjust", run) + text);
        asking(methods);
        return Map.copyOf(methods);
    }

    /** Those that say something of a text. */
    private static void asking(Map<String, Method> methods) {
        methods.put("isdigit", (text, given, run) -> all(text, Character::isDigit));
        methods.put("isnumeric", (text, given, run) -> all(text, Character::isDigit));
        methods.put("isdecimal", (text, given, run) -> all(text, Character::isDigit));
        methods.put("isalpha", (text, given, run) -> all(text, Character::isLetter));
        methods.put("isalnum", (text, given, run) -> all(text, Character::isLetterOrDigit));
        methods.put("isspace", (text, given, run) -> all(text, Texts::space));
        methods.put(
                "isupper",
                (text, given, run) ->
                        !text.equals(text.toLowerCase(Locale.ROOT)) && text.equals(text.toUpperCase(Locale.ROOT)));
        methods.put(
                "islower",
                (text, given, run) ->
                        !text.equals(text.toUpperCase(Locale.ROOT)) && text.equals(text.toLowerCase(Locale.ROOT)));
    }

    static String string(Object value) {
        if (value instanceof String text) {
            return text;
        }
        throw value instanceof Undefined nothing
                ? nothing.used()
                : JinjaException.value("a string is needed, not '" + Values.kind(value) + "'");
    }

    private static String only(Arguments given, String what) {
        return string(given.bind(what, "part").get("part"));
    }

    private static String characters(Arguments given) {
        Object characters = given.bind("strip", "chars").get("chars");
        return characters == null ? null : string(characters);
    }

    private static boolean any(Arguments given, String what, Predicate<String> holds) {
        Object parts = given.bind(what, "part").get("part");
        return parts instanceof Tuple tuple
                ? tuple.stream().anyMatch(each -> holds.test(string(each)))
                : holds.test(string(parts));
    }

    private static boolean all(String text, IntPredicate holds) {
        return !text.isEmpty() && text.codePoints().allMatch(holds);
    }

    private static List<Object> split(String text, Arguments arguments, Run run, boolean fromRight) {
        Map<String, Object> given = arguments.bind("split", "sep", "maxsplit");
        long most = given.containsKey("maxsplit") ? Numbers.integer(given.get("maxsplit"), "maxsplit") : -1;
        run.looked(text.length());
        if (given.get("sep") == null) {
            return made(Texts.words(text, most, fromRight), run);
        }
        String separator = string(given.get("sep"));
        if (separator.isEmpty()) {
            throw JinjaException.value("split needs a separator that is not empty");
        }
        return Texts.split(text, separator, most, fromRight, run);
    }

    private static List<Object> made(List<Object> parts, Run run) {
        run.made(parts.size());
        return parts;
    }

    private static Tuple parted(String text, Arguments given, int at, boolean first) {
        String separator = only(given, "partition");
        if (at < 0) {
            return new Tuple(first ? List.of(text, "", "") : List.of("", "", text));
        }
        return new Tuple(List.of(text.substring(0, at), separator, text.substring(at + separator.length())));
    }

    static String replaced(String text, Map<String, Object> given, Run run) {
        String old = string(given.get("old"));
        String by = string(given.get("new"));
        long most = given.get("count") == null ? -1 : Numbers.integer(given.get("count"), "count");
        long times = by.length() > old.length() ? count(text, old) : 0;
        run.text(text.length() + times * (by.length() - old.length()));
        if (most < 0 && old.isEmpty()) {
            return text.replace(old, by);
        }
        StringBuilder replaced = new StringBuilder();
        int from = 0;
        for (int at = Texts.find(text, old, 0);
                at >= 0 && most != 0 && !old.isEmpty();
                at = Texts.find(text, old, from)) {
            replaced.append(text, from, at).append(by);
            from = at + old.length();
            most--;
        }
        return replaced.append(text.substring(from)).toString();
    }

    static String joined(String separator, List<?> elements, Run run) {
        StringBuilder text = new StringBuilder();
        String gap = "";
        for (Object each : elements) {
            String part = string(each);
            run.looked((long) part.length() + gap.length());
            run.bounded((long) text.length() + part.length() + gap.length());
            text.append(gap).append(part);
            gap = separator;
        }
        return text.toString();
    }

    private static long place(String text, int at) {
        return at < 0 ? -1 : text.codePointCount(0, at);
    }

    private static long found(long at) {
        if (at < 0) {
            throw JinjaException.value("the text has no such part");
        }
        return at;
    }

    private static long count(String text, String part) {
        if (part.isEmpty()) {
            return Texts.length(text) + 1L;
        }
        long count = 0;
        for (int at = Texts.find(text, part, 0); at >= 0; at = Texts.find(text, part, at + part.length())) {
            count++;
        }
        return count;
    }

    private static String fill(String text, Arguments arguments, String what, Run run) {
        Map<String, Object> given = arguments.bind(what, "width", "fillchar");
        int missing = run.few(given.get("width"), "width") - Texts.length(text);
        String by = string(given.getOrDefault("fillchar", " "));
        if (Texts.length(by) != 1) {
            throw JinjaException.value(what + " fills with one character");
        }
        return missing <= 0 ? "" : by.repeat(missing);
    }
}
