package org.weft.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Methods of Python's texts ({@link TextMethods}), lists and maps: those that change nothing. */
final class Methods {
    private static final Set<String> CHANGE_LISTS =
            Set.of("append", "extend", "insert", "pop", "remove", "clear", "reverse", "sort");
    private static final Set<String> CHANGE_MAPS = Set.of("update", "pop", "popitem", "clear", "setdefault");

    private Methods() {}

    /** The method of a name; null where there is none. */
    static Callable of(Object value, String name) {
        if (value instanceof String text) {
            return TextMethods.of(text, name);
        }
        return value instanceof Map<?, ?> map
                ? ofMap(map, name)
                : value instanceof List<?> list ? ofList(list, name) : null;
    }

    /** Whether Python has such a method, which would change the value. */
    static boolean changes(Object value, String name) {
        return value instanceof Map && CHANGE_MAPS.contains(name)
                || value instanceof List && !(value instanceof Tuple) && CHANGE_LISTS.contains(name);
    }

    private static Callable ofMap(Map<?, ?> map, String name) {
        return switch (name) {
            case "items" -> (arguments, run) -> items(map, run);
            case "keys" -> (arguments, run) -> Values.elements(map, run);
            case "values" ->
                (arguments, run) -> {
                    run.made(map.size());
                    return new ArrayList<Object>(map.values());
                };
            case "get" ->
                (arguments, run) -> {
                    Map<String, Object> given = arguments.bind("dict.get", "key", "default");
                    Object key = Values.key(given.get("key"), run);
                    return map.containsKey(key) ? map.get(key) : given.get("default");
                };
            case "copy" -> (arguments, run) -> map;
            default -> null;
        };
    }

    static List<Object> items(Map<?, ?> map, Run run) {
        run.made(2L * map.size());
        List<Object> items = new ArrayList<>();
        map.forEach((key, value) -> items.add(Tuple.of(key, value)));
        return items;
    }

    private static Callable ofList(List<?> list, String name) {
        return switch (name) {
            case "index" ->
                (arguments, run) -> {
                    run.made(list.size());
                    for (int i = 0; i < list.size(); i++) {
                        if (Values.equal(list.get(i), arguments.first("list.index"), run)) {
                            return (long) i;
                        }
                    }
                    throw JinjaException.value("the list has no such element");
                };
            case "count" ->
                (arguments, run) -> {
                    run.made(list.size());
                    return list.stream()
                            .filter(each -> Values.equal(each, arguments.first("list.count"), run))
                            .count();
                };
            case "copy" -> (arguments, run) -> list;
            default -> null;
        };
    }
}
