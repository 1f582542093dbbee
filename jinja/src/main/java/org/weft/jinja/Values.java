package org.weft.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What templates compute with: null, {@link Boolean}, {@link Long} or {@link BigInteger}, {@link Double}, {@link String}, {@link List},
 * {@link Map} with texts as keys; and of the template's own making {@link Tuple}, {@link OnePass}, {@link Undefined},
 * {@link Namespace}, {@link Callable}. Here is what Python says of each.
 */
final class Values {
    /** Python's names of types; a tuple is a list, too. */
    private static final Map<Class<?>, String> KINDS = new LinkedHashMap<>();

    static {
        KINDS.put(Double.class, "float");
        KINDS.put(String.class, "str");
        KINDS.put(Markup.class, "str");
        KINDS.put(Tuple.class, "tuple");
        KINDS.put(List.class, "list");
        KINDS.put(Map.class, "dict");
        KINDS.put(OnePass.class, "generator");
        KINDS.put(Callable.class, "function");
    }

    private Values() {}

    /**
     * A value from outside as one of these, copied whole, so that nothing else is ever within a template's reach.
     *
     * @throws JinjaException where it is none
     */
    static Object of(Object value) {
        if (value == null
                || value instanceof Boolean
                || value instanceof Long
                || value instanceof String
                || value instanceof BigInteger
                || value instanceof Double) {
            return value instanceof BigInteger large && large.bitLength() < Long.SIZE
                    ? (Object) large.longValue()
                    : value;
        }
        if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        }
        if (value instanceof Float || value instanceof BigDecimal) {
            return new BigDecimal(value.toString()).doubleValue();
        }
        if (value instanceof Collection<?> collection) {
            List<Object> list = new ArrayList<>(collection.size());
            collection.forEach(each -> list.add(of(each)));
            return list;
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            map.forEach((key, each) -> copy.put(String.valueOf(key), of(each)));
            return copy;
        }
        throw JinjaException.value("a template takes no " + value.getClass().getSimpleName());
    }

    /** Python's name of a value's type. */
    static String kind(Object value) {
        if (value == null) {
            return "NoneType";
        }
        if (value instanceof Boolean) {
            return "bool";
        }
        if (Numbers.whole(value)) {
            return "int";
        }
        return KINDS.entrySet().stream()
                .filter(kind -> kind.getKey().isInstance(value))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(value.getClass().getSimpleName());
    }

    static boolean truth(Object any) {
        Object value = Markup.plain(any);
        Undefined.forgive(value);
        if (value == null || value instanceof Undefined) {
            return false;
        }
        if (value instanceof Boolean truth) {
            return truth;
        }
        if (Numbers.number(value)) {
            return !(value instanceof BigInteger) && Numbers.fraction(value) != 0 || value instanceof BigInteger;
        }
        return value instanceof String text
                ? !text.isEmpty()
                : value instanceof List<?> list ? !list.isEmpty() : !(value instanceof Map<?, ?> map) || !map.isEmpty();
    }

    /** Whether two values are the same to Python; each part that is looked at counts, as lists may share theirs. */
    static boolean equal(Object left, Object right, Run run) {
        run.step();
        Undefined.forgive(left);
        Undefined.forgive(right);
        if (Numbers.number(left) && Numbers.number(right)) {
            return Numbers.compare(left, right) == 0;
        }
        if (left == right) {
            return true;
        }
        if (left instanceof String one && right instanceof String other) {
            run.looked(one.length() == other.length() ? one.length() : 0);
            return one.equals(other);
        }
        if (left instanceof List<?> one && right instanceof List<?> other) {
            if (one.size() != other.size() || one instanceof Tuple != other instanceof Tuple) {
                return false;
            }
            for (int i = 0; i < one.size(); i++) {
                if (!equal(one.get(i), other.get(i), run)) {
                    return false;
                }
            }
            return true;
        }
        if (left instanceof Map<?, ?> one && right instanceof Map<?, ?> other) {
            return one.size() == other.size()
                    && one.entrySet().stream()
                            .allMatch(each -> hashable(each.getKey(), run)
                                    && other.containsKey(each.getKey())
                                    && equal(each.getValue(), other.get(each.getKey()), run));
        }
        return left != null && left.equals(right);
    }

    /** Whether a map may have it as a key: no list and no map, nor a tuple with one. Its parts count. */
    static boolean hashable(Object key, Run run) {
        run.looked(key instanceof String text ? text.length() : 0);
        if (key instanceof Tuple tuple) {
            for (Object each : tuple) {
                if (!hashable(each, run)) {
                    return false;
                }
            }
            return true;
        }
        return !(key instanceof List) && !(key instanceof Map);
    }

    /**
     * A map's key.
     *
     * @throws JinjaException where it can be none
     */
    static Object key(Object key, Run run) {
        if (!hashable(key, run)) {
            throw JinjaException.value("unhashable type: '" + kind(key) + "' can be no key");
        }
        return key;
    }

    /** The order of two values; an error where they have none. */
    static int compare(Object left, Object right, Run run) {
        run.step();
        if (Numbers.number(left) && Numbers.number(right)) {
            return Numbers.compare(left, right);
        }
        if (left instanceof String one && right instanceof String other) {
            run.looked(Math.min(one.length(), other.length()));
            return Texts.compare(one, other);
        }
        if (left instanceof List<?> one && right instanceof List<?> other) {
            for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
                if (!equal(one.get(i), other.get(i), run)) {
                    return compare(one.get(i), other.get(i), run);
                }
            }
            return Integer.compare(one.size(), other.size());
        }
        throw unordered(left, right);
    }

    private static JinjaException unordered(Object left, Object right) {
        for (Object each : Arrays.asList(left, right)) {
            if (each instanceof Undefined nothing) {
                return nothing.used();
            }
        }
        return JinjaException.value("'" + kind(left) + "' and '" + kind(right) + "' have no order");
    }

    /** The elements of a value: of a text its characters, of a map its keys. */
    static List<?> elements(Object value, Run run) {
        Undefined.forgive(value);
        if (value instanceof Undefined) {
            return List.of();
        }
        if (value instanceof List<?> list) {
            return list;
        }
        if (value instanceof OnePass once) {
            return once.rest();
        }
        if (value instanceof Map<?, ?> map) {
            run.made(map.size());
            return new ArrayList<>(map.keySet());
        }
        if (value instanceof String text) {
            run.made(text.length());
            return Texts.characters(text);
        }
        throw JinjaException.value("'" + kind(value) + "' has no elements");
    }

    static long length(Object value, Run run) {
        Undefined.forgive(value);
        if (value instanceof String text) {
            run.looked(text.length());
            return Texts.length(text);
        }
        if (value instanceof List<?> list) {
            return list.size();
        }
        if (value instanceof Map<?, ?> map) {
            return map.size();
        }
        if (value instanceof Undefined) {
            return 0;
        }
        throw JinjaException.value("'" + kind(value) + "' has no length");
    }

    static boolean contains(Object container, Object element, Run run) {
        if (container instanceof String text) {
            if (element instanceof String part) {
                run.looked(text.length());
                return Texts.find(text, part, 0) >= 0;
            }
            throw element instanceof Undefined nothing
                    ? nothing.used()
                    : JinjaException.value("'in <string>' needs a string, not '" + kind(element) + "'");
        }
        if (container instanceof Map<?, ?> map) {
            return map.containsKey(key(element, run));
        }
        List<?> elements = elements(container, run);
        run.looked((long) elements.size() * Limits.CHARACTERS_A_STEP);
        return elements.stream().anyMatch(each -> equal(each, element, run));
    }

    /** A value as {@code str} writes it. */
    static String text(Object any, Run run) {
        Object value = Markup.plain(any);
        if (value instanceof String text) {
            return text;
        }
        Undefined.forgive(value);
        return value instanceof Undefined ? "" : PythonText.of(value, run);
    }

    static Map<Object, Object> map(Object value, String what) {
        if (value instanceof Map<?, ?> map) {
            @SuppressWarnings("unchecked")
            Map<Object, Object> entries = (Map<Object, Object>) map;
            return entries;
        }
        if (value instanceof Undefined) {
            return Collections.emptyMap();
        }
        throw JinjaException.value(what + " needs a mapping, not '" + kind(value) + "'");
    }
}
