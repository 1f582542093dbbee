package org.weft.core.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.weft.core.Json;
import org.weft.core.Records;

/** Between records and trees of snake_case keys; an absent key keeps its default, an unknown one is a problem. */
final class RecordBinder {

    private RecordBinder() {}

    /**
     * A record like {@code defaults} with the tree's values.
     *
     * @param prefix of the keys, such as {@code training.}, for problems
     */
    static Record bind(Record defaults, JsonNode tree, String prefix, Problems problems) {
        RecordComponent[] components = defaults.getClass().getRecordComponents();
        List<String> keys = Arrays.stream(components).map(c -> key(c.getName())).toList();
        tree.fieldNames().forEachRemaining(name -> {
            if (!keys.contains(name)) {
                problems.add("unknown key %s%s%s", prefix, name, Suggestion.among(keys, name));
            }
        });
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            values[i] = value(components[i], Records.get(defaults, components[i]), tree, prefix, problems);
        }
        return Records.of(defaults.getClass(), values);
    }

    private static Object value(
            RecordComponent component, Object fallback, JsonNode tree, String prefix, Problems problems) {
        String key = key(component.getName());
        JsonNode node = tree.get(key);
        if (node == null || node.isNull()) {
            return fallback;
        }
        if (fallback instanceof Record section) {
            if (node.isObject()) {
                return bind(section, node, prefix + key + ".", problems);
            }
            problems.addUnreadable(prefix + key + ".", "%s%s is not a section of keys", prefix, key);
            return fallback;
        }
        Object value = scalar(component.getType(), node);
        if (value == null) {
            problems.addUnreadable(
                    prefix + key, "%s%s=%s is not %s", prefix, key, node, described(component.getType()));
            return fallback;
        }
        return value;
    }

    /** Null where the node is of another kind. Numbers may be written as YAML writes them: 6.0e-4, 1_000. */
    private static Object scalar(Class<?> type, JsonNode node) {
        if (type == int.class) {
            return node.isIntegralNumber() && node.canConvertToInt() ? node.intValue() : null;
        }
        if (type == long.class) {
            return node.isIntegralNumber() && node.canConvertToLong() ? node.longValue() : null;
        }
        if (type == double.class) {
            return number(node);
        }
        if (type == boolean.class) {
            return node.isBoolean() ? node.booleanValue() : null;
        }
        if (type == String.class) {
            return node.isValueNode() ? node.asText() : null;
        }
        return node.isArray() ? strings(node) : node.isTextual() ? List.of(node.asText()) : null;
    }

    private static Object number(JsonNode node) {
        try {
            Double value = Double.valueOf(node.asText()); // YAML reads 1e-4, without a point, as text.
            return Double.isFinite(value) ? value : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static List<String> strings(JsonNode array) {
        List<String> strings = new ArrayList<>();
        for (JsonNode item : array) {
            if (!item.isValueNode() || item.isNull()) {
                return null;
            }
            strings.add(item.asText());
        }
        return List.copyOf(strings);
    }

    static String described(Class<?> type) {
        if (type == int.class || type == long.class) {
            return "a whole number";
        }
        if (type == double.class) {
            return "a number";
        }
        if (type == boolean.class) {
            return "true or false";
        }
        return type == String.class ? "text" : "a list of text";
    }

    static ObjectNode toTree(Record record) {
        ObjectNode tree = Json.MAPPER.createObjectNode();
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            Object value = Records.get(record, component);
            String key = key(component.getName());
            if (value instanceof Record section) {
                tree.set(key, toTree(section));
            } else {
                tree.set(key, Json.MAPPER.valueToTree(value));
            }
        }
        return tree;
    }

    /** {@code globalBatch} is written {@code global_batch}. */
    static String key(String component) {
        return component.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }
}
