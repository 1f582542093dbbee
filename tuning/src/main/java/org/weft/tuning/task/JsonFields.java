package org.weft.tuning.task;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON in a row's columns, whose objects have what theirs have and no more: where rows of a column differ, Spark gives each a null for
 * what the others have. What stands there as a text is read as it is, its nulls too.
 */
final class JsonFields {
    private JsonFields() {}

    /** An array in a column. */
    static List<?> list(Fields row, String column) {
        return row.get(column) instanceof String ? row.list(column) : (List<?>) plain(row.list(column));
    }

    /** A value without nulls in its objects. */
    static Object plain(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(JsonFields::plain).toList();
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> entries = new LinkedHashMap<>();
            map.forEach((key, each) -> {
                if (each != null) {
                    entries.put(key.toString(), plain(each));
                }
            });
            return entries;
        }
        return value;
    }
}
