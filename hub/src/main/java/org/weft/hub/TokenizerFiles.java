package org.weft.hub;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.weft.core.config.ModelConfig;
import org.weft.corpus.tokenizer.TokenizerFacts;

/**
 * What Hugging Face wants to know of a tokenizer beside tokenizer.json: which tokens have a part to play, in
 * tokenizer_config.json by their text and in config.json and generation_config.json by their ids.
 */
final class TokenizerFiles {
    static final String CONFIG = "tokenizer_config.json";
    static final String GENERATION = "generation_config.json";

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

    private final ModelConfig model;
    private final Map<String, Integer> ids;

    /**
     * @param ids of the vocabulary's tokens; empty where no tokenizer is known
     */
    TokenizerFiles(ModelConfig model, Map<String, Integer> ids) {
        this.model = model;
        this.ids = ids;
    }

    /** tokenizer_config.json. */
    ObjectNode tokenizerConfig() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("tokenizer_class", "PreTrainedTokenizerFast");
        json.put("model_max_length", model.context());
        json.put("clean_up_tokenization_spaces", false);
        tokens().forEach(json::put);
        return json;
    }

    /** The ids that config.json and generation_config.json name; null where there is no such token. */
    void putIds(ObjectNode json) {
        Map<String, String> tokens = tokens();
        for (String part : new String[] {"bos", "eos", "pad"}) {
            String token = tokens.get(part + "_token");
            json.put(part + "_token_id", token == null ? null : ids.get(token));
        }
    }

    /** generation_config.json: nothing but the ids, for how to sample is not the model's to say. */
    ObjectNode generationConfig() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("_from_model_config", true);
        putIds(json);
        return json;
    }

    /** Text of the tokens by their parts. A causal model begins and ends a document with one token. */
    private Map<String, String> tokens() {
        Map<String, String> tokens = new LinkedHashMap<>();
        if (model.causal()) {
            TokenizerFacts.endOfTextIn(ids).ifPresent(token -> {
                tokens.put("bos_token", token);
                tokens.put("eos_token", token);
            });
        } else {
            OF_BERT.forEach((part, token) -> {
                if (ids.containsKey(token)) {
                    tokens.put(part, token);
                }
            });
        }
        return tokens;
    }

    private static Map<String, String> ordered(String... keysAndValues) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }
}
