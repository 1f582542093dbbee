package org.weft.corpus.source;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.weft.core.UnpairedSurrogates;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;

/**
 * JSON objects as they are written, with their places; halves of surrogate pairs in their texts become U+FFFD.
 *
 * @param texts keys whose values must be strings or null
 */
record JsonRows(List<String> texts, String placeField, TextEncoding encoding) implements SplitFormat {
    JsonRows {
        texts = List.copyOf(texts);
    }

    private static final ObjectWriter WRITER = JsonRecords.JSON.writer().without(JsonWriteFeature.WRITE_NAN_AS_STRINGS);

    @Override
    public boolean splittable() {
        return encoding.utf8();
    }

    @Override
    public Documents open(Store store, InputSplit split) throws IOException {
        return new Rows(texts, placeField, JsonRecords.open(new InputText(store, split, encoding)));
    }

    /** One split's. */
    private static final class Rows implements Documents {
        private final List<String> texts;
        private final String placeField;
        private final JsonRecords records;
        private final Set<String> wide = new HashSet<>();
        private boolean changed;
        private long replaced;

        Rows(List<String> texts, String placeField, JsonRecords records) {
            this.texts = texts;
            this.placeField = placeField;
            this.records = records;
        }

        @Override
        public byte[] next() throws IOException {
            ObjectNode row = records.next();
            if (row == null) {
                return null;
            }
            requireTexts(row);
            for (Map.Entry<String, JsonNode> field : row.properties()) {
                if (isWide(field.getValue())) {
                    wide.add(field.getKey());
                }
            }
            changed = records.source() == null;
            JsonNode plain = plain(row);
            String place = JsonRecords.JSON.writeValueAsString(placeField) + ":"
                    + JsonRecords.JSON.writeValueAsString(records.where());
            String json = changed
                    ? WRITER.writeValueAsString(plain)
                    : new String(records.source(), StandardCharsets.UTF_8).strip();
            String open = json.substring(0, json.length() - 1); // without the closing bracket
            return (open + (row.isEmpty() ? "" : ",") + place + "}").getBytes(StandardCharsets.UTF_8);
        }

        private void requireTexts(ObjectNode row) throws IOException {
            for (String key : texts) {
                JsonNode value = row.path(key);
                if (!value.isTextual() && !value.isNull() && !value.isMissingNode()) {
                    throw WeftException.invalidData(
                            "column " + key + " is no string but " + value.getNodeType() + ": " + records.where(),
                            "each object must have a string there: mend or remove it, or name another column in the"
                                    + " dataset section");
                }
            }
        }

        private static boolean isWide(JsonNode value) {
            if (value.isArray()) {
                return StreamSupport.stream(value.spliterator(), false).anyMatch(Rows::isWide);
            }
            return value.isIntegralNumber()
                    && !value.isInt()
                    && (Double.isInfinite(value.doubleValue())
                            || new BigDecimal(Double.toString(value.doubleValue())).compareTo(value.decimalValue())
                                    != 0);
        }

        private JsonNode plain(JsonNode value) {
            if (value instanceof ObjectNode object) {
                for (Map.Entry<String, JsonNode> field : List.copyOf(object.properties())) {
                    JsonNode plain = plain(field.getValue());
                    if (plain != field.getValue()) {
                        object.set(field.getKey(), plain);
                    }
                }
            } else if (value instanceof ArrayNode array) {
                for (int i = 0; i < array.size(); i++) {
                    array.set(i, plain(array.get(i)));
                }
            } else if (value.isTextual()) {
                return text(value);
            }
            return value;
        }

        private JsonNode text(JsonNode value) {
            int found = UnpairedSurrogates.count(value.textValue());
            if (found == 0) {
                return value;
            }
            changed = true;
            replaced += found;
            return TextNode.valueOf(UnpairedSurrogates.replaced(value.textValue()));
        }

        @Override
        public long replaced() {
            return replaced;
        }

        @Override
        public Set<String> wide() {
            return wide;
        }

        @Override
        public String where() throws IOException {
            return records.where();
        }

        @Override
        public void close() throws IOException {
            records.close();
        }
    }
}
