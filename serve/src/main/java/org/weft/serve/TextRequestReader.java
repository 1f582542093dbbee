package org.weft.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.weft.core.WeftException;
import org.weft.core.tokens.GenerationDefaults;
import org.weft.engine.sampling.LogitBias;
import org.weft.engine.sampling.SamplingOptions;
import org.weft.tuning.chat.Chat;
import org.weft.tuning.chat.ChatTemplate;
import org.weft.tuning.chat.JinjaTemplate;

/** Reads requests for text of one model, with OpenAI's fields and defaults. Safe for use by many threads. */
final class TextRequestReader {
    private static final int DEFAULT_TOKENS = 16;
    private static final int MOST_STOPS = 16;
    private static final int MOST_LIKELIEST = 20;
    private static final int MOST_BIASES = 1024;
    /** Seeds that are drawn fit a JavaScript number. */
    private static final long SEEDS = 1L << 53;

    private final TextModel model;
    private final int maxTokens;
    private final int maxTexts;
    private final PromptReader prompts;
    private final Optional<ChatReader> chats;
    private final ResponseFormats constraints;

    /**
     * @param maxTokens that may be asked for, of each text
     * @param maxTexts that may be asked for at once
     */
    TextRequestReader(TextModel model, int maxTokens, int maxTexts) {
        this.model = model;
        this.maxTokens = maxTokens;
        this.maxTexts = maxTexts;
        this.prompts = new PromptReader(model, maxTexts);
        this.chats = model.chat().map(ChatReader::new);
        this.constraints = new ResponseFormats(model);
    }

    /** The body of {@code /v1/completions}. */
    TextRequest completion(JsonFields fields) {
        boolean echo = fields.flag("echo");
        int least = echo ? 0 : 1; // An echo alone is the prompt with what the model thinks of it.
        int most = fields.integer("max_tokens", Math.min(DEFAULT_TOKENS, maxTokens), least, maxTokens);
        List<TextRequest.Prompt> starts = prompts.prompts(fields.node("prompt"), Math.min(1, most));
        int likeliest = fields.integer("logprobs", TextRequest.Delivery.NO_SCORES, 0, MOST_LIKELIEST);
        TextRequest.Choices choices = choices(fields, starts.size(), fields.flag("stream"));
        List<String> stops = stops(fields);
        UnsupportedFields.ofCompletion(fields);
        return whole(
                fields,
                new TextRequest(
                        starts,
                        choices,
                        sampling(fields),
                        stops,
                        most,
                        constraints.of(fields, echo, stops),
                        false,
                        delivery(fields, echo, likeliest)));
    }

    /** The body of {@code /v1/chat/completions}. */
    TextRequest chat(JsonFields fields) {
        ChatTemplate template = model.chat()
                .orElseThrow(
                        () -> ApiException.invalid("messages", model.name() + " takes no chats: " + model.noChat()));
        int most = Math.min(maxTokens, or(model.defaults().maxNewTokens(), maxTokens));
        int asked = chatTokens(fields, most);
        List<String> own = stops(fields);
        List<String> stops = new ArrayList<>(own);
        stops.addAll(template.stops());
        int alternatives = fields.integer("top_logprobs", 0, 0, MOST_LIKELIEST);
        boolean scored = fields.flag("logprobs");
        if (alternatives > 0 && !scored) {
            throw ApiException.invalid("top_logprobs", "top_logprobs has no effect without logprobs: true");
        }
        int likeliest = scored ? alternatives : TextRequest.Delivery.NO_SCORES;
        Chat chat = chats.orElseThrow().chat(fields);
        List<TextRequest.Prompt> start = List.of(prompts.conversation(chat, template));
        UnsupportedFields.ofChat(fields, template instanceof JinjaTemplate);
        return whole(
                fields,
                new TextRequest(
                        start,
                        choices(fields),
                        sampling(fields),
                        stops,
                        asked,
                        constraints.of(fields, false, own),
                        true,
                        delivery(fields, false, likeliest)));
    }

    /** A chat's bound on its tokens has two names. */
    private int chatTokens(JsonFields fields, int absent) {
        int former = fields.integer("max_tokens", absent, 1, maxTokens);
        int asked = fields.integer("max_completion_tokens", former, 1, maxTokens);
        if (asked != former && !JsonFields.absent(fields.node("max_tokens"))) {
            throw ApiException.invalid(
                    "max_completion_tokens",
                    "max_completion_tokens=" + asked + " and max_tokens=" + former
                            + " are two names of one bound: give one of them");
        }
        return asked;
    }

    private static TextRequest whole(JsonFields fields, TextRequest request) {
        UnsupportedFields.ofText(fields);
        fields.end();
        return request;
    }

    /** Of a chat. */
    private TextRequest.Choices choices(JsonFields fields) {
        int choices = fields.integer("n", 1, 1, maxTexts);
        return new TextRequest.Choices(choices, choices);
    }

    /** Of a completion, which may ask for the best of more texts than it wants. */
    private TextRequest.Choices choices(JsonFields fields, int starts, boolean stream) {
        int answered = fields.integer("n", 1, 1, maxTexts);
        int generated = fields.integer("best_of", answered, 1, maxTexts);
        if (generated < answered) {
            throw ApiException.invalid(
                    "best_of",
                    "best_of=" + generated + " is less than n=" + answered + ", the texts to choose from it");
        }
        if (stream && generated > answered) {
            throw ApiException.invalid(
                    "best_of",
                    "best_of is not supported with stream: true: which text is the best is known when all are whole");
        }
        if (starts * (long) generated > maxTexts) {
            String name = generated > answered ? "best_of" : "n";
            throw ApiException.invalid(
                    name,
                    starts + " prompts with " + name + "=" + generated
                            + " are more texts than this server takes at once: " + maxTexts);
        }
        return new TextRequest.Choices(generated, answered);
    }

    private static TextRequest.Delivery delivery(JsonFields fields, boolean echo, int likeliest) {
        boolean stream = fields.flag("stream");
        JsonFields options = fields.object("stream_options");
        if (!stream && !JsonFields.absent(fields.node("stream_options"))) {
            throw ApiException.invalid("stream_options", "stream_options has no effect without stream: true");
        }
        boolean usage = options.flag("include_usage");
        options.flag("include_obfuscation"); // Its noise in the stream would hide lengths from who cannot read along.
        options.end();
        return new TextRequest.Delivery(stream, usage, echo, likeliest);
    }

    private SamplingOptions sampling(JsonFields fields) {
        GenerationDefaults model = this.model.defaults();
        double temperature = fields.number("temperature", or(model.temperature(), 1.0));
        int topK = fields.integer("top_k", or(model.topK(), 0), -1, Integer.MAX_VALUE); // -1 is what others call all
        double topP = fields.number("top_p", or(model.topP(), 1.0));
        double penalty = fields.number("repetition_penalty", or(model.repetitionPenalty(), SamplingOptions.NO_PENALTY));
        long seed = fields.wide("seed", ThreadLocalRandom.current().nextLong(SEEDS));
        double presence = fields.number("presence_penalty", 0);
        double frequency = fields.number("frequency_penalty", 0);
        Map<Integer, Double> byToken = biases(fields.node("logit_bias"));
        try {
            return new SamplingOptions(
                    temperature, Math.max(0, topK), topP, penalty, seed, new LogitBias(presence, frequency, byToken));
        } catch (WeftException outOfRange) {
            String message = outOfRange.getMessage();
            throw ApiException.invalid(message.replaceFirst("[=\\[].*", ""), message);
        }
    }

    private static <T> T or(T said, T otherwise) {
        return said == null ? otherwise : said;
    }

    /** {@code {"50256": -100}}. */
    private Map<Integer, Double> biases(JsonNode object) {
        Map<Integer, Double> biases = new HashMap<>();
        if (JsonFields.absent(object)) {
            return biases;
        }
        if (!object.isObject() || object.size() > MOST_BIASES) {
            throw JsonFields.wrong("logit_bias", "an object of at most " + MOST_BIASES + " token ids", object);
        }
        int vocabulary = model.tokenizer().vocabSize();
        object.fields().forEachRemaining(each -> {
            String id = each.getKey();
            if (!id.matches("\\d{1,9}") || Integer.parseInt(id) >= vocabulary) {
                throw ApiException.invalid(
                        "logit_bias", "logit_bias has the key " + id + ", which is no token id below " + vocabulary);
            }
            if (!each.getValue().isNumber()) {
                throw JsonFields.wrong("logit_bias[" + id + "]", "a number", each.getValue());
            }
            biases.put(Integer.parseInt(id), each.getValue().asDouble());
        });
        return biases;
    }

    private static List<String> stops(JsonFields fields) {
        List<String> stops = fields.texts("stop", MOST_STOPS);
        if (stops.contains("")) {
            throw ApiException.invalid("stop", "stop is empty: every text would end before it began");
        }
        return stops;
    }
}
