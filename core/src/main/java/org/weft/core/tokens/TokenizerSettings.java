package org.weft.core.tokens;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;

/**
 * What the files beside a {@code tokenizer.json} ask of the tokenizer itself. Hugging Face's classes put it over what
 * {@code tokenizer.json} says, each class its own settings:
 *
 * <pre>
 *   BertTokenizer    do_lower_case (or else true), strip_accents, tokenize_chinese_chars (or else true)
 *   GPT2Tokenizer    add_prefix_space (or else false)
 *   LlamaTokenizer   add_prefix_space, for which the tokenizer would have to be made anew
 *   all              added_tokens_decoder or else added_tokens.json; named tokens that are words of the vocabulary
 * </pre>
 */
final class TokenizerSettings {
    private static final Set<String> BERT = Set.of("BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer");
    private static final Set<String> GPT2 = Set.of("GPT2Tokenizer", "GPTNeoXTokenizer", "RobertaTokenizer");
    private static final Set<String> LLAMA = Set.of("LlamaTokenizer", "CodeLlamaTokenizer");

    /** The class where no file names one. */
    private static final Map<String, String> BY_MODEL = Map.of(
            "bert", "BertTokenizer",
            "distilbert", "DistilBertTokenizer",
            "gpt2", "GPT2Tokenizer",
            "gpt_neox", "GPTNeoXTokenizer",
            "roberta", "RobertaTokenizer",
            "llama", "LlamaTokenizer",
            "mistral", "LlamaTokenizer",
            "mixtral", "LlamaTokenizer");

    private static final String CLASS = "tokenizer_class";
    private static final String ADDED_TOKENS = "added_tokens.json";

    private final ObjectNode tokenizer;
    private final String path;
    private final JsonNode settings;
    private final String settingsPath;
    private final Consumer<String> notices;
    private boolean changed;

    private TokenizerSettings(
            ObjectNode tokenizer, String path, JsonNode settings, String settingsPath, Consumer<String> notices) {
        this.tokenizer = tokenizer;
        this.path = path;
        this.settings = settings;
        this.settingsPath = settingsPath;
        this.notices = notices;
    }

    /**
     * A {@code tokenizer.json} that asks by itself what the files in its directory ask: the same bytes where they agree.
     *
     * @param notices hears of each disagreement
     * @throws WeftException where a setting cannot be put into the file
     */
    static byte[] applied(Store store, String directory, byte[] json, String path, Consumer<String> notices)
            throws IOException {
        String settingsPath = directory + "/" + TokenRoles.TOKENIZER_CONFIG;
        JsonNode settings = TokenRoles.read(store, settingsPath);
        JsonNode model = TokenRoles.read(store, directory + "/" + TokenRoles.MODEL_CONFIG);
        JsonNode added = TokenRoles.read(store, directory + "/" + ADDED_TOKENS);
        if (settings.isMissingNode() && model.isMissingNode() && added.isMissingNode()) {
            return json;
        }
        if (!(Json.parse(json, path, TokenRoles.HINT) instanceof ObjectNode tokenizer)) {
            return json; // Whoever opens it says so.
        }
        TokenizerSettings applied = new TokenizerSettings(tokenizer, path, settings, settingsPath, notices);
        applied.ofClass(settings.path(CLASS).asText(model.path(CLASS).asText(null)), model);
        if (settings.has("added_tokens_decoder")) {
            applied.addDecoded();
        } else {
            applied.addListed(added, directory + "/" + ADDED_TOKENS);
        }
        applied.addNamed();
        return applied.changed ? Json.MAPPER.writeValueAsBytes(tokenizer) : json;
    }

    private void ofClass(String named, JsonNode model) {
        String name = named == null
                ? BY_MODEL.getOrDefault(model.path("model_type").asText(), "")
                : named.replaceFirst("Fast$", "");
        JsonNode normalizer = tokenizer.path("normalizer");
        JsonNode split = tokenizer.path("pre_tokenizer");
        if (BERT.contains(name) && normalizer.path("type").asText().equals("BertNormalizer")) {
            put(normalizer, "lowercase", "do_lower_case", true);
            put(normalizer, "strip_accents", "strip_accents", null);
            put(normalizer, "handle_chinese_chars", "tokenize_chinese_chars", true);
        }
        if (GPT2.contains(name) && split.path("type").asText().equals("ByteLevel")) {
            put(split, "add_prefix_space", "add_prefix_space", false);
        }
        Boolean prefix = TokenRoles.flag(settings, "add_prefix_space", settingsPath);
        if (LLAMA.contains(name) && prefix != null && prefix != prefixed(normalizer, split)) {
            throw WeftException.invalidData(
                    "tokenizer files disagree: " + settingsPath + ": add_prefix_space=" + prefix + ", but " + path
                            + (prefix ? " puts no blank before a text" : " puts a blank before each text"),
                    "save the tokenizer anew: AutoTokenizer.from_pretrained(DIR).save_pretrained(DIR); or take the key out"
                            + " of " + TokenRoles.TOKENIZER_CONFIG);
        }
    }

    private static boolean prefixed(JsonNode normalizer, JsonNode split) {
        List<String> schemes = split.findValuesAsText("prepend_scheme");
        return normalizer.findValuesAsText("type").contains("Prepend")
                || schemes.stream().anyMatch(scheme -> !scheme.equals("never"))
                || schemes.isEmpty()
                        && split.findValuesAsText("add_prefix_space").contains("true");
    }

    private void put(JsonNode part, String key, String setting, Boolean orElse) {
        Boolean said = TokenRoles.flag(settings, setting, settingsPath);
        Boolean wanted = said == null ? orElse : said;
        JsonNode value = wanted == null ? NullNode.instance : BooleanNode.valueOf(wanted);
        JsonNode before = part.path(key);
        if (!before.equals(value)) {
            ((ObjectNode) part).set(key, value);
            changed = true;
            notices.accept(
                    "tokenizer files disagree: " + path + ": " + key + "=" + before + "; " + setting + "=" + value
                            + (said == null ? ", what its class means where nothing is said," : " of " + settingsPath)
                            + " holds, as in transformers");
        }
    }

    /** By their ids: {@code "added_tokens_decoder": {"400": {"content": "sea", "special": false, …}, …}}. */
    private void addDecoded() {
        JsonNode decoder = settings.path("added_tokens_decoder");
        Map<Integer, JsonNode> tokens = new TreeMap<>();
        decoder.fields().forEachRemaining(entry -> {
            if (!entry.getKey().matches("\\d{1,9}")
                    || !entry.getValue().path("content").isTextual()) {
                throw TokenRoles.wrong(
                        settingsPath,
                        "added_tokens_decoder",
                        Json.MAPPER.createObjectNode().set(entry.getKey(), entry.getValue()),
                        "a token's id and an object with its content");
            }
            tokens.put(Integer.valueOf(entry.getKey()), entry.getValue());
        });
        add(tokens, settingsPath + ": added_tokens_decoder");
    }

    /** By their texts: {@code {"sea": 400, …}}. */
    private void addListed(JsonNode listed, String listPath) {
        Set<String> special = new HashSet<>();
        TokenRoles.NAMED.forEach(part -> special.add(content(settings.path(part + "_token"))));
        settings.path("additional_special_tokens").forEach(token -> special.add(content(token)));
        Map<Integer, JsonNode> tokens = new TreeMap<>();
        listed.fields().forEachRemaining(entry -> {
            if (!entry.getValue().isInt()) {
                throw TokenRoles.wrong(listPath, entry.getKey(), entry.getValue(), "a token's id");
            }
            tokens.put(
                    entry.getValue().intValue(),
                    Json.MAPPER
                            .createObjectNode()
                            .put("content", entry.getKey())
                            .put("special", special.contains(entry.getKey())));
        });
        add(tokens, listPath);
    }

    /** Of a text, or of an object with it; null of neither. */
    private static String content(JsonNode token) {
        return (token.isObject() ? token.path("content") : token).textValue();
    }

    /** A token of a text that is one already keeps its id; a new one has to follow the others, as in the library. */
    private void add(Map<Integer, JsonNode> tokens, String place) {
        Map<String, Integer> ids = SpecialTokens.ids(tokenizer);
        int next = tokenizer.path("model").path("vocab").size();
        for (JsonNode there : tokenizer.path("added_tokens")) {
            next = Math.max(next, there.path("id").asInt() + 1);
        }
        for (Map.Entry<Integer, JsonNode> token : tokens.entrySet()) {
            Integer id = ids.get(content(token.getValue()));
            if (id == null && token.getKey() != next) {
                throw WeftException.invalidData(
                        "tokenizer files disagree: " + place + " has "
                                + token.getValue().path("content") + " as id " + token.getKey() + ", the next id of "
                                + path + " is " + next,
                        "save the tokenizer anew: AutoTokenizer.from_pretrained(DIR).save_pretrained(DIR)");
            }
            if (id == null) {
                id = next++;
            }
            add(id, token.getValue(), place);
        }
    }

    /** Named tokens that tokenizer.json has as ordinary words: spelt in a prompt or a template they are one token. */
    private void addNamed() {
        Map<String, Integer> ids = SpecialTokens.ids(tokenizer);
        for (String part : TokenRoles.NAMED) {
            JsonNode token = settings.path(part + "_token");
            Integer id = ids.get(content(token));
            if (id != null) {
                ObjectNode special = token.isObject() ? token.deepCopy() : Json.MAPPER.createObjectNode();
                add(
                        id,
                        special.put("content", content(token)).put("special", true),
                        settingsPath + ": " + part + "_token");
            }
        }
    }

    private void add(int id, JsonNode token, String place) {
        String content = content(token);
        ArrayNode added = tokenizer.withArray("added_tokens");
        for (JsonNode there : added) {
            if (there.path("content").asText().equals(content)) {
                return;
            }
        }
        boolean special = token.path("special").asBoolean();
        added.addObject()
                .put("id", id)
                .put("content", content)
                .put("single_word", token.path("single_word").asBoolean())
                .put("lstrip", token.path("lstrip").asBoolean())
                .put("rstrip", token.path("rstrip").asBoolean())
                .put("normalized", token.path("normalized").asBoolean(!special))
                .put("special", special);
        changed = true;
        notices.accept(path + " has no added token " + token.path("content") + ": id " + id + " by " + place);
    }
}
