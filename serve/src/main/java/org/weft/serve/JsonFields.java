package org.weft.serve;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.weft.core.Json;
import org.weft.core.UnpairedSurrogates;

/**
 * The fields of a request's JSON object, each of the type that it must have; null counts as absent. Remembers what was asked
 * for, so that a field that nobody reads is refused by {@link #end} and not passed over. Whatever is wrong is an
 * {@link ApiException} of status 400 that names the field. One thread's.
 */
final class JsonFields {
    private static final ObjectReader READER = Json.MAPPER.reader().with(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
    private static final ObjectReader WHOLE = READER.with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final int SHOWN = 40;

    private final String path; // of the object, before its fields' names
    private final JsonNode object;
    private final Set<String> asked = new TreeSet<>();

    private JsonFields(String path, JsonNode object) {
        this.path = path;
        this.object = object;
    }

    /** The fields of a request's body, which is one object in UTF-8. */
    static JsonFields of(byte[] body) {
        JsonNode root;
        try (JsonParser parser = READER.createParser(Utf8Body.text(body))) {
            root = parser.readValueAsTree();
            if (parser.nextToken() != null) {
                throw ApiException.invalid(null, "the body is not JSON: something follows the object");
            }
        } catch (JsonProcessingException broken) {
            throw ApiException.invalid(
                    null, "the body is not JSON" + place(broken.getLocation()) + ": " + broken.getOriginalMessage());
        } catch (IOException broken) {
            throw ApiException.invalid(null, "the body is not JSON: " + broken.getMessage());
        }
        if (root == null || !root.isObject()) {
            throw ApiException.invalid(null, "the body must be a JSON object");
        }
        return new JsonFields("", root);
    }

    private static String place(JsonLocation location) {
        return location == null ? "" : " at line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    /** The fields of an object somewhere within, such as {@code messages[3]}. */
    static JsonFields within(String place, JsonNode object) {
        if (!absent(object) && !object.isObject()) {
            throw wrong(place, "an object", object);
        }
        return new JsonFields(place + ".", absent(object) ? JsonNodeFactory.instance.objectNode() : object);
    }

    /** Whether a field says nothing. */
    static boolean absent(JsonNode node) {
        return !Json.isGiven(node);
    }

    /** A field as it stands. */
    JsonNode node(String name) {
        asked.add(name);
        return object.path(name);
    }

    /** A field's name from the body's beginning on. */
    String place(String name) {
        return path + name;
    }

    /** The fields of an object within; none where it is absent. */
    JsonFields object(String name) {
        return within(place(name), node(name));
    }

    /** Fields that clients send and that change no text, whatever is in them. */
    void pass(List<String> names) {
        asked.addAll(names);
    }

    /**
     * Everything that there is to read was asked for.
     *
     * @throws ApiException for a field that was not, as OpenAI's server does: what has no effect is not answered as if it had
     */
    void end() {
        object.fields().forEachRemaining(field -> {
            if (!asked.contains(field.getKey()) && !field.getValue().isNull()) {
                String name = place(shown(field.getKey()));
                throw ApiException.invalid(
                        name, "there is no field " + name + " here: there are " + String.join(", ", asked));
            }
        });
    }

    /** A text; null where there is none. */
    String text(String name) {
        JsonNode node = node(name);
        if (absent(node)) {
            return null;
        }
        if (!node.isTextual()) {
            throw wrong(place(name), "a string", node);
        }
        return text(place(name), node);
    }

    /** What a string says, which must be text: half of a surrogate pair is none, and no tokenizer has a token for it. */
    static String text(String place, JsonNode string) {
        String text = string.asText();
        requireText(place, place, text);
        return text;
    }

    private static void requireText(String place, String what, String text) {
        int at = UnpairedSurrogates.first(text);
        if (at >= 0) {
            throw ApiException.invalid(
                    field(place),
                    what + " is no text: the character at " + at + " is half of a surrogate pair, \\u"
                            + Integer.toHexString(text.charAt(at)));
        }
    }

    /** That every string of a value is text, and every key. */
    static void requireTexts(String place, JsonNode value) {
        if (UnpairedSurrogates.first(value.toString()) >= 0) { // as a rule none is, and no place need be put together
            findNoText(place, value);
        }
    }

    private static void findNoText(String place, JsonNode value) {
        if (value.isTextual()) {
            text(place, value);
        }
        for (int i = 0; value.isArray() && i < value.size(); i++) {
            findNoText(place + "[" + i + "]", value.get(i));
        }
        value.fields().forEachRemaining(field -> {
            requireText(place, "a key of " + place, field.getKey());
            findNoText(place + "." + field.getKey(), field.getValue());
        });
    }

    /** What a text says that is JSON, whole and with no key twice; null for any other. */
    static JsonNode json(String text) {
        try {
            return WHOLE.readTree(text);
        } catch (JsonProcessingException other) {
            return null;
        }
    }

    boolean flag(String name) {
        JsonNode node = node(name);
        if (!absent(node) && !node.isBoolean()) {
            throw wrong(place(name), "true or false", node);
        }
        return node.asBoolean();
    }

    int integer(String name, int absent, int least, int most) {
        JsonNode node = node(name);
        if (absent(node)) {
            return absent;
        }
        if (!node.isIntegralNumber()) {
            throw wrong(place(name), "an integer", node);
        }
        if (!node.canConvertToInt() || node.asInt() < least || node.asInt() > most) {
            throw wrong(place(name), "from " + least + " to " + most, node);
        }
        return node.asInt();
    }

    long wide(String name, long absent) {
        JsonNode node = node(name);
        if (!absent(node) && !(node.isIntegralNumber() && node.canConvertToLong())) {
            throw wrong(place(name), "an integer of at most 64 bits", node);
        }
        return absent(node) ? absent : node.asLong();
    }

    double number(String name, double absent) {
        JsonNode node = node(name);
        if (!absent(node) && !node.isNumber()) {
            throw wrong(place(name), "a number", node);
        }
        return absent(node) ? absent : node.asDouble();
    }

    /** A string or an array of strings; no strings where it is absent. */
    List<String> texts(String name, int most) {
        JsonNode node = node(name);
        if (node.isTextual()) {
            return List.of(text(place(name), node));
        }
        if (!absent(node) && !node.isArray()) {
            throw wrong(place(name), "a string or an array", node);
        }
        if (node.size() > most) {
            throw ApiException.invalid(name, name + " has " + node.size() + " elements: at most " + most);
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode each : node) {
            String place = place(name) + "[" + texts.size() + "]";
            if (!each.isTextual()) {
                throw wrong(place, "a string", each);
            }
            texts.add(text(place, each));
        }
        return texts;
    }

    /** An array of token ids, which may be empty. */
    static int[] tokenIds(JsonNode array, String place, int vocabulary) {
        int[] ids = new int[array.size()];
        for (int i = 0; i < ids.length; i++) {
            JsonNode id = array.get(i);
            if (!id.isInt() || id.asInt() < 0 || id.asInt() >= vocabulary) {
                throw wrong(place + "[" + i + "]", "a token id below " + vocabulary, id);
            }
            ids[i] = id.asInt();
        }
        return ids;
    }

    static ApiException wrong(String place, String what, JsonNode actual) {
        String json = actual.isMissingNode() ? "absent" : shown(actual.toString());
        return ApiException.invalid(field(place), place + " must be " + what + ", is " + json);
    }

    private static String shown(String json) {
        return json.length() <= SHOWN ? json : json.substring(0, SHOWN) + "…";
    }

    /** The body's field that something stands in. */
    static String field(String place) {
        return place.replaceFirst("[\\[.].*", "");
    }
}
