package org.weft.tuning.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;

/**
 * Turns a conversation into the text that a model was trained on, as segments that say which of it the assistant speaks.
 * Immutable.
 *
 * @param endOfText how the tokenizer spells the token that ends a text
 */
public record ChatTemplate(ChatFormat format, String endOfText) {
    private static final String TOKENIZER_CONFIG = "tokenizer_config.json";
    private static final String JINJA_FILE = "chat_template.jinja";
    private static final String KEY = "chat_template";
    private static final List<String> LLAMA3_MARKERS =
            List.of("<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>");

    /**
     * The text of a conversation; its segments one after the other.
     *
     * @param generate whether it is to end where the assistant speaks next, as a prompt
     * @throws WeftException where a role is unknown, or a content holds a marker that only the template may write
     */
    public List<ChatSegment> segments(List<ChatMessage> messages, boolean generate) {
        List<ChatSegment> segments = new ArrayList<>();
        if (format == ChatFormat.LLAMA3) {
            segments.add(new ChatSegment("<|begin_of_text|>", false));
        }
        for (int i = 0; i < messages.size(); i++) {
            ChatMessage message = messages.get(i);
            check(message, i);
            turn(message, segments);
        }
        if (generate) {
            segments.add(new ChatSegment(beginning(ChatMessage.ASSISTANT), false));
        }
        return segments;
    }

    private void turn(ChatMessage message, List<ChatSegment> segments) {
        String gap = format == ChatFormat.PLAIN ? " " : ""; // Belongs to the word after it, as tokenizers cut texts.
        String closing = format == ChatFormat.PLAIN && message.ofAssistant() ? endOfText : format.closing();
        String after = format == ChatFormat.LLAMA3 ? "" : "\n";
        if (message.ofAssistant()) {
            segments.add(new ChatSegment(beginning(message.role()), false));
            segments.add(new ChatSegment(gap + message.content() + closing, true));
            if (!after.isEmpty()) {
                segments.add(new ChatSegment(after, false));
            }
        } else {
            segments.add(new ChatSegment(beginning(message.role()) + gap + message.content() + closing + after, false));
        }
    }

    /** Whether the format has a marker of its own that ends a turn: the token that ends a text does in the others. */
    public boolean marksEnds() {
        return !format.closing().isEmpty();
    }

    private String beginning(String role) {
        return switch (format) {
            case CHATML -> "<|im_start|>" + role + "\n";
            case LLAMA3 -> "<|start_header_id|>" + role + "<|end_header_id|>\n\n";
            case PLAIN -> role.substring(0, 1).toUpperCase(Locale.ROOT) + role.substring(1) + ":";
        };
    }

    private void check(ChatMessage message, int index) {
        if (!List.of(ChatMessage.SYSTEM, ChatMessage.USER, ChatMessage.ASSISTANT)
                .contains(message.role())) {
            throw WeftException.usage(
                    "messages[" + index + "].role is " + message.role(), "roles are system, user and assistant");
        }
        markers()
                .filter(marker -> message.content().contains(marker))
                .findFirst()
                .ifPresent(marker -> {
                    throw WeftException.usage(
                            "messages[" + index + "].content contains " + marker + ", which ends or begins a turn",
                            "leave it out: only the chat template may write it");
                });
    }

    private Stream<String> markers() {
        Stream<String> own =
                switch (format) {
                    case CHATML -> Stream.of("<|im_start|>", "<|im_end|>");
                    case LLAMA3 -> LLAMA3_MARKERS.stream();
                    case PLAIN -> Stream.of();
                };
        return Stream.concat(own, Stream.of(endOfText));
    }

    /** Strings that end what the assistant says, beside the token that ends a text. */
    public List<String> stops() {
        return Stream.of(format.closing(), format.opening())
                .filter(stop -> !stop.isEmpty())
                .toList();
    }

    /** What the assistant said, without the gap that a template puts before it. */
    public String withoutGap(String said) {
        return format == ChatFormat.PLAIN && said.startsWith(" ") ? said.substring(1) : said;
    }

    /**
     * The format that the files beside a tokenizer.json ask for: {@code chat_template} in tokenizer_config.json, or
     * chat_template.jinja. Empty where there is neither.
     *
     * @throws WeftException where there is one that Weft has no format for
     */
    public static Optional<ChatFormat> beside(Store store, String directory) throws IOException {
        String jinjaFile = directory + "/" + JINJA_FILE;
        if (store.exists(jinjaFile)) {
            return Optional.of(recognised(new String(store.readAll(jinjaFile), StandardCharsets.UTF_8), jinjaFile));
        }
        String config = directory + "/" + TOKENIZER_CONFIG;
        if (!store.exists(config)) {
            return Optional.empty();
        }
        try {
            String jinja = jinjaIn(Json.MAPPER.readTree(store.readAll(config)));
            return jinja.isEmpty() ? Optional.empty() : Optional.of(recognised(jinja, config));
        } catch (JsonProcessingException broken) {
            throw WeftException.invalidData(
                    config + " is not JSON: " + broken.getOriginalMessage(), "take another copy of it, or remove it");
        }
    }

    /** A template, or that of the name {@code default} among several; empty for none. */
    private static String jinjaIn(JsonNode tokenizerConfig) {
        JsonNode template = tokenizerConfig.path(KEY);
        for (JsonNode named : template) {
            if (named.path("name").asText().equals("default")) {
                return named.path("template").asText();
            }
        }
        return template.asText();
    }

    private static ChatFormat recognised(String jinja, String path) {
        return ChatFormat.writtenBy(jinja)
                .orElseThrow(() -> WeftException.invalidData(
                        path + " has a chat template of a format that Weft does not know",
                        "say which comes closest with --chat-template (" + ChatFormat.keys()
                                + "), or write the prompt out yourself and take completions"));
    }
}
