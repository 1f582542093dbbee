package org.weft.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.function.Supplier;
import org.weft.engine.sampling.TokenConstraint;

/** What an answer may look like: any text, or one JSON object. Safe for use by many threads. */
final class ResponseFormats {
    private static final String FIELD = "response_format";

    private final TextModel model;
    private final JsonTokens tokens;
    private final boolean canBegin; // an object

    /** Reads the whole vocabulary: once, before requests come. */
    ResponseFormats(TextModel model) {
        this.model = model;
        this.tokens = JsonTokens.of(model.tokenizer());
        this.canBegin = tokens.canBegin();
    }

    /**
     * The field {@code response_format}.
     *
     * @param echo whether the text is to begin with the prompt
     * @param stops of the request, before which the text is to end
     * @return gives each text its constraint; null where every token may be a part of it
     */
    Supplier<TokenConstraint> of(JsonFields fields, boolean echo, List<String> stops) {
        JsonNode whole = fields.node(FIELD);
        if (JsonFields.absent(whole)) {
            return () -> null;
        }
        JsonFields format = fields.object(FIELD);
        String type = format.text("type");
        if (type == null) {
            throw JsonFields.wrong(FIELD + ".type", "text or json_object", format.node("type"));
        }
        switch (type) {
            case "text" -> {
                format.end();
                return () -> null;
            }
            case "json_object" -> {
                format.end();
                requireObject(echo, stops);
                return tokens::constraint;
            }
            default ->
                throw ApiException.invalid(
                        FIELD,
                        FIELD + " of type " + type
                                + " is not supported: this server answers in text or as json_object");
        }
    }

    /** Whether the text can be an object and nothing else. */
    private void requireObject(boolean echo, List<String> stops) {
        if (!canBegin) {
            throw ApiException.invalid(
                    FIELD, FIELD + " json_object is not supported: no token of " + model.name() + " begins an object");
        }
        if (echo) {
            throw ApiException.invalid(
                    "echo", "echo is not supported with " + FIELD + " json_object: a prompt is no part of an object");
        }
        if (!stops.isEmpty()) {
            throw ApiException.invalid(
                    "stop",
                    "stop is not supported with " + FIELD + " json_object: the text ends where the object does");
        }
    }
}
