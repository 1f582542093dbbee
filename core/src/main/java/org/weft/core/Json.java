package org.weft.core;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/**
 * Readers and writers of JSON that all share: each keeps what it found out of a type, and making one takes time. They are
 * safe for use by many threads as long as nobody configures them; who needs other settings takes {@code reader()},
 * {@code writer()} or {@code copy()}.
 */
public final class Json {
    /** Jackson's own settings; one line. */
    public static final ObjectMapper MAPPER = new ObjectMapper();

    /** The same for people: indented. */
    public static final ObjectMapper INDENTED = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /** Of records whose files are formats of Weft's: keys in snake_case, indented, no null where a number is expected. */
    public static final ObjectMapper RECORDS = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    /** Python's writers put NaN and Infinity where JSON has no number. */
    private static final ObjectReader PYTHONS = MAPPER.reader().with(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS);

    private Json() {}

    /** Whether an object says anything of what was looked for in it: null is nothing. */
    public static boolean isGiven(JsonNode value) {
        return !value.isMissingNode() && !value.isNull();
    }

    /**
     * The tree of a file that people or other programs wrote.
     *
     * @param path for the error
     * @param hint what to do about it
     * @throws WeftException that names the place where it ceases to be JSON, with the parser's account as its cause
     */
    public static JsonNode parse(byte[] content, String path, String hint) {
        GitLfs.refusePointer(content, path);
        try {
            return PYTHONS.readTree(content);
        } catch (JsonProcessingException broken) {
            JsonLocation place = broken.getLocation();
            String where = place == null ? "" : ": line " + place.getLineNr() + ", column " + place.getColumnNr();
            throw new WeftException(ExitStatus.INVALID_DATA, path + " is not JSON" + where, hint, broken);
        } catch (IOException broken) { // Bytes that are no UTF-8.
            throw new WeftException(ExitStatus.INVALID_DATA, path + " is not JSON in UTF-8", hint, broken);
        }
    }
}
