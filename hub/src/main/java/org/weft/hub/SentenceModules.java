package org.weft.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.FinetuneConfig.Pooling;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.core.tokens.TokenRoles;

/**
 * What sentence-transformers' files beside a model say of how texts become vectors: {@code modules.json}, the pooling module's
 * {@code config.json}, {@code sentence_bert_config.json} and {@code config_sentence_transformers.json}.
 *
 * @param pooling AUTO where nothing is said
 * @param normalize whether a last module scales vectors to length 1
 * @param maxLength tokens of the longest text; 0 where nothing is said
 * @param lowerCase whether texts are read in lower case
 * @param prompts what stands before texts, by name
 * @param defaultPrompt name of the one that stands there where nobody names another; empty for none
 * @param includesPrompt whether a prompt's tokens are pooled, too
 */
public record SentenceModules(
        Pooling pooling,
        boolean normalize,
        int maxLength,
        boolean lowerCase,
        Map<String, String> prompts,
        String defaultPrompt,
        boolean includesPrompt) {
    /** A model about which nothing is said: vectors are of length 1. */
    static final SentenceModules NONE = new SentenceModules(Pooling.AUTO, true, 0, false, Map.of(), "", true);

    private static final String MODULES = "modules.json";
    private static final String POOLING = "1_Pooling";
    private static final String NORMALIZE = "2_Normalize";
    private static final String TRANSFORMER_CONFIG = "sentence_bert_config.json";
    /** Whose name early versions wrote into the file's instead of bert's. */
    private static final List<String> OLDER_FAMILIES =
            List.of("roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet");

    private static final String PROMPTS_CONFIG = "config_sentence_transformers.json";
    private static final String FEATURES = "feature-extraction";
    private static final Map<String, Pooling> MODES = Map.of(
            "pooling_mode_cls_token", Pooling.FIRST,
            "pooling_mode_mean_tokens", Pooling.MEAN,
            "pooling_mode_lasttoken", Pooling.LAST);

    /** As {@code pooling_mode} of later files has them. */
    private static final Map<String, Pooling> WORDS =
            Map.of("cls", Pooling.FIRST, "mean", Pooling.MEAN, "lasttoken", Pooling.LAST);

    /**
     * Of a directory.
     *
     * @throws WeftException where there are modules that Weft does not have
     */
    static SentenceModules at(Store store, String directory) throws IOException {
        if (!store.exists(directory + "/" + MODULES)) {
            return NONE;
        }
        String name = TRANSFORMER_CONFIG;
        for (String family : OLDER_FAMILIES) {
            String older = TRANSFORMER_CONFIG.replace("bert", family);
            name = !store.exists(directory + "/" + name) && store.exists(directory + "/" + older) ? older : name;
        }
        JsonNode transformer = json(store, directory + "/" + name);
        String task = transformer.path("transformer_task").asText(FEATURES);
        if (!task.equals(FEATURES)) {
            throw WeftException.invalidData(
                    directory + "/" + name + ": transformer_task=" + task + " is not one that Weft has",
                    "Weft has " + FEATURES);
        }
        JsonNode said = json(store, directory + "/" + PROMPTS_CONFIG);
        Map<String, String> prompts = new LinkedHashMap<>();
        said.path("prompts").fields().forEachRemaining(prompt -> {
            if (prompt.getValue().isTextual()) {
                prompts.put(prompt.getKey(), prompt.getValue().asText());
            }
        });
        Pooling pooling = Pooling.AUTO;
        boolean normalize = false;
        boolean includesPrompt = true;
        for (JsonNode module : json(store, directory + "/" + MODULES)) {
            String type = module.path("type").asText();
            String path = module.path("path").asText();
            switch (type.substring(type.lastIndexOf('.') + 1)) {
                case "Transformer" -> requireRoot(directory, path);
                case "Pooling" -> {
                    JsonNode config = json(store, directory + "/" + path + "/" + HuggingFaceConfig.FILE);
                    pooling = pooling(config, directory + "/" + path);
                    includesPrompt = config.path("include_prompt").asBoolean(true);
                }
                case "Normalize" -> normalize = true;
                default ->
                    throw WeftException.invalidData(
                            directory + "/" + MODULES + ": module " + type + " is not one that Weft has",
                            "Weft has Transformer, Pooling and Normalize");
            }
        }
        return new SentenceModules(
                pooling,
                normalize,
                maxLength(store, directory, transformer),
                transformer.path("do_lower_case").asBoolean(false),
                prompts,
                said.path("default_prompt_name").isTextual()
                        ? said.path("default_prompt_name").textValue()
                        : "",
                includesPrompt);
    }

    /** Of a model that was tuned to give vectors. */
    static SentenceModules ofTuned(WeftConfig config) {
        FinetuneConfig tuned = config.finetune();
        Pooling usual = config.model().causal() ? Pooling.LAST : Pooling.MEAN;
        int length = config.dataset().maxLength();
        return new SentenceModules(
                tuned.pooling() == Pooling.AUTO ? usual : tuned.pooling(),
                tuned.normalize(),
                length == 0 ? config.model().context() : length,
                false,
                Map.of(),
                "",
                true);
    }

    /** Later files leave it to the tokenizer's, where a number without meaning stands for none. */
    private static int maxLength(Store store, String directory, JsonNode transformer) throws IOException {
        JsonNode said = transformer.path("max_seq_length");
        JsonNode limit = said.isInt()
                ? said
                : json(store, directory + "/" + TokenRoles.TOKENIZER_CONFIG).path("model_max_length");
        return limit.isInt() ? Math.max(0, limit.asInt()) : 0;
    }

    private static void requireRoot(String directory, String path) {
        if (!path.isEmpty()) {
            throw WeftException.invalidData(
                    directory + "/" + MODULES + ": the model is in " + path + ", and not beside it",
                    "move what is in " + path + " up, and set its path to \"\"");
        }
    }

    private static Pooling pooling(JsonNode config, String path) {
        List<String> modes = new ArrayList<>();
        List<Pooling> known = new ArrayList<>();
        config.fields().forEachRemaining(mode -> {
            if (mode.getKey().startsWith("pooling_mode_") && mode.getValue().asBoolean()) {
                modes.add(mode.getKey());
                known.add(MODES.get(mode.getKey()));
            }
        });
        if (modes.isEmpty() && config.path("pooling_mode").isTextual()) {
            modes.add("pooling_mode=" + config.path("pooling_mode").asText());
            known.add(WORDS.get(config.path("pooling_mode").asText()));
        }
        if (known.size() != 1 || known.get(0) == null) {
            throw WeftException.invalidData(
                    path + "/" + HuggingFaceConfig.FILE + ": pooling " + modes + " is not one that Weft has",
                    "Weft pools one of " + MODES.keySet().stream().sorted().toList());
        }
        return known.get(0);
    }

    private static JsonNode json(Store store, String path) throws IOException {
        return store.exists(path)
                ? Json.parse(store.readAll(path), path, "take another copy of the directory")
                : Json.MAPPER.createObjectNode();
    }

    /**
     * What stands before texts.
     *
     * @param prompt its name; null for the model's usual one
     * @param directory of the model, for errors
     */
    public String prefix(String prompt, String directory) {
        String name = prompt == null ? defaultPrompt : prompt;
        if (name.isEmpty()) {
            return "";
        }
        if (!prompts.containsKey(name)) {
            throw WeftException.usage(
                    directory + " has no prompt " + name,
                    prompts.isEmpty()
                            ? "it has none: leave --prompt out, or give the text itself with --prefix"
                            : "it has " + prompts.keySet().stream().sorted().toList());
        }
        return prompts.get(name);
    }

    /**
     * The files that say so, by name; sentence-transformers reads them.
     *
     * @param width D
     */
    Map<String, byte[]> files(int width) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        ArrayNode modules = Json.INDENTED.createArrayNode();
        module(modules, "", "Transformer");
        module(modules, POOLING, "Pooling");
        if (normalize) {
            module(modules, NORMALIZE, "Normalize");
        }
        files.put(MODULES, Json.INDENTED.writeValueAsBytes(modules));
        ObjectNode pooled = Json.INDENTED.createObjectNode().put("word_embedding_dimension", width);
        MODES.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(mode -> pooled.put(mode.getKey(), mode.getValue() == pooling));
        pooled.put("include_prompt", true);
        files.put(POOLING + "/" + HuggingFaceConfig.FILE, Json.INDENTED.writeValueAsBytes(pooled));
        if (normalize) {
            files.put(NORMALIZE + "/" + HuggingFaceConfig.FILE, "{}\n".getBytes(StandardCharsets.UTF_8));
        }
        ObjectNode transformer = Json.INDENTED
                .createObjectNode()
                .put("max_seq_length", maxLength)
                .put("do_lower_case", lowerCase);
        files.put(TRANSFORMER_CONFIG, Json.INDENTED.writeValueAsBytes(transformer));
        return files;
    }

    private static void module(ArrayNode modules, String path, String type) {
        modules.addObject()
                .put("idx", modules.size() - 1)
                .put("name", String.valueOf(modules.size() - 1))
                .put("path", path)
                .put("type", "sentence_transformers.models." + type);
    }
}
