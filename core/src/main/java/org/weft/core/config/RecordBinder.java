package org.weft.core.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
                problems.addUnknown("unknown key %s%s%s", prefix, name, Suggestion.among(keys, name));
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
        if (sectionOf(component) != null) {
            return sections(sectionOf(component), (List<?>) fallback, node, prefix + key, problems);
        }
        if (fallback instanceof Word word && node.isValueNode()) {
            return word(component.getType().asSubclass(Word.class), word, prefix + key, node.asText(), problems);
        }
        boolean numbers = isListOfNumbers(component);
        Object value = numbers ? list(node) : scalar(component.getType(), node);
        if (value == null) {
            problems.addUnreadable(
                    prefix + key,
                    "%s%s=%s is not %s",
                    prefix,
                    key,
                    node,
                    numbers ? "a list of numbers" : described(component.getType()));
            return fallback;
        }
        return value;
    }

    /** A section alone is a list of one. An item starts from its record's {@code defaults()}. */
    private static List<?> sections(Class<?> section, List<?> fallback, JsonNode node, String path, Problems problems) {
        if (!node.isArray() && !node.isObject()) {
            problems.addUnreadable(path, "%s=%s is not a list of sections", path, node);
            return fallback;
        }
        List<Record> items = new ArrayList<>();
        int count = node.isArray() ? node.size() : 1;
        for (int i = 0; i < count; i++) {
            JsonNode item = node.isArray() ? node.get(i) : node;
            String at = path + "[" + i + "]";
            if (item.isObject()) {
                items.add(bind(defaults(section), item, at + ".", problems));
            } else {
                problems.addUnreadable(path, "%s is not a section of keys", at);
            }
        }
        return List.copyOf(items);
    }

    /** The record of a component that is a section or a list of sections; null for one that is neither. */
    static Class<?> sectionOf(RecordComponent component) {
        Class<?> type = component.getType();
        if (List.class == type && component.getGenericType() instanceof ParameterizedType list) {
            type = (Class<?>) list.getActualTypeArguments()[0];
        }
        return type.isRecord() ? type : null;
    }

    /** What an item of a list of sections is where it says nothing. */
    static Record defaults(Class<?> section) {
        try {
            Method defaults = section.getDeclaredMethod("defaults");
            defaults.setAccessible(true);
            return (Record) defaults.invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(section + " has no defaults()", e);
        }
    }

    private static Word word(Class<? extends Word> set, Word fallback, String key, String written, Problems problems) {
        for (Word constant : set.getEnumConstants()) {
            if (constant.word().equals(written)) {
                return constant;
            }
        }
        List<String> words =
                Word.all(set).stream().filter(word -> !word.isEmpty()).toList();
        problems.addUnreadable(
                key,
                "%s=%s must be %s%s%s",
                key,
                written,
                words.size() == 1 ? "" : "one of ",
                String.join(", ", words),
                Suggestion.near(words, written));
        return fallback;
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
        if (Word.class.isAssignableFrom(type)) {
            return null; // Every value node has been read.
        }
        if (type == Map.class) {
            return node.isObject() ? numbers(node) : null;
        }
        return node.isArray() ? strings(node) : node.isTextual() ? List.of(node.asText()) : null;
    }

    private static Double number(JsonNode node) {
        try {
            Double value = Double.valueOf(node.asText()); // YAML reads 1e-4, without a point, as text.
            return Double.isFinite(value) ? value : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static boolean isListOfNumbers(RecordComponent component) {
        return component.getGenericType() instanceof ParameterizedType list
                && list.getRawType() == List.class
                && list.getActualTypeArguments()[0] == Double.class;
    }

    private static List<Double> list(JsonNode array) {
        List<Double> numbers = new ArrayList<>();
        for (JsonNode item : array) {
            Double value = item.isValueNode() ? number(item) : null;
            if (value == null) {
                return null;
            }
            numbers.add(value);
        }
        return array.isArray() ? List.copyOf(numbers) : null;
    }

    /** By name, in the order in which they stand. */
    private static Map<String, Double> numbers(JsonNode object) {
        Map<String, Double> numbers = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            Double value = entry.getValue().isValueNode() ? number(entry.getValue()) : null;
            if (value == null) {
                return null;
            }
            numbers.put(entry.getKey(), value);
        }
        return Collections.unmodifiableMap(numbers);
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
        if (type == Map.class) {
            return "numbers by name";
        }
        return type == String.class || Word.class.isAssignableFrom(type) ? "text" : "a list of text";
    }

    static ObjectNode toTree(Record record) {
        ObjectNode tree = Json.MAPPER.createObjectNode();
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            Object value = Records.get(record, component);
            String key = key(component.getName());
            if (value instanceof Record section) {
                tree.set(key, toTree(section));
            } else if (sectionOf(component) != null) {
                ArrayNode items = tree.putArray(key);
                ((List<?>) value).forEach(item -> items.add(toTree((Record) item)));
            } else if (value instanceof Word word) {
                tree.put(key, word.word());
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
