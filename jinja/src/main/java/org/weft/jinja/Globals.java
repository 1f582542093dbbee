package org.weft.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The functions that a template finds, those of {@code transformers} among them. */
final class Globals {
    private Globals() {}

    /** Puts them into the outermost scope. */
    static void into(Scope scope) {
        function(scope, "range", Globals::range);
        function(scope, "dict", Globals::dict);
        function(scope, "namespace", (arguments, run) -> {
            Map<String, Object> attributes = new LinkedHashMap<>();
            dict(arguments, run).forEach((name, value) -> attributes.put(String.valueOf(name), value));
            return new Namespace(attributes);
        });
        function(scope, "raise_exception", (arguments, run) -> {
            throw JinjaException.raised(Values.text(arguments.first("raise_exception"), run));
        });
        if (scope.run().now() != null) {
            function(
                    scope,
                    "strftime_now",
                    (arguments, run) ->
                            Dates.text(scope.run().now(), TextMethods.string(arguments.first("strftime_now")), run));
        }
    }

    private static void function(Scope scope, String name, Callable function) {
        scope.set(name, function);
    }

    private static Object range(Arguments arguments, Run run) {
        List<Object> given = arguments.positional();
        if (given.isEmpty() || given.size() > 3) {
            throw JinjaException.value("range takes 1 to 3 arguments");
        }
        long start = given.size() == 1 ? 0 : Numbers.integer(given.get(0), "range");
        long stop = Numbers.integer(given.get(given.size() == 1 ? 0 : 1), "range");
        long step = given.size() < 3 ? 1 : Numbers.integer(given.get(2), "range");
        if (step == 0) {
            throw JinjaException.value("range needs a step that is not 0");
        }
        List<Object> numbers = new ArrayList<>();
        for (long at = start; step > 0 ? at < stop : at > stop; at += step) {
            run.made(1);
            numbers.add(at);
        }
        return numbers;
    }

    private static Map<Object, Object> dict(Arguments arguments, Run run) {
        Map<Object, Object> entries = new LinkedHashMap<>();
        if (!arguments.positional().isEmpty()) {
            Object first = arguments.positional().get(0);
            if (first instanceof Map<?, ?> map) {
                entries.putAll(map);
            } else {
                for (Object each : Values.elements(first, run)) {
                    List<?> pair = Values.elements(each, run);
                    if (pair.size() != 2) {
                        throw JinjaException.value("dict needs pairs");
                    }
                    entries.put(pair.get(0), pair.get(1));
                }
            }
        }
        entries.putAll(arguments.named());
        run.made(entries.size());
        return entries;
    }
}
