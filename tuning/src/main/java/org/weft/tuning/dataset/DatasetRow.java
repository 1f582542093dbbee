package org.weft.tuning.dataset;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.weft.core.Json;
import org.weft.core.config.DatasetConfig;
import org.weft.corpus.DocumentKey;
import org.weft.tuning.task.Fields;
import org.weft.tuning.task.Task;

/**
 * A row with what identifies it, wherever it was read.
 *
 * @param key of all columns: the order of a data set
 * @param inputKey of the input columns: which split the row falls to, and whether splits overlap
 * @param scrubbed what was taken out of its texts, how often by kind; empty mostly
 */
record DatasetRow(byte[] key, byte[] inputKey, Fields fields, Map<String, Long> scrubbed) implements Serializable {

    static DatasetRow of(Fields row, Task task) {
        return of(new ScrubbedRows.Scrubbed(row, Map.of()), task);
    }

    static DatasetRow of(ScrubbedRows.Scrubbed row, Task task) {
        Fields fields = task.canonical(row.fields());
        return new DatasetRow(key(fields, task.columns()), key(fields, task.inputColumns()), fields, row.found());
    }

    /** Whether the row, one of train's, is validation's where that has no files of its own. */
    boolean isValidation(DatasetConfig dataset) {
        return dataset.folds() > 0
                ? DocumentKey.fold(inputKey, dataset.folds()) == dataset.fold()
                : DocumentKey.isValidation(inputKey, dataset.validationFraction());
    }

    /** 32 hexadecimal digits that are a function of a row's values alone; equal rows have equal ids. */
    static String id(Fields fields) {
        return HexFormat.of().formatHex(key(fields, List.copyOf(fields.values().keySet())));
    }

    /** Of some columns, the same whichever format they came in: 1, 1.0 and "1" are one value. */
    private static byte[] key(Fields fields, List<String> columns) {
        List<Object> values = new ArrayList<>();
        columns.forEach(column -> values.add(canonical(fields.get(column))));
        try {
            return DocumentKey.of(Json.MAPPER.writeValueAsBytes(values));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("strings, lists and maps have a JSON form", impossible);
        }
    }

    private static Object canonical(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(DatasetRow::canonical).toList();
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> sorted = new TreeMap<>();
            map.forEach((key, each) -> sorted.put(key.toString(), canonical(each)));
            return sorted;
        }
        return value == null ? null : Fields.name(value);
    }
}
