package org.weft.jinja;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/** Jinja's tests, {@code value is name(arguments)}. */
final class Tests {
    /** What a test asks. */
    interface Test {
        boolean holds(Object value, Arguments arguments, Run run);
    }

    private static final Map<String, List<String>> COMPARISONS = Map.of(
            "==", List.of("==", "eq", "equalto"),
            "!=", List.of("!=", "ne"),
            "<", List.of("<", "lt", "lessthan"),
            "<=", List.of("<=", "le"),
            ">", List.of(">", "gt", "greaterthan"),
            ">=", List.of(">=", "ge"),
            "in", List.of("in"));

    private static final Map<String, Test> ALL = all();

    private Tests() {}

    /** The test of a name; null where there is none. */
    static Test named(String name) {
        return ALL.get(name);
    }

    /** The same, for use. */
    static Test required(String name) {
        Test test = ALL.get(name);
        if (test == null) {
            throw JinjaException.value("there is no test '" + name + "'");
        }
        return test;
    }

    private static Map<String, Test> all() {
        Map<String, Test> tests = new HashMap<>();
        simple(tests, "defined", value -> !(value instanceof Undefined));
        simple(tests, "undefined", value -> value instanceof Undefined);
        simple(tests, "none", value -> value == null);
        simple(tests, "string", value -> value instanceof String);
        simple(tests, "mapping", value -> value instanceof Map);
        simple(
                tests,
                "sequence",
                value -> value instanceof List
                        || value instanceof Map
                        || value instanceof String
                        || value instanceof Undefined);
        simple(
                tests,
                "iterable",
                value -> value instanceof List
                        || value instanceof Map
                        || value instanceof String
                        || value instanceof Undefined
                        || value instanceof OnePass);
        simple(tests, "number", Numbers::number);
        simple(tests, "integer", value -> Numbers.whole(value) && !(value instanceof Boolean));
        simple(tests, "float", value -> value instanceof Double);
        simple(tests, "boolean", value -> value instanceof Boolean);
        simple(tests, "true", Boolean.TRUE::equals);
        simple(tests, "false", Boolean.FALSE::equals);
        simple(tests, "callable", value -> value instanceof Callable);
        simple(tests, "escaped", value -> false);
        simple(tests, "odd", value -> Math.floorMod(Numbers.integer(value, "what is odd"), 2L) == 1);
        simple(tests, "even", value -> Math.floorMod(Numbers.integer(value, "what is even"), 2L) == 0);
        tests.put("lower", (value, given, run) -> cased(run.text(Values.text(value, run)), true));
        tests.put("upper", (value, given, run) -> cased(run.text(Values.text(value, run)), false));
        tests.put(
                "divisibleby",
                (value, given, run) ->
                        Numbers.compare(Operators.compute("%", value, given.first("divisibleby"), run), 0L) == 0);
        tests.put("sameas", (value, given, run) -> {
            Object other = given.first("sameas");
            return value == other || (value instanceof Boolean || value instanceof String) && value.equals(other);
        });
        COMPARISONS.forEach((sign, names) -> names.forEach(
                name -> tests.put(name, (value, given, run) -> Operators.holds(sign, value, given.first(name), run))));
        tests.put("filter", (value, given, run) -> Filters.named(Values.text(value, run)) != null);
        tests.put("test", (value, given, run) -> Tests.named(Values.text(value, run)) != null);
        return Map.copyOf(tests);
    }

    private static void simple(Map<String, Test> tests, String name, Predicate<Object> asks) {
        tests.put(name, (value, given, run) -> {
            given.bind("is " + name);
            return asks.test(value);
        });
    }

    private static boolean cased(String text, boolean lower) {
        String same = lower ? text.toLowerCase(Locale.ROOT) : text.toUpperCase(Locale.ROOT);
        String other = lower ? text.toUpperCase(Locale.ROOT) : text.toLowerCase(Locale.ROOT);
        return text.equals(same) && !text.equals(other);
    }
}
