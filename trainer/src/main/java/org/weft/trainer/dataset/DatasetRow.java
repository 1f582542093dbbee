package org.weft.trainer.dataset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.weft.trainer.corpus.DocumentKey;
import org.weft.trainer.task.Fields;
import org.weft.trainer.task.Task;

/**
 * A row with what identifies it, wherever it was read.
 *
 * @param key of all columns: the order of a data set
 * @param inputKey of the input columns: which split the row falls to, and whether splits overlap
 */
record DatasetRow(byte[] key, byte[] inputKey, Fields fields) implements Serializable {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    static DatasetRow of(Fields fields, Task task) {
        return new DatasetRow(key(fields, task.columns()), key(fields, task.inputColumns()), fields);
    }

    private static byte[] key(Fields fields, List<String> columns) {
        List<Object> values = new ArrayList<>();
        columns.forEach(column -> values.add(fields.get(column)));
        try {
            return DocumentKey.of(JSON.writeValueAsBytes(values));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("strings, numbers, lists and maps have a JSON form", impossible);
        }
    }
}
