package org.weft.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.weft.core.WeftException;
import org.weft.engine.sampling.SamplingOptions;
import org.weft.tuning.chat.ChatFormat;
import org.weft.tuning.chat.ChatMessage;
import org.weft.tuning.chat.ChatTemplate;
import org.weft.tuning.chat.ChatTokens;

/** Reads requests for text of one model, with OpenAI's fields and defaults. Safe for use by many threads. */
final class TextRequestReader {
    private static final int DEFAULT_TOKENS = 16;
    private static final int MOST_STOPS = 16;
    private static final int MOST_MESSAGES = 1000;
    /** Seeds that are drawn fit a JavaScript number. */
    private static final long SEEDS = 1L << 53;

    private final TextModel model;
    private final int maxTokens;
    private final int maxTexts;

    /**
     * @param maxTokens that may be asked for, of each text
     * @param maxTexts that may be asked for at once
     */
    TextRequestReader(TextModel model, int maxTokens, int maxTexts) {
        this.model = model;
        this.maxTokens = maxTokens;
        this.maxTexts = maxTexts;
    }

    /** The body of {@code /v1/completions}. */
    TextRequest completion(JsonFields fields) {
        List<int[]> prompts = prompts(fields.node("prompt"));
        int most = fields.integer("max_tokens", Math.min(DEFAULT_TOKENS, maxTokens), 1, maxTokens);
        return read(fields, prompts, stops(fields), most, false);
    }

    /** The body of {@code /v1/chat/completions}. */
    TextRequest chat(JsonFields fields) {
        ChatTemplate template = model.chat()
                .orElseThrow(() -> ApiException.invalid(
                        "messages",
                        model.name() + " has no chat template: start the server with --chat-template ("
                                + ChatFormat.keys() + "), or post a prompt to /v1/completions"));
        int named = fields.integer("max_tokens", maxTokens, 1, maxTokens);
        int most = fields.integer("max_completion_tokens", named, 1, maxTokens);
        List<String> stops = new ArrayList<>(stops(fields));
        stops.addAll(template.stops());
        return read(fields, List.of(conversation(fields, template)), stops, most, true);
    }

    private TextRequest read(JsonFields fields, List<int[]> prompts, List<String> stops, int most, boolean chat) {
        int choices = fields.integer("n", 1, 1, maxTexts);
        if (prompts.size() * (long) choices > maxTexts) {
            throw ApiException.invalid(
                    "n",
                    prompts.size() + " prompts with n=" + choices + " are more texts than this server takes at once: "
                            + maxTexts);
        }
        TextRequest.Delivery delivery = new TextRequest.Delivery(
                fields.flag("stream"), fields.object("stream_options").flag("include_usage"));
        return new TextRequest(prompts, choices, sampling(fields), stops, most, chat, delivery);
    }

    private static SamplingOptions sampling(JsonFields fields) {
        double temperature = fields.number("temperature", 1);
        int topK = fields.integer("top_k", 0, -1, Integer.MAX_VALUE); // -1 is what others call all
        double topP = fields.number("top_p", 1);
        double penalty = fields.number("repetition_penalty", SamplingOptions.NO_PENALTY);
        long seed = fields.wide("seed", ThreadLocalRandom.current().nextLong(SEEDS));
        try {
            return new SamplingOptions(temperature, Math.max(0, topK), topP, penalty, seed);
        } catch (WeftException outOfRange) {
            String message = outOfRange.getMessage();
            throw ApiException.invalid(message.replaceFirst("=.*", ""), message);
        }
    }

    private static List<String> stops(JsonFields fields) {
        List<String> stops = fields.texts("stop", MOST_STOPS);
        if (stops.contains("")) {
            throw ApiException.invalid("stop", "stop is empty: every text would end before it began");
        }
        return stops;
    }

    /** A string, an array of strings, an array of token ids, or an array of such arrays. */
    private List<int[]> prompts(JsonNode prompt) {
        if (prompt.isTextual()) {
            return List.of(encoded(prompt.asText(), "prompt"));
        }
        if (!prompt.isArray() || prompt.isEmpty()) {
            throw JsonFields.wrong("prompt", "a string, or an array of strings or token ids", prompt);
        }
        if (prompt.get(0).isNumber()) {
            return List.of(ids(prompt, "prompt"));
        }
        if (prompt.size() > maxTexts) {
            throw ApiException.invalid(
                    "prompt", prompt.size() + " prompts are more than this server takes at once: " + maxTexts);
        }
        List<int[]> prompts = new ArrayList<>();
        for (JsonNode each : prompt) {
            String name = "prompt[" + prompts.size() + "]";
            if (!each.isTextual() && !each.isArray()) {
                throw JsonFields.wrong(name, "a string or an array of token ids", each);
            }
            prompts.add(each.isTextual() ? encoded(each.asText(), name) : ids(each, name));
        }
        return prompts;
    }

    private int[] encoded(String text, String name) {
        return fitting(model.tokenizer().prompt(text), name);
    }

    private int[] ids(JsonNode array, String name) {
        int[] ids = new int[array.size()];
        int vocabulary = model.tokenizer().vocabSize();
        for (int i = 0; i < ids.length; i++) {
            JsonNode id = array.get(i);
            if (!id.isInt() || id.asInt() < 0 || id.asInt() >= vocabulary) {
                throw JsonFields.wrong(name + "[" + i + "]", "a token id below " + vocabulary, id);
            }
            ids[i] = id.asInt();
        }
        return fitting(ids, name);
    }

    /** At least one token, and room for one more. */
    private int[] fitting(int[] prompt, String name) {
        if (prompt.length >= model.context()) {
            throw ApiException.invalid(
                    name.replaceFirst("\\[.*", ""),
                    name + " has " + prompt.length + " tokens: the model sees " + model.context()
                            + " at once, and the text that follows is to fit too",
                    "context_length_exceeded");
        }
        return prompt.length == 0 ? new int[] {model.tokenizer().endOfText()} : prompt;
    }

    private int[] conversation(JsonFields fields, ChatTemplate template) {
        JsonNode array = fields.node("messages");
        if (!array.isArray() || array.isEmpty() || array.size() > MOST_MESSAGES) {
            throw JsonFields.wrong("messages", "an array of 1 to " + MOST_MESSAGES + " messages", array);
        }
        List<ChatMessage> messages = new ArrayList<>();
        for (JsonNode each : array) {
            String name = "messages[" + messages.size() + "]";
            if (!each.path("role").isTextual()) {
                throw JsonFields.wrong(name + ".role", "a string", each.path("role"));
            }
            messages.add(new ChatMessage(each.path("role").asText(), content(each.path("content"), name + ".content")));
        }
        try {
            return fitting(
                    ChatTokens.of(model.tokenizer(), template.segments(messages, true))
                            .ids(),
                    "messages");
        } catch (WeftException refused) {
            throw ApiException.invalid("messages", refused.getMessage());
        }
    }

    /** A string, or OpenAI's array of parts of which each must be text. */
    private static String content(JsonNode content, String name) {
        if (content.isTextual()) {
            return content.asText();
        }
        if (!content.isArray()) {
            throw JsonFields.wrong(name, "a string", content);
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode part : content) {
            if (!part.path("text").isTextual()) {
                throw JsonFields.wrong(name, "a string or parts of text", part);
            }
            text.append(part.path("text").asText());
        }
        return text.toString();
    }
}
