package org.weft.tuning.dataset;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.weft.driver.spark.ScalaCollections;
import org.weft.tuning.task.Fields;

/** Spark's rows as plain values. */
public final class RowFields {
    private RowFields() {}

    /** Some columns of a row. */
    public static Fields of(Row row, List<String> columns) {
        Map<String, String> same = new LinkedHashMap<>();
        columns.forEach(column -> same.put(column, column));
        return of(row, same);
    }

    /**
     * Some columns of a row under other names.
     *
     * @param columns a field's name to the row's column
     */
    public static Fields of(Row row, Map<String, String> columns) {
        Map<String, Object> values = new LinkedHashMap<>();
        columns.forEach((name, column) -> values.put(name, plain(row.get(row.fieldIndex(column)))));
        return new Fields(values, place(row));
    }

    private static String place(Row row) {
        boolean placed = row.schema() != null
                && Arrays.asList(row.schema().fieldNames()).contains(DatasetReader.PLACE);
        return placed ? row.getString(row.fieldIndex(DatasetReader.PLACE)) : "";
    }

    /**
     * 32 hexadecimal digits that name a row: a function of its values alone, whatever file, format or task it came
     * through. Equal rows have equal ids.
     */
    public static String id(Fields row) {
        return DatasetRow.id(row);
    }

    private static Object plain(Object value) {
        if (value == null || value instanceof Number || value instanceof Boolean) {
            return value;
        }
        if (value instanceof Row row) {
            return of(row, List.of(row.schema().fieldNames())).values();
        }
        Object java = ScalaCollections.toJava(value);
        if (java instanceof List<?> list) {
            List<Object> elements = new ArrayList<>();
            list.forEach(element -> elements.add(plain(element)));
            return elements;
        }
        if (java instanceof Map<?, ?> map) {
            Map<String, Object> entries = new LinkedHashMap<>();
            map.forEach((key, element) -> entries.put(String.valueOf(key), plain(element)));
            return entries;
        }
        return value.toString();
    }
}
