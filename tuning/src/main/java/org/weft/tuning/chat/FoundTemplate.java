package org.weft.tuning.chat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.weft.core.Json;
import org.weft.core.storage.Store;

/**
 * The chat template that lies beside a tokenizer: {@code chat_template} in tokenizer_config.json, or chat_template.jinja.
 *
 * @param style what it does; empty where there is none, or one that is not known
 * @param unknown why it is not known; empty where it is, or where there is none
 */
public record FoundTemplate(Optional<ChatStyle> style, String unknown) {
    private static final String TOKENIZER_CONFIG = "tokenizer_config.json";
    private static final String JINJA_FILE = "chat_template.jinja";
    private static final String KEY = "chat_template";
    private static final FoundTemplate NONE = new FoundTemplate(Optional.empty(), "");

    /** A format that somebody names. */
    public static FoundTemplate named(String format) {
        return new FoundTemplate(Optional.of(ChatStyle.of(ChatFormat.named(format))), "");
    }

    /** The one beside the tokenizer.json of a directory. */
    public static FoundTemplate in(Store store, String directory) throws IOException {
        String jinjaFile = directory + "/" + JINJA_FILE;
        if (store.exists(jinjaFile)) {
            return of(new String(store.readAll(jinjaFile), StandardCharsets.UTF_8), jinjaFile);
        }
        String config = directory + "/" + TOKENIZER_CONFIG;
        if (!store.exists(config)) {
            return NONE;
        }
        return of(
                Json.parse(store.readAll(config), config, "take another copy of it, or remove it")
                        .path(KEY),
                config);
    }

    /** A template, or the one called {@code default} among several. */
    private static FoundTemplate of(JsonNode template, String path) {
        if (template.isTextual()) {
            return of(template.textValue(), path);
        }
        List<String> names = new ArrayList<>();
        for (JsonNode named : template) {
            String name = named.path("name").asText();
            if (name.equals("default")) {
                return of(named.path("template").asText(), path);
            }
            names.add(name);
        }
        return names.isEmpty() ? NONE : unknown(path + " has chat templates " + names + ", and none called default");
    }

    private static FoundTemplate of(String jinja, String path) {
        if (jinja.isBlank()) {
            return NONE;
        }
        return ChatStyle.of(jinja)
                .map(style -> new FoundTemplate(Optional.of(style), ""))
                .orElseGet(() -> unknown(path + " has a chat template of a format that Weft does not know"));
    }

    private static FoundTemplate unknown(String why) {
        return new FoundTemplate(Optional.empty(), why);
    }
}
