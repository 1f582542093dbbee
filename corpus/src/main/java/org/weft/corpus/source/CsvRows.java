package org.weft.corpus.source;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;

/**
 * Records of CSV files as JSON objects with their places. A field is null where nothing stands between its commas, and an
 * empty text where {@code ""} does.
 *
 * @param columns what the first line of each file says
 */
record CsvRows(List<String> columns, String placeField, TextEncoding encoding) implements SplitFormat {
    CsvRows {
        columns = List.copyOf(columns);
    }

    /** What a file's first line says. */
    static List<String> columns(InputText text) throws IOException {
        return columns(text, CsvRecords.COMMA);
    }

    /** The same where something else stands between fields. */
    static List<String> columns(InputText text, char separator) throws IOException {
        try (CsvRecords records = CsvRecords.open(text, separator)) {
            List<String> columns = records.next();
            String file = "file=" + text.split().path();
            if (columns == null) {
                throw WeftException.invalidData(
                        "CSV without a header: " + file + " is empty", "its first line must name its columns");
            }
            return named(columns);
        }
    }

    /** As Spark names what has no name, such as the index that pandas writes, or another's. */
    private static List<String> named(List<String> columns) {
        List<String> named = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            String name = columns.get(i);
            boolean again = name != null && Collections.frequency(columns, name) > 1;
            named.add(name == null ? "_c" + i : again ? name + i : name);
        }
        return named;
    }

    @Override
    public boolean splittable() {
        return false; // whether a line end is within quotes can only be told from the beginning
    }

    @Override
    public Documents open(Store store, InputSplit split) throws IOException {
        CsvRecords records = CsvRecords.open(new InputText(store, split, encoding), CsvRecords.COMMA);
        try {
            records.next(); // the header
        } catch (IOException | RuntimeException e) {
            records.close();
            throw e;
        }
        return new Documents() {
            @Override
            public byte[] next() throws IOException {
                List<String> fields = records.next();
                return fields == null ? null : row(fields, records.where());
            }

            @Override
            public String where() {
                return records.where();
            }

            @Override
            public void close() throws IOException {
                records.close();
            }
        };
    }

    private byte[] row(List<String> fields, String where) throws IOException {
        if (fields.size() != columns.size()) {
            throw WeftException.invalidData(
                    "CSV row of another length: " + where + " fields=" + fields.size() + " columns=" + columns.size(),
                    "put fields with commas or line ends in quotes; a row needs a comma for each column but the last");
        }
        ObjectNode row = Json.MAPPER.createObjectNode();
        for (int i = 0; i < fields.size(); i++) {
            row.put(columns.get(i), fields.get(i));
        }
        return Json.MAPPER.writeValueAsBytes(row.put(placeField, where));
    }
}
