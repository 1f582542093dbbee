package org.weft.trainer.commands;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import org.weft.core.Json;
import org.weft.corpus.tokenizer.TokenSpelling;
import org.weft.engine.sampling.TokenScore;

/**
 * A token that was generated, and those that were the most probable in its place: what {@code generate --alternatives} tells.
 * Probabilities are the server's {@code top_logprobs}: of the model's softmax over all its rows, before penalties, temperature,
 * top-k and top-p.
 *
 * @param likeliest the most probable first, the generated one perhaps among them
 */
record ChosenToken(Candidate chosen, List<Candidate> likeliest) {
    /** Said once above the lines of a text. */
    static final String HEADING =
            "each token, and the most probable in its place (the model's own probabilities, before"
                    + " temperature, top-k, top-p and penalties):";

    /**
     * A token with what the model gave it.
     *
     * @param token as it is spelt in the middle of a text; {@code token_id:7} where it is part of a character
     * @param logprob natural logarithm of its probability
     */
    record Candidate(String token, int id, float logprob) {
        private double probability() {
            return Math.exp(logprob);
        }

        private void into(ObjectNode node) {
            node.put("token", token).put("id", id).put("logprob", logprob).put("probability", probability());
        }

        /** As JSON spells it, so that blanks and ends of lines are seen. */
        private String shown() {
            try {
                String quoted = Json.MAPPER.writeValueAsString(token);
                return String.format(Locale.ROOT, "%s %.2f%%", quoted, 100 * probability());
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    static ChosenToken of(TokenScore score, TokenSpelling spelling) {
        return new ChosenToken(
                new Candidate(spelling.of(score.token()), score.token(), score.logProbability()),
                score.likeliest().stream()
                        .map(each -> new Candidate(spelling.of(each.token()), each.token(), each.logProbability()))
                        .toList());
    }

    /** All of a text, an object a token. */
    static ArrayNode json(List<ChosenToken> tokens) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        for (ChosenToken token : tokens) {
            ObjectNode node = array.addObject();
            token.chosen.into(node);
            ArrayNode alternatives = node.putArray("alternatives");
            token.likeliest.forEach(each -> each.into(alternatives.addObject()));
        }
        return array;
    }

    /** All of a text for people, a line a token. */
    static String lines(List<ChosenToken> tokens) {
        StringBuilder lines = new StringBuilder(HEADING).append('\n');
        for (int i = 0; i < tokens.size(); i++) {
            ChosenToken token = tokens.get(i);
            lines.append(String.format(Locale.ROOT, "%4d  %-24s", i + 1, token.chosen.shown()));
            token.likeliest.forEach(each -> lines.append(" | ").append(each.shown()));
            lines.append('\n');
        }
        return lines.toString();
    }
}
