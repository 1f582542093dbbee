package org.weft.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.UUID;
import org.weft.engine.sampling.FinishReason;

/**
 * The JSON of one answer, shaped as OpenAI's clients expect it: a completion's or a chat completion's, whole or in
 * chunks. One more field is Weft's: {@code seed}, with which the same text comes again.
 */
final class TextShape {
    private final ServedModel model;
    private final boolean chat;
    private final long seed;
    private final String id;
    private final long created = System.currentTimeMillis() / 1000;

    TextShape(ServedModel model, TextRequest request) {
        this.model = model;
        this.chat = request.chat();
        this.seed = request.sampling().seed();
        this.id = (chat ? "chatcmpl-" : "cmpl-") + UUID.randomUUID().toString().replace("-", "");
    }

    /** {@code stop} or {@code length}. */
    static String finish(FinishReason reason) {
        return reason == FinishReason.LENGTH ? "length" : "stop";
    }

    /** An answer without choices. */
    ObjectNode frame(boolean chunk) {
        ObjectNode frame = JsonNodeFactory.instance.objectNode();
        String kind = !chat ? "text_completion" : chunk ? "chat.completion.chunk" : "chat.completion";
        frame.put("id", id).put("object", kind).put("created", created).put("model", model.name());
        frame.put("system_fingerprint", model.fingerprint()).put("seed", seed);
        frame.putArray("choices");
        return frame;
    }

    /** Adds a whole text. */
    void choice(ObjectNode frame, int index, String text, JsonNode logProbabilities, FinishReason reason) {
        ObjectNode choice = frame.withArray("choices").addObject().put("index", index);
        if (chat) {
            choice.putObject("message").put("role", "assistant").put("content", text);
        } else {
            choice.put("text", text);
        }
        choice.set("logprobs", logProbabilities);
        choice.put("finish_reason", finish(reason));
    }

    /** A piece of a text, with the log-probabilities of tokens that led to it where they were asked for. */
    ObjectNode piece(int index, String text, JsonNode logProbabilities) {
        ObjectNode frame = frame(true);
        ObjectNode choice = frame.withArray("choices").addObject().put("index", index);
        if (chat) {
            choice.putObject("delta").put("content", text);
        } else {
            choice.put("text", text);
        }
        choice.set("logprobs", logProbabilities);
        choice.putNull("finish_reason");
        return frame;
    }

    /** The chunk that says why a text ended. */
    ObjectNode ending(int index, JsonNode logProbabilities, FinishReason reason) {
        ObjectNode frame = frame(true);
        ObjectNode choice = frame.withArray("choices").addObject().put("index", index);
        if (chat) {
            choice.putObject("delta");
        } else {
            choice.put("text", "");
        }
        choice.set("logprobs", logProbabilities);
        choice.put("finish_reason", finish(reason));
        return frame;
    }

    /** The chunk that says who speaks, which begins a chat's text. */
    ObjectNode opening(int index) {
        ObjectNode frame = frame(true);
        ObjectNode choice = frame.withArray("choices").addObject().put("index", index);
        choice.putObject("delta").put("role", "assistant").put("content", "");
        choice.putNull("finish_reason");
        return frame;
    }

    /** Adds the count of tokens. */
    static void usage(ObjectNode frame, int promptTokens, int completionTokens) {
        frame.putObject("usage")
                .put("prompt_tokens", promptTokens)
                .put("completion_tokens", completionTokens)
                .put("total_tokens", promptTokens + completionTokens);
    }
}
