package org.weft.hub;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.config.Architecture;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.Family;
import org.weft.core.tokens.TokenRoles;
import org.weft.corpus.tokenizer.TokenizerFacts;

/**
 * What Hugging Face wants to know of a tokenizer beside tokenizer.json: which tokens have a part to play, in
 * tokenizer_config.json by their text and in config.json and generation_config.json by their ids. What the files said that
 * the model came with is said again; a tokenizer of Weft's own has one token that begins and ends a document.
 */
final class TokenizerFiles {
    private static final List<String> PARTS = List.of(TokenRoles.BEGIN, TokenRoles.END, TokenRoles.PAD);

    private static final Map<String, String> OF_BERT = ordered(
            "cls_token",
            "[CLS]",
            "sep_token",
            "[SEP]",
            "pad_token",
            "[PAD]",
            "unk_token",
            "[UNK]",
            "mask_token",
            "[MASK]");

    private final WeftConfig config;
    private final Map<String, Integer> ids;
    private final TokenRoles roles;
    private final List<Integer> closing;

    /**
     * @param ids of the vocabulary's tokens; empty where no tokenizer is known
     * @param roles what was said of them beside the tokenizer
     * @param closing ids that stand after each text
     */
    TokenizerFiles(WeftConfig config, Map<String, Integer> ids, TokenRoles roles, List<Integer> closing) {
        this.config = config;
        this.ids = ids;
        this.roles = roles;
        this.closing = closing;
    }

    /** tokenizer_config.json. */
    ObjectNode tokenizerConfig() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("tokenizer_class", "PreTrainedTokenizerFast");
        json.put("model_max_length", config.model().context());
        json.put("clean_up_tokenization_spaces", false);
        tokens().forEach(json::put);
        return json;
    }

    /**
     * The tokenizer_config.json that the model came with, with the padding token that its classifier goes by.
     *
     * @param chatTemplate that the model has instead of the one in it; empty for none
     */
    byte[] completed(byte[] said, String chatTemplate) throws IOException {
        ObjectNode json = (ObjectNode) Json.parse(said, TokenRoles.TOKENIZER_CONFIG, "");
        String padding = tokens().get("pad_token");
        boolean changed = !chatTemplate.isEmpty() && json.remove("chat_template") != null;
        if (classifies()
                && padding != null
                && !padding.equals(roles.text(TokenRoles.PAD).orElse(null))) {
            json.put("pad_token", padding);
            changed = true;
        }
        return changed ? Json.INDENTED.writeValueAsBytes(json) : said;
    }

    /** The ids that config.json and generation_config.json name; null where there is no such token. */
    void putIds(ObjectNode json) {
        Map<String, String> tokens = tokens();
        for (String part : PARTS) {
            String token = tokens.get(part + "_token");
            if (part.equals(TokenRoles.PAD) && config.model().paddingId().isPresent()) {
                json.put(part + "_token_id", config.model().paddingId().getAsInt()); // Whatever else the files call so.
                continue;
            }
            List<Integer> said = roles.ids(part);
            if (part.equals(TokenRoles.PAD) && classifies() && closing.containsAll(said)) {
                said = List.of();
            }
            if (said.size() > 1) {
                ArrayNode array = json.putArray(part + "_token_id");
                said.forEach(array::add);
            } else {
                json.put(part + "_token_id", said.isEmpty() ? token == null ? null : ids.get(token) : said.get(0));
            }
        }
        for (String part : Family.of(config.model()).hub().tokenIds()) {
            String token = tokens.get(part + "_token");
            json.put(part + "_token_id", token == null ? null : ids.get(token));
        }
    }

    /** generation_config.json: nothing but the ids, for how to sample is not the model's to say. */
    ObjectNode generationConfig() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("_from_model_config", true);
        putIds(json);
        if (config.model().encodesSource()) {
            json.put("decoder_start_token_id", Architecture.DECODER_START);
        }
        return json;
    }

    /** Text of the tokens by their parts. */
    private Map<String, String> tokens() {
        Map<String, String> tokens = new LinkedHashMap<>();
        if (!config.model().causal()) {
            OF_BERT.forEach((part, token) -> {
                if (ids.containsKey(token)) {
                    tokens.put(part, token);
                }
            });
        }
        PARTS.forEach(part -> roles.in(ids, part).ifPresent(id -> tokens.put(part + "_token", textOf(id))));
        if (config.model().causal()) {
            TokenizerFacts.endOfTextIn(ids, roles).map(this::textOf).ifPresent(end -> {
                if (config.model().encodesSource()) { // transformers fills up with it, and nothing begins a text
                    if (ids.containsValue(Architecture.DECODER_START)) {
                        tokens.putIfAbsent("pad_token", textOf(Architecture.DECODER_START));
                    }
                } else if (roles.equals(TokenRoles.NONE)) {
                    tokens.put("bos_token", end);
                }
                tokens.putIfAbsent("eos_token", end);
                if (classifies()) {
                    tokens.put("pad_token", padding(tokens.get("pad_token"), end));
                } else if (givesVectors()) { // whose padding is masked, whatever it is
                    tokens.putIfAbsent("pad_token", end);
                }
            });
        }
        return tokens;
    }

    private boolean classifies() {
        return config.model().causal()
                && !config.model().encodesSource()
                && !config.finetune().generative()
                && !givesVectors();
    }

    private boolean givesVectors() {
        return config.finetune().task() == TaskName.EMBEDDING;
    }

    /** transformers' classifiers look for the last token that is no padding: what closes each text must not be it. */
    private String padding(String said, String end) {
        return Stream.of(said, end, roles.text("unk").orElse(null))
                .filter(Objects::nonNull)
                .filter(token -> ids.containsKey(token) && !closing.contains(ids.get(token)))
                .findFirst()
                .orElseThrow(() -> WeftException.invalidData(
                        "no token is left to pad with: each text ends with " + end + ", and transformers' classifiers"
                                + " judge the token before the first padding",
                        "name another of the tokenizer's as pad_token in " + TokenRoles.TOKENIZER_CONFIG
                                + " beside the run's tokenizer.json"));
    }

    private String textOf(int id) {
        return ids.entrySet().stream()
                .filter(token -> token.getValue() == id)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, String> ordered(String... keysAndValues) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }
}
