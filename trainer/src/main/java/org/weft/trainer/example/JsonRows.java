package org.weft.trainer.example;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.core.Json;
import org.weft.core.JsonFault;
import org.weft.core.WeftException;

/**
 * Files of JSON lines that a user gives, with the columns that an example reads. What is wrong is told with its line.
 *
 * @param columns that each row has
 * @param arrays whether a column may be an array
 * @param most rows of a file, the first; 0 for all
 * @param hint how to give them, for errors
 */
record JsonRows(List<String> columns, boolean arrays, int most, String hint) {

    /** Rows with these columns and no others. */
    List<Map<String, JsonNode>> of(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw WeftException.usage("there is no file " + file, hint);
        }
        List<Map<String, JsonNode>> rows = new ArrayList<>();
        int number = 0;
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine();
                    line != null && (most == 0 || rows.size() < most);
                    line = lines.readLine()) {
                number++;
                if (!line.isBlank()) {
                    rows.add(row(file + ", line " + number, line));
                }
            }
        } catch (CharacterCodingException notText) {
            throw WeftException.invalidData(file + " is not UTF-8", hint);
        }
        return rows;
    }

    private Map<String, JsonNode> row(String place, String line) {
        JsonNode row;
        try {
            row = Json.MAPPER.readTree(line);
        } catch (JsonProcessingException broken) {
            throw WeftException.invalidData(place + " is not JSON: " + JsonFault.inLine(broken), hint);
        }
        Map<String, JsonNode> kept = new LinkedHashMap<>();
        for (String column : columns) {
            JsonNode value = row.path(column);
            boolean text =
                    value.isValueNode() && !value.isNull() && !value.asText().isBlank();
            if (!text && !(arrays && value.isArray())) {
                throw WeftException.invalidData(place + unusable(column, row), hint);
            }
            kept.put(column, value);
        }
        return kept;
    }

    private static String unusable(String column, JsonNode row) {
        if (!row.has(column)) {
            return " has no column " + column + ", it has " + names(row);
        }
        return ": column " + column + (row.path(column).isContainerNode() ? " is no text" : " is empty");
    }

    private static String names(JsonNode row) {
        List<String> names = new ArrayList<>();
        row.fieldNames().forEachRemaining(names::add);
        return names.isEmpty() ? "none" : String.join(", ", names);
    }
}
