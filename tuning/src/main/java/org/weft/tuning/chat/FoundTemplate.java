package org.weft.tuning.chat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;
import org.weft.core.tokens.TokenRoles;

/**
 * The chat template that lies beside a tokenizer: {@code chat_template} in tokenizer_config.json, or chat_template.jinja with others
 * in {@code additional_chat_templates}.
 *
 * @param style what it does; empty where there is none, or one that is not known
 * @param unknown why it is not known; empty where it is, or where there is none
 * @param own the template itself, to be run; empty where there is none, it cannot be read, or a format was named
 * @param broken why it cannot be read; empty where it can, or where there is none
 */
public record FoundTemplate(Optional<ChatStyle> style, String unknown, Optional<JinjaTemplate> own, String broken) {
    private static final String TOKENIZER_CONFIG = "tokenizer_config.json";
    private static final String KEY = "chat_template";
    private static final FoundTemplate NONE = new FoundTemplate(Optional.empty(), "", Optional.empty(), "");

    /** Whether there is one, whatever it is. */
    public boolean exists() {
        return own.isPresent() || !broken.isEmpty();
    }

    /** A format that somebody names. */
    public static FoundTemplate named(String format) {
        return new FoundTemplate(Optional.of(ChatStyle.of(ChatFormat.named(format))), "", Optional.empty(), "");
    }

    /**
     * The one beside the tokenizer.json of a directory.
     *
     * @throws WeftException where there is one that cannot be read
     */
    public static FoundTemplate in(Store store, String directory) throws IOException {
        String jinjaFile = directory + "/" + TokenRoles.CHAT_TEMPLATE;
        String config = directory + "/" + TOKENIZER_CONFIG;
        Map<String, String> tokens = tokens(store, directory);
        if (store.exists(jinjaFile)) {
            String ordinary = read(store, jinjaFile);
            String tools = directory + "/" + TokenRoles.TOOL_TEMPLATE;
            return store.exists(tools) && !ordinary.isBlank()
                    ? found(ordinary, either(read(store, tools), ordinary), jinjaFile, tokens)
                    : of(ordinary, jinjaFile, tokens);
        }
        if (!store.exists(config)) {
            return NONE;
        }
        JsonNode template = Json.parse(store.readAll(config), config, "take another copy of it, or remove it")
                .path(KEY);
        return template.isTextual() ? of(template.textValue(), config, tokens) : named(template, config, tokens);
    }

    private static String read(Store store, String path) throws IOException {
        return new String(store.readAll(path), StandardCharsets.UTF_8);
    }

    /** A template that somebody wrote for the tokenizer of a directory, with its special tokens. */
    public static JinjaTemplate written(Store store, String directory, String jinja) throws IOException {
        return JinjaTemplate.of(jinja, tokens(store, directory));
    }

    private static Map<String, String> tokens(Store store, String directory) throws IOException {
        Map<String, String> tokens = new LinkedHashMap<>();
        TokenRoles.beside(store, directory).texts().forEach((part, text) -> tokens.put(part + "_token", text));
        return tokens;
    }

    /** Of several the one called {@code default}; where there are tools, the one called {@code tool_use}. */
    private static FoundTemplate named(JsonNode templates, String path, Map<String, String> tokens) {
        Map<String, String> named = new LinkedHashMap<>();
        templates.forEach(each ->
                named.put(each.path("name").asText(), each.path("template").asText()));
        String ordinary = named.get("default");
        if (ordinary == null) {
            String none = path + " has chat templates " + named.keySet() + ", and none called default";
            return named.isEmpty() ? NONE : new FoundTemplate(Optional.empty(), none, Optional.empty(), none);
        }
        String withTools = named.get("tool_use");
        return found(ordinary, withTools == null ? ordinary : either(withTools, ordinary), path, tokens);
    }

    /** One template of two. The signs keep white space as each has it by itself. */
    private static String either(String withTools, String without) {
        return "{% if tools %}\n" + whole(withTools) + "{%+ else %}\n" + whole(without) + "{%+ endif %}";
    }

    /** Without the last line's end, which is none of a template's text. */
    private static String whole(String template) {
        return template.endsWith("\n") ? template.substring(0, template.length() - 1) : template;
    }

    private static FoundTemplate of(String jinja, String path, Map<String, String> tokens) {
        return jinja.isBlank() ? NONE : found(jinja, jinja, path, tokens);
    }

    /**
     * @param known what may be of a known style
     * @param whole what is run
     */
    private static FoundTemplate found(String known, String whole, String path, Map<String, String> tokens) {
        Optional<ChatStyle> style = ChatStyle.of(known);
        String unknown = style.isPresent() ? "" : path + " has a chat template of a format that Weft does not know";
        try {
            return new FoundTemplate(style, unknown, Optional.of(JinjaTemplate.of(whole, tokens)), "");
        } catch (WeftException broken) {
            return new FoundTemplate(style, unknown, Optional.empty(), path + ": " + broken.getMessage());
        }
    }
}
