package org.weft.core.tokens;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;

/**
 * The parts that tokens play, as the files beside a {@code tokenizer.json} name them:
 *
 * <pre>
 *   tokenizer_config.json     "eos_token": "&lt;/s>" or {"content": "&lt;/s>", …}, "add_bos_token": true
 *   generation_config.json    "eos_token_id": 2 or [2, 32000]
 *   config.json               the same, where generation_config.json says nothing of a part
 * </pre>
 *
 * @param texts of tokens by their parts: bos, eos, pad, unk, cls, sep, mask
 * @param ids of tokens by their parts: bos, eos, pad
 * @param begins whether a text begins with bos; null where nobody says, and the post-processor decides
 * @param ends the same of eos at its end
 */
public record TokenRoles(Map<String, String> texts, Map<String, List<Integer>> ids, Boolean begins, Boolean ends)
        implements Serializable {
    public static final String TOKENIZER_CONFIG = "tokenizer_config.json";
    public static final String GENERATION_CONFIG = "generation_config.json";
    public static final String CHAT_TEMPLATE = "chat_template.jinja";
    /** Directory, beside that one, of further templates. */
    public static final String CHAT_TEMPLATES = "additional_chat_templates";
    /** The one of them for conversations with tools. */
    public static final String TOOL_TEMPLATE = CHAT_TEMPLATES + "/tool_use.jinja";

    /** Nothing is said of any token. */
    public static final TokenRoles NONE = new TokenRoles(Map.of(), Map.of(), null, null);

    /** How a token that ends a text is spelt: where nobody names one, the first of these that a tokenizer has. */
    public static final List<String> ENDS_OF_TEXT =
            List.of("<|endoftext|>", "<|end_of_text|>", "</s>", "<eos>", "<|eot_id|>", "<|im_end|>", "[SEP]");

    public static final String BEGIN = "bos";
    public static final String END = "eos";
    public static final String PAD = "pad";

    static final List<String> NAMED = List.of(BEGIN, END, PAD, "unk", "cls", "sep", "mask");
    private static final List<String> NUMBERED = List.of(BEGIN, END, PAD);

    /** Classes that leave beginning and end to the post-processor, whatever the flags say. */
    private static final Set<String> DEAF = Set.of("PreTrainedTokenizerFast", "TokenizersBackend");

    static final String MODEL_CONFIG = "config.json";
    static final String HINT = "mend the file, or take another copy of the model's directory";

    /**
     * What the files in a directory say; nothing where there are none.
     *
     * @throws WeftException where a value is of a type that says nothing
     */
    public static TokenRoles beside(Store store, String directory) throws IOException {
        Map<String, String> texts = new LinkedHashMap<>();
        String tokenizerPath = directory + "/" + TOKENIZER_CONFIG;
        JsonNode tokenizer = read(store, tokenizerPath);
        for (String part : NAMED) {
            text(tokenizer, part + "_token", tokenizerPath).ifPresent(text -> texts.put(part, text));
        }
        Map<String, List<Integer>> ids = new LinkedHashMap<>();
        for (String file : List.of(GENERATION_CONFIG, MODEL_CONFIG)) {
            JsonNode config = read(store, directory + "/" + file);
            for (String part : NUMBERED) {
                List<Integer> said = ids(config, part + "_token_id", directory + "/" + file);
                if (!said.isEmpty()) {
                    ids.putIfAbsent(part, said);
                }
            }
        }
        Boolean begins = flag(tokenizer, "add_bos_token", tokenizerPath);
        Boolean ends = flag(tokenizer, "add_eos_token", tokenizerPath);
        boolean heard = !DEAF.contains(tokenizer.path("tokenizer_class").asText());
        return new TokenRoles(texts, ids, heard ? begins : null, heard ? ends : null);
    }

    /** generation_config.json with the ids that config.json alone has; null where neither says anything. */
    static byte[] generationConfig(Store store, String directory) throws IOException {
        String path = directory + "/" + GENERATION_CONFIG;
        JsonNode generation = read(store, path);
        JsonNode model = read(store, directory + "/" + MODEL_CONFIG);
        ObjectNode whole = generation.isObject() ? generation.deepCopy() : Json.INDENTED.createObjectNode();
        for (String part : NUMBERED) {
            String key = part + "_token_id";
            if (model.hasNonNull(key) && !whole.hasNonNull(key)) {
                whole.set(key, model.path(key));
            }
        }
        if (whole.equals(generation)) {
            return store.readAll(path); // Byte by byte.
        }
        return whole.isEmpty() ? null : Json.INDENTED.writeValueAsBytes(whole);
    }

    /** How the token of a part is written; empty where nobody says. */
    public Optional<String> text(String part) {
        return Optional.ofNullable(texts.get(part));
    }

    /** Ids of a part; none where nobody says. */
    public List<Integer> ids(String part) {
        return ids.getOrDefault(part, List.of());
    }

    /**
     * The token of a part in a vocabulary: by its text, or else by the first of its ids that is there.
     *
     * @param vocabulary ids by the tokens' texts
     */
    public Optional<Integer> in(Map<String, Integer> vocabulary, String part) {
        return text(part).map(vocabulary::get).or(() -> ids(part).stream()
                .filter(id -> vocabulary.containsValue(id))
                .findFirst());
    }

    static JsonNode read(Store store, String path) throws IOException {
        if (!store.exists(path)) {
            return Json.MAPPER.missingNode();
        }
        JsonNode tree = Json.parse(store.readAll(path), path, HINT);
        if (!tree.isObject()) {
            throw WeftException.invalidData(path + " is no JSON object", HINT);
        }
        return tree;
    }

    private static Optional<String> text(JsonNode config, String key, String path) {
        JsonNode value = config.path(key);
        JsonNode text = value.isObject() ? value.path("content") : value;
        if (text.isTextual()) {
            return Optional.of(text.asText());
        }
        if (!Json.isGiven(value)) {
            return Optional.empty();
        }
        throw wrong(path, key, value, "a token's text, or an object with its content");
    }

    private static List<Integer> ids(JsonNode config, String key, String path) {
        JsonNode value = config.path(key);
        if (!Json.isGiven(value)) {
            return List.of();
        }
        List<Integer> ids = new ArrayList<>();
        for (JsonNode id :
                value.isArray() ? value : Json.MAPPER.createArrayNode().add(value)) {
            if (!id.isIntegralNumber() || !id.canConvertToInt()) {
                throw wrong(path, key, value, "a token's id, or an array of them");
            }
            ids.add(id.intValue());
        }
        return ids;
    }

    static Boolean flag(JsonNode config, String key, String path) {
        JsonNode value = config.path(key);
        if (!Json.isGiven(value)) {
            return null;
        }
        if (!value.isBoolean()) {
            throw wrong(path, key, value, "true or false");
        }
        return value.booleanValue();
    }

    static WeftException wrong(String path, String key, JsonNode value, String expected) {
        return WeftException.invalidData(path + ": " + key + "=" + value + " is not " + expected, HINT);
    }
}
