package org.weft.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.weft.core.Json;

/**
 * The fields of a request's JSON object, each of the type that it must have; null counts as absent, fields that nobody
 * asks for are ignored. Whatever is wrong is an {@link ApiException} of status 400 that names the field.
 */
final class JsonFields {
    private static final ObjectReader READER =
            Json.MAPPER.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final int SHOWN = 40;

    private final JsonNode object;

    private JsonFields(JsonNode object) {
        this.object = object;
    }

    static JsonFields of(byte[] body) {
        JsonNode root;
        try {
            root = READER.readTree(body);
        } catch (JsonProcessingException broken) {
            throw ApiException.invalid(null, "the body is not JSON: " + broken.getOriginalMessage());
        } catch (IOException broken) {
            throw ApiException.invalid(null, "the body is not JSON in UTF-8: " + broken.getMessage());
        }
        if (!root.isObject()) {
            throw ApiException.invalid(null, "the body must be a JSON object");
        }
        return new JsonFields(root);
    }

    /** A field as it stands; missing where it is null too. */
    JsonNode node(String name) {
        JsonNode node = object.path(name);
        return node.isNull() ? object.path("") : node;
    }

    /** The fields of an object within; none where it is absent. */
    JsonFields object(String name) {
        JsonNode node = node(name);
        if (!node.isMissingNode() && !node.isObject()) {
            throw wrong(name, "an object", node);
        }
        return new JsonFields(node);
    }

    String text(String name, String absent) {
        JsonNode node = node(name);
        if (!node.isMissingNode() && !node.isTextual()) {
            throw wrong(name, "a string", node);
        }
        return node.asText(absent);
    }

    boolean flag(String name) {
        JsonNode node = node(name);
        if (!node.isMissingNode() && !node.isBoolean()) {
            throw wrong(name, "true or false", node);
        }
        return node.asBoolean();
    }

    int integer(String name, int absent, int least, int most) {
        JsonNode node = node(name);
        if (node.isMissingNode()) {
            return absent;
        }
        if (!node.isIntegralNumber()) {
            throw wrong(name, "an integer", node);
        }
        if (!node.canConvertToInt() || node.asInt() < least || node.asInt() > most) {
            throw wrong(name, "from " + least + " to " + most, node);
        }
        return node.asInt();
    }

    long wide(String name, long absent) {
        JsonNode node = node(name);
        if (!node.isMissingNode() && !(node.isIntegralNumber() && node.canConvertToLong())) {
            throw wrong(name, "an integer of at most 64 bits", node);
        }
        return node.asLong(absent);
    }

    double number(String name, double absent) {
        JsonNode node = node(name);
        if (!node.isMissingNode() && !node.isNumber()) {
            throw wrong(name, "a number", node);
        }
        return node.asDouble(absent);
    }

    /** A string or an array of strings; no strings where it is absent. */
    List<String> texts(String name, int most) {
        JsonNode node = node(name);
        if (node.isTextual()) {
            return List.of(node.asText());
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode each : array(name, node, most)) {
            if (!each.isTextual()) {
                throw wrong(name + "[" + texts.size() + "]", "a string", each);
            }
            texts.add(each.asText());
        }
        return texts;
    }

    /** An array of at most so many elements; of none where it is absent. */
    private static JsonNode array(String name, JsonNode node, int most) {
        if (!node.isMissingNode() && !node.isArray()) {
            throw wrong(name, "a string or an array", node);
        }
        if (node.size() > most) {
            throw ApiException.invalid(name, name + " has " + node.size() + " elements: at most " + most);
        }
        return node;
    }

    static ApiException wrong(String name, String what, JsonNode actual) {
        String json = actual.isMissingNode() ? "absent" : actual.toString();
        String shown = json.length() <= SHOWN ? json : json.substring(0, SHOWN) + "…";
        return ApiException.invalid(name.replaceFirst("[\\[.].*", ""), name + " must be " + what + ", is " + shown);
    }
}
