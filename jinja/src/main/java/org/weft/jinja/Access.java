package org.weft.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code a.b}, {@code a[b]} and {@code a[b:c:d]}. The sandbox is here: what these do not give, nobody gets. */
final class Access {
    private Access() {}

    /** {@code value.name}: a method before an entry, as in Jinja. */
    static Object attribute(Object of, String name, Run run) {
        run.step();
        Object value = Markup.plain(of);
        if (value instanceof Undefined nothing) {
            throw nothing.used();
        }
        if (name.startsWith("__")) {
            throw JinjaException.stopped(
                    "the template was stopped: it reaches for " + name + " of a '" + Values.kind(value) + "'");
        }
        if (value instanceof Namespace namespace) {
            return namespace.get(name);
        }
        if (value instanceof Loop loop) {
            return loop.get(name);
        }
        Callable method = Methods.of(value, name);
        if (method != null) {
            return method;
        }
        if (Methods.changes(value, name)) {
            return new Undefined("'" + Values.kind(value) + "'." + name
                    + " would change it, which no template may: use namespace()");
        }
        return value instanceof Map<?, ?> map && map.containsKey(name) ? map.get(name) : missing(value, name, run);
    }

    private static Undefined missing(Object value, Object name, Run run) {
        return new Undefined(
                "'" + Values.kind(value) + "' has no '" + (name instanceof Undefined ? "" : name) + "'", run.strict());
    }

    /** {@code value[key]}: an entry before a method. */
    static Object item(Object of, Object by, Run run) {
        run.step();
        Object value = Markup.plain(of);
        Object key = Markup.plain(by);
        if (value instanceof Undefined nothing) {
            throw nothing.used();
        }
        if (value instanceof Map<?, ?> map && Values.hashable(key, run) && map.containsKey(key)) {
            return map.get(key);
        }
        if (Numbers.whole(key) && (value instanceof List || value instanceof String)) {
            return at(value, Numbers.integer(key, "the index"), run);
        }
        return key instanceof String name
                ? attribute(value, name, run)
                : missing(value, key instanceof List ? "list" : key, run);
    }

    private static Object at(Object value, long index, Run run) {
        if (value instanceof List<?> list) {
            long at = index < 0 ? index + list.size() : index;
            return at < 0 || at >= list.size() ? missing(value, index, run) : list.get((int) at);
        }
        String text = (String) value;
        run.looked(text.length());
        int length = Texts.length(text);
        long at = index < 0 ? index + length : index;
        if (at < 0 || at >= length) {
            return missing(value, index, run);
        }
        return Character.toString(text.codePointAt(text.offsetByCodePoints(0, (int) at)));
    }

    /** @param bounds start, stop and step, each null where it is not given */
    static Object slice(Object of, Object[] bounds, Run run) {
        Object value = Markup.plain(of);
        if (value instanceof Undefined nothing) {
            throw nothing.used();
        }
        if (!(value instanceof List) && !(value instanceof String)) {
            return missing(value, "slice", run);
        }
        List<?> all = value instanceof String text ? Values.elements(text, run) : (List<?>) value;
        long step = bounds[2] == null ? 1 : Numbers.integer(bounds[2], "a slice's step");
        if (step == 0) {
            throw JinjaException.value("a slice's step must not be 0");
        }
        long size = all.size();
        long start = bound(bounds[0], step > 0 ? 0 : size - 1, size, step);
        long stop = bound(bounds[1], step > 0 ? size : -1, size, step);
        List<Object> some = new ArrayList<>();
        for (long at = start; step > 0 ? at < stop : at > stop; at += step) {
            run.made(1);
            some.add(all.get((int) at));
        }
        if (value instanceof String) {
            StringBuilder text = new StringBuilder();
            some.forEach(text::append);
            return run.text(text.toString());
        }
        return value instanceof Tuple ? new Tuple(some) : some;
    }

    private static long bound(Object given, long otherwise, long size, long step) {
        if (given == null) {
            return otherwise;
        }
        long at = Numbers.integer(given, "a slice's bound");
        at = at < 0 ? at + size : at;
        return step > 0 ? Math.max(0, Math.min(size, at)) : Math.max(-1, Math.min(size - 1, at));
    }
}
