package org.weft.tuning.task;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.Serializable;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.core.Json;
import org.weft.core.WeftException;

/**
 * One row: column names to strings, numbers, booleans, lists, maps and nulls. A list or map may also be given as the text
 * of its JSON, as CSV files have to.
 *
 * @param place where the row stands, "file=… line=…", for errors; empty where that is not known
 */
public record Fields(Map<String, Object> values, String place) implements Serializable {
    private static final int EXCERPT = 160;

    /** As a text, and as Spark writes JSON's NaN into a column of texts. */
    private static final Set<String> NAN = Set.of("NaN", "\"NaN\"");

    /** A row that stands nowhere. */
    public Fields(Map<String, Object> values) {
        this(values, "");
    }

    /** What stands in a column, which may be null. */
    public Object get(String column) {
        return values.get(column);
    }

    /** The same row with another value in a column. */
    Fields with(String column, Object value) {
        Map<String, Object> changed = new LinkedHashMap<>(values);
        changed.put(column, value);
        return new Fields(changed, place);
    }

    /** The text in a column; a number or boolean as it is written. */
    public String text(String column) {
        Object value = require(column);
        if (value instanceof List || value instanceof Map) {
            throw wrong(column, "is no text but " + kind(value), "name the text's column in the dataset section");
        }
        return name(value);
    }

    /** The list in a column. */
    public List<?> list(String column) {
        Object value = parsed(require(column));
        if (value instanceof List<?> list) {
            return list;
        }
        throw wrong(column, "is no array but " + kind(value), "give an array, in CSV as JSON: [\"a\", \"b\"]");
    }

    /** The list of strings in a column. */
    public List<String> strings(String column) {
        return list(column).stream().map(element -> element(column, element)).toList();
    }

    private String element(String column, Object value) {
        if (value == null) {
            throw wrong(column, "has a null in its array", "remove the row or the null");
        }
        return name(value);
    }

    /** The label in a column, as {@link Labels#canonical} has it. */
    public String label(String column) {
        return label(column, get(column), text(column));
    }

    /** The labels in a column that has an array of them. */
    public List<String> labels(String column) {
        return list(column).stream()
                .map(value -> label(column, value, element(column, value)))
                .toList();
    }

    /** Whether it says so as a number or, where another row makes a column one of texts, as a text: NaN is no class. */
    private String label(String column, Object value, String name) {
        boolean number = value instanceof Double || value instanceof Float;
        boolean missing = number && !Double.isFinite(((Number) value).doubleValue()) || NAN.contains(name);
        if (missing || name.isBlank()) {
            throw wrong(
                    column,
                    missing ? "says " + name.replace("\"", "") : "is empty",
                    "give the row a label, or remove it");
        }
        return Labels.canonical(name);
    }

    /** The number in a column. */
    public double number(String column) {
        Object value = require(column);
        try {
            double number = value instanceof Number n
                    ? n.doubleValue()
                    : new BigDecimal(value.toString().strip()).doubleValue(); // Java's own reads "1f" and "0x1p3", too
            if (Float.isFinite((float) number)) { // as it is learnt
                return number;
            }
        } catch (NumberFormatException noNumber) {
            // Falls through to the one error.
        }
        throw wrong(column, "is no finite number", "mend or remove the row");
    }

    /** A value as text: numbers of any type alike, 1 as 1.0. */
    public static String name(Object value) {
        if (value instanceof Double || value instanceof Float || value instanceof BigDecimal) {
            double number = ((Number) value).doubleValue();
            return Double.isFinite(number)
                    ? new BigDecimal(value.toString()).stripTrailingZeros().toPlainString()
                    : value.toString();
        }
        return value.toString();
    }

    /** A value, read where it is the text of a JSON array or object. */
    public static Object parsed(Object value) {
        if (value instanceof String text
                && (text.strip().startsWith("[") || text.strip().startsWith("{"))) {
            try {
                return Json.MAPPER.readValue(text, Object.class);
            } catch (JsonProcessingException noJson) {
                return value;
            }
        }
        return value;
    }

    private Object require(String column) {
        Object value = values.get(column);
        if (value == null) {
            throw wrong(column, "is null", "mend or remove the row: what it leaves out is null, too");
        }
        return value;
    }

    /** An error about this row. */
    WeftException wrong(String column, String what, String hint) {
        return WeftException.invalidData("column " + column + " " + what + ": " + where(), hint);
    }

    /** Names the row in an error. */
    String where() {
        return (place.isEmpty() ? "" : place + " ") + "row=" + excerpt();
    }

    /** The row as JSON, cut to a line. */
    String excerpt() {
        String all;
        try {
            all = Json.MAPPER.writeValueAsString(values);
        } catch (JsonProcessingException odd) {
            all = values.toString();
        }
        return all.length() <= EXCERPT ? all : all.substring(0, EXCERPT) + "…";
    }

    private static String kind(Object value) {
        return value instanceof List
                ? "an array"
                : value instanceof Map ? "an object" : value.getClass().getSimpleName();
    }
}
