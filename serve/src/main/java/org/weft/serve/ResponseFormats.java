package org.weft.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Supplier;
import org.weft.engine.sampling.TokenConstraint;

/** What an answer may look like: any text, or one JSON object. Safe for use by many threads. */
final class ResponseFormats {
    private static final String FIELD = "response_format";

    private final TextModel model;
    private JsonTokens tokens; // made when they are first asked for

    ResponseFormats(TextModel model) {
        this.model = model;
    }

    /**
     * The field {@code response_format}.
     *
     * @return gives each text its constraint; null where every token may be a part of it
     */
    Supplier<TokenConstraint> of(JsonFields fields) {
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
                return tokens()::constraint;
            }
            default ->
                throw ApiException.invalid(
                        FIELD,
                        FIELD + " of type " + type
                                + " is not supported: this server answers in text or as json_object");
        }
    }

    private synchronized JsonTokens tokens() {
        if (tokens == null) {
            tokens = JsonTokens.of(model.tokenizer());
        }
        if (!tokens.canBegin()) {
            throw ApiException.invalid(
                    FIELD, FIELD + " json_object is not supported: no token of " + model.name() + " begins an object");
        }
        return tokens;
    }
}
