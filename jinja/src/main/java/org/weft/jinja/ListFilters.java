package org.weft.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.weft.jinja.Filters.Filter;

/** Jinja's filters of lists, and of all that has elements. */
final class ListFilters {
    private ListFilters() {}

    static Map<String, Filter> all() {
        Map<String, Filter> filters = new HashMap<>();
        filters.put("list", (value, given, run) -> copied(value, run));
        filters.put(
                "first",
                (value, given, run) -> value instanceof OnePass once
                        ? once.next(new Undefined("there is no first element"))
                        : Access.item(Values.elements(value, run), 0L, run));
        filters.put("last", (value, given, run) -> Access.item(Values.elements(value, run), -1L, run));
        filters.put("reverse", (value, given, run) -> reversed(value, run));
        filters.put("join", ListFilters::joined);
        filters.put("items", (value, given, run) -> new OnePass(Methods.items(Values.map(value, "items"), run)));
        filters.put("dictsort", ListFilters::sortedEntries);
        filters.put("sort", (value, arguments, run) -> {
            Map<String, Object> given = arguments.bind("sort", "reverse", "case_sensitive", "attribute");
            return sorted(copied(value, run), bySeveral(given, run), Values.truth(given.get("reverse")), run);
        });
        filters.put("min", (value, arguments, run) -> extreme("min", value, arguments, run));
        filters.put("max", (value, arguments, run) -> extreme("max", value, arguments, run));
        filters.put("unique", ListFilters::unique);
        filters.put("sum", ListFilters::sum);
        filters.put("batch", ListFilters::batches);
        filters.put("map", ListFilters::mapped);
        filters.put("select", (value, given, run) -> chosen(value, given, run, false, true));
        filters.put("reject", (value, given, run) -> chosen(value, given, run, false, false));
        filters.put("selectattr", (value, given, run) -> chosen(value, given, run, true, true));
        filters.put("rejectattr", (value, given, run) -> chosen(value, given, run, true, false));
        return filters;
    }

    private static List<Object> copied(Object value, Run run) {
        List<?> elements = Values.elements(value, run);
        run.made(elements.size());
        return new ArrayList<>(elements);
    }

    /** Elements; none of what is not true, whatever it is. */
    private static List<Object> some(Object value, Run run) {
        return Values.truth(value) ? copied(value, run) : List.of();
    }

    private static Object reversed(Object value, Run run) {
        if (value instanceof String text) {
            run.looked(text.length());
            return new StringBuilder(text).reverse().toString();
        }
        List<Object> reversed = copied(value, run);
        Collections.reverse(reversed);
        return new OnePass(reversed);
    }

    private static Object joined(Object value, Arguments arguments, Run run) {
        Map<String, Object> given = arguments.bind("join", "d", "attribute");
        UnaryOperator<Object> part = part(given.get("attribute"), run);
        List<Object> texts = new ArrayList<>();
        for (Object each : copied(value, run)) {
            texts.add(Values.text(part.apply(each), run));
        }
        return TextMethods.joined(Values.text(given.getOrDefault("d", ""), run), texts, run);
    }

    /** What an attribute's name, perhaps of several parts, means of an element; the element itself for null. */
    private static UnaryOperator<Object> part(Object attribute, Run run) {
        if (attribute == null) {
            return element -> element;
        }
        List<Object> keys = new ArrayList<>();
        if (attribute instanceof String path) {
            for (Object key : Texts.split(path, ".", -1, false, run)) {
                String name = (String) key;
                keys.add(name.matches("\\d{1,9}") ? (Object) Long.parseLong(name) : name);
            }
        } else {
            keys.add(attribute);
        }
        return element -> {
            Object value = element;
            for (Object key : keys) {
                value = Access.item(value, key, run);
            }
            return value;
        };
    }

    private static UnaryOperator<Object> by(Map<String, Object> given, Run run) {
        UnaryOperator<Object> part = part(given.get("attribute"), run);
        boolean sensitive = Values.truth(given.get("case_sensitive"));
        return element -> {
            Object value = part.apply(element);
            return value instanceof String text && !sensitive ? text.toLowerCase(Locale.ROOT) : value;
        };
    }

    /** As {@link #by}, where an attribute's name may be several, with commas between them. */
    private static UnaryOperator<Object> bySeveral(Map<String, Object> given, Run run) {
        if (!(given.get("attribute") instanceof String path) || path.indexOf(',') < 0) {
            return by(given, run);
        }
        List<UnaryOperator<Object>> parts = new ArrayList<>();
        for (Object each : Texts.split(path, ",", -1, false, run)) {
            Map<String, Object> one = new HashMap<>(given);
            one.put("attribute", each);
            parts.add(by(one, run));
        }
        return element -> {
            run.made(parts.size());
            List<Object> keys = new ArrayList<>();
            parts.forEach(part -> keys.add(part.apply(element)));
            return new Tuple(keys);
        };
    }

    private static List<Object> sorted(List<Object> list, UnaryOperator<Object> by, boolean backwards, Run run) {
        Comparator<Object> order = (a, b) -> {
            run.step();
            return Values.compare(by.apply(a), by.apply(b), run);
        };
        list.sort(backwards ? order.reversed() : order);
        return list;
    }

    private static Object sortedEntries(Object value, Arguments arguments, Run run) {
        Map<String, Object> given = arguments.bind("dictsort", "case_sensitive", "by", "reverse");
        Map<String, Object> how = new HashMap<>(given);
        how.put("attribute", "value".equals(given.get("by")) ? 1L : 0L);
        return sorted(
                Methods.items(Values.map(value, "dictsort"), run),
                by(how, run),
                Values.truth(given.get("reverse")),
                run);
    }

    private static Object extreme(String name, Object value, Arguments arguments, Run run) {
        Map<String, Object> given = arguments.bind(name, "case_sensitive", "attribute");
        List<Object> sorted = sorted(copied(value, run), by(given, run), name.equals("max"), run);
        return sorted.isEmpty() ? new Undefined("there is no " + name + " of nothing") : sorted.get(0);
    }

    private static Object unique(Object value, Arguments arguments, Run run) {
        UnaryOperator<Object> by = by(arguments.bind("unique", "case_sensitive", "attribute"), run);
        List<Object> seen = new ArrayList<>();
        List<Object> unique = new ArrayList<>();
        for (Object each : copied(value, run)) {
            Object key = by.apply(each);
            if (!Values.contains(seen, key, run)) {
                seen.add(key);
                unique.add(each);
            }
        }
        return new OnePass(unique);
    }

    private static Object sum(Object value, Arguments arguments, Run run) {
        Map<String, Object> given = arguments.bind("sum", "attribute", "start");
        UnaryOperator<Object> part = part(given.get("attribute"), run);
        Object sum = given.getOrDefault("start", 0L);
        for (Object each : copied(value, run)) {
            sum = Operators.compute("+", sum, part.apply(each), run);
        }
        return sum;
    }

    private static Object batches(Object value, Arguments arguments, Run run) {
        Map<String, Object> given = arguments.bind("batch", "linecount", "fill_with");
        int size = run.few(given.get("linecount"), "linecount");
        List<Object> batches = new ArrayList<>();
        List<Object> all = copied(value, run);
        for (int at = 0; size > 0 && at < all.size(); at += size) {
            List<Object> batch = new ArrayList<>(all.subList(at, Math.min(all.size(), at + size)));
            while (given.get("fill_with") != null && batch.size() < size) {
                batch.add(given.get("fill_with"));
            }
            batches.add(batch);
        }
        return new OnePass(batches);
    }

    private static Object mapped(Object value, Arguments arguments, Run run) {
        BiFunction<Object, Run, Object> does;
        if (arguments.named().containsKey("attribute")) {
            Map<String, Object> given = arguments.bind("map", "filter", "attribute", "default");
            UnaryOperator<Object> part = part(given.get("attribute"), run);
            does = (each, here) -> {
                Object found = part.apply(each);
                return found instanceof Undefined && given.containsKey("default") ? given.get("default") : found;
            };
        } else {
            String name = TextMethods.string(arguments.first("map"));
            Filter filter = Filters.required(name);
            does = (each, here) -> filter.apply(each, arguments.from(1), here);
        }
        List<Object> mapped = new ArrayList<>();
        for (Object each : some(value, run)) {
            mapped.add(does.apply(each, run));
        }
        return new OnePass(mapped);
    }

    /**
     * The elements of which a test holds, or does not.
     *
     * @param ofAttribute whether the first argument names what of an element is tested
     */
    private static Object chosen(Object value, Arguments arguments, Run run, boolean ofAttribute, boolean holds) {
        Object attribute = ofAttribute ? arguments.first("selectattr") : null;
        Arguments rest = arguments.from(ofAttribute ? 1 : 0);
        UnaryOperator<Object> part = part(attribute, run);
        List<Object> chosen = new ArrayList<>();
        for (Object each : some(value, run)) {
            if (holds == holds(part.apply(each), rest, run)) {
                chosen.add(each);
            }
        }
        return new OnePass(chosen);
    }

    private static boolean holds(Object value, Arguments arguments, Run run) {
        run.step();
        if (arguments.positional().isEmpty()) {
            return Values.truth(value);
        }
        String name = TextMethods.string(arguments.positional().get(0));
        return Tests.required(name).holds(value, arguments.from(1), run);
    }
}
