package org.weft.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.weft.core.WeftException;
import org.weft.tuning.chat.Chat;
import org.weft.tuning.chat.ChatTemplate;
import org.weft.tuning.chat.ChatTokens;
import org.weft.tuning.chat.JinjaTemplate;

/** Reads what a request wants continued: prompts, or a conversation. Safe for use by many threads. */
final class PromptReader {
    private final TextModel model;
    private final int maxTexts;
    private final Set<String> ofTurns; // special tokens that the assistant's text, too, may not have

    /** @param maxTexts that may be asked for at once */
    PromptReader(TextModel model, int maxTexts) {
        this.model = model;
        this.maxTexts = maxTexts;
        this.ofTurns = new HashSet<>();
        model.chat().ifPresent(chat -> {
            if (chat instanceof JinjaTemplate jinja) {
                ofTurns.addAll(jinja.turnMarkers(model.tokenizer().specialTokens()));
                model.tokenizer().tokens().ends().stream()
                        .filter(id -> id < model.tokenizer().vocabSize())
                        .mapToObj(id -> model.tokenizer().decode(new int[] {id}))
                        .filter(model.tokenizer().specialTokens()::contains)
                        .forEach(ofTurns::add);
            }
        });
    }

    /**
     * A string, an array of strings, an array of token ids, or an array of such arrays.
     *
     * @param following tokens that each must leave room for
     */
    List<TextRequest.Prompt> prompts(JsonNode prompt, int following) {
        if (prompt.isTextual()) {
            return List.of(encoded(prompt, "prompt", following));
        }
        if (!prompt.isArray() || prompt.isEmpty()) {
            throw JsonFields.wrong("prompt", "a string, or an array of strings or token ids", prompt);
        }
        if (prompt.get(0).isNumber()) {
            return List.of(ids(prompt, "prompt", following));
        }
        if (prompt.size() > maxTexts) {
            throw ApiException.invalid(
                    "prompt", prompt.size() + " prompts are more than this server takes at once: " + maxTexts);
        }
        List<TextRequest.Prompt> prompts = new ArrayList<>();
        for (JsonNode each : prompt) {
            String place = "prompt[" + prompts.size() + "]";
            if (!each.isTextual() && !each.isArray()) {
                throw JsonFields.wrong(place, "a string or an array of token ids", each);
            }
            prompts.add(each.isTextual() ? encoded(each, place, following) : ids(each, place, following));
        }
        return prompts;
    }

    private TextRequest.Prompt encoded(JsonNode string, String place, int following) {
        String text = JsonFields.text(place, string);
        return new TextRequest.Prompt(fitting(model.tokenizer().prompt(text), place, following), text);
    }

    private TextRequest.Prompt ids(JsonNode array, String place, int following) {
        int[] ids = JsonFields.tokenIds(array, place, model.tokenizer().vocabSize());
        return new TextRequest.Prompt(fitting(ids, place, following), null);
    }

    /** At least one token, and room for what follows. */
    private int[] fitting(int[] prompt, String place, int following) {
        if (prompt.length + following > model.context()) {
            throw ApiException.invalid(
                    JsonFields.field(place),
                    place + " has " + prompt.length + " tokens: the model sees " + model.context()
                            + " at once, and the text that follows is to fit too",
                    "context_length_exceeded");
        }
        return prompt.length == 0 ? new int[] {model.tokenizer().endOfText()} : prompt;
    }

    /** The messages as the template writes them, up to where the assistant is to speak. */
    TextRequest.Prompt conversation(Chat chat, ChatTemplate template) {
        try {
            if (template instanceof JinjaTemplate) {
                chat.requireWithout(model.tokenizer().specialTokens(), ofTurns);
                chat.requireWithout(template.stops());
            }
            int[] tokens =
                    ChatTokens.of(model.tokenizer(), template.prompt(chat)).ids();
            return new TextRequest.Prompt(fitting(tokens, "messages", 1), null);
        } catch (WeftException refused) {
            throw ApiException.invalid("messages", refused.getMessage());
        }
    }
}
