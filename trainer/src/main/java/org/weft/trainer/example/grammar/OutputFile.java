package org.weft.trainer.example.grammar;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A file of rows that a grammar makes.
 *
 * @param from the rule that a row is a draw of
 * @param rows as a share of the example's own number
 * @param part which draws it may have
 * @param key the form by which draws are told apart: none is there twice, and a draw of one part has a key that none of the other has;
 *     that of the first column where none is named
 * @param columns each with the form that it has; {@code words(FORM)} and {@code tags(FORM)} are a marked text's words and their tags
 */
public record OutputFile(
        @JsonProperty(required = true) String from,
        @JsonProperty(required = true) double rows,
        Part part,
        String key,
        @JsonProperty(required = true) LinkedHashMap<String, String> columns) {

    /** Draws are of one part or the other by the hash of their key, nine to one; or it does not matter. */
    public enum Part {
        LEARNT,
        JUDGED,
        ALL
    }

    public OutputFile {
        if (columns == null || columns.isEmpty()) {
            throw new IllegalArgumentException("columns are missing");
        }
        if (!(rows > 0)) {
            throw new IllegalArgumentException("rows=" + rows + " must be more than 0");
        }
        part = part == null ? Part.LEARNT : part;
        if (key == null) {
            key = Marked.form(columns.values().iterator().next());
        }
    }

    /** What stands in a row. */
    Map<String, Object> row(Derivation draw) {
        Map<String, Object> row = new LinkedHashMap<>();
        columns.forEach((column, asked) -> row.put(column, Marked.value(asked, draw)));
        return row;
    }
}
