package org.weft.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.corpus.tokenizer.TokenSpelling;
import org.weft.engine.sampling.TextStream;
import org.weft.engine.sampling.TokenScore;

/**
 * The log-probabilities of one text's tokens, shaped as OpenAI's clients expect them: lists side by side of a completion, an
 * object a token of a chat. Every token that the model chose is in it, one that ended the text too: programs that judge
 * answers count on one for each. The model's thread's.
 */
final class TokenLog {
    private final TokenSpelling spelling;
    private final boolean chat;
    private final TextStream places;
    private final List<Entry> entries = new ArrayList<>();
    private int at; // code points of the text that stand before the next token

    private record Entry(TokenScore score, int offset) {}

    /** @param echo whether the prompt is a part of the text */
    TokenLog(TokenSpelling spelling, TextRequest.Prompt prompt, boolean echo, boolean chat) {
        TextTokenizer tokenizer = spelling.tokenizer();
        this.spelling = spelling;
        this.chat = chat;
        this.places = new TextStream(tokenizer::decode, List.of(), piece -> at += length(piece));
        if (echo) {
            // What a tokenizer puts before a text is among the tokens, and no part of the text that came.
            at = prompt.text() == null ? 0 : length(prompt.text()) - length(spelt(tokenizer, prompt.tokens()));
            add(TokenScore.first(prompt.tokens()[0]));
        } else {
            places.follow(prompt.tokens());
        }
    }

    /** Tokens as text, but for a character at their end that is not whole. */
    static String spelt(TextTokenizer tokenizer, int[] tokens) {
        TextStream stream = new TextStream(tokenizer::decode, List.of(), piece -> {});
        for (int token : tokens) {
            stream.token(token);
        }
        return stream.text();
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** The next token of the text. */
    void add(TokenScore score) {
        entries.add(new Entry(score, Math.max(0, at)));
        places.token(score.token());
    }

    /** What was added since the last call. */
    ObjectNode taken() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        if (chat) {
            ArrayNode content = node.putArray("content");
            entries.forEach(entry -> ofChat(entry.score(), content));
            node.putNull("refusal");
        } else {
            for (String list : List.of("tokens", "token_logprobs", "top_logprobs", "text_offset")) {
                node.putArray(list);
            }
            entries.forEach(entry -> ofCompletion(entry, node));
        }
        entries.clear();
        return node;
    }

    private void ofCompletion(Entry entry, ObjectNode node) {
        TokenScore score = entry.score();
        node.withArray("tokens").add(spelling.of(score.token()));
        node.withArray("text_offset").add(entry.offset());
        if (!score.known()) {
            node.withArray("token_logprobs").addNull();
            node.withArray("top_logprobs").addNull();
            return;
        }
        node.withArray("token_logprobs").add(score.logProbability());
        ObjectNode top = node.withArray("top_logprobs").addObject();
        for (TokenScore.Likely likely : score.likeliest()) {
            String name = spelling.of(likely.token());
            if (!top.has(name)) { // Two tokens may be spelt alike: the likelier one comes first.
                top.put(name, likely.logProbability());
            }
        }
        String own = spelling.of(score.token());
        if (!top.has(own)) {
            top.put(own, score.logProbability());
        }
    }

    private void ofChat(TokenScore score, ArrayNode content) {
        ObjectNode token = content.addObject();
        put(token, score.token(), score.logProbability());
        ArrayNode top = token.putArray("top_logprobs");
        score.likeliest().forEach(likely -> put(top.addObject(), likely.token(), likely.logProbability()));
    }

    private void put(ObjectNode node, int token, float logProbability) {
        node.put("token", spelling.of(token)).put("logprob", logProbability);
        byte[] bytes = spelling.bytes(token);
        if (bytes == null) {
            node.putNull("bytes");
        } else {
            ArrayNode all = node.putArray("bytes");
            for (byte each : bytes) {
                all.add(each & 0xFF);
            }
        }
    }
}
