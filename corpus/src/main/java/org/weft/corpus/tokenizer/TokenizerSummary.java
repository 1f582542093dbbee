package org.weft.corpus.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.weft.core.Json;
import org.weft.core.tokens.SpecialTokens;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.tokenizer.bpe.PretokenizerPattern;

/** What a person wants to know of a {@code tokenizer.json} without reading it. */
public final class TokenizerSummary {
    private TokenizerSummary() {}

    /** Kind of model, how many tokens, which of them are special, and by what a text is normalized and cut. */
    public static ObjectNode of(TokenizerFile file) {
        JsonNode root = Json.parse(file.json(), file.path(), "take another copy of the file");
        ObjectNode summary = Json.INDENTED.createObjectNode();
        summary.put("model", root.at("/model/type").asText("BPE"));
        summary.put("tokens", SpecialTokens.ids(root).size());
        ArrayNode special = summary.putArray("special_tokens");
        for (JsonNode token : root.path("added_tokens")) {
            if (token.path("special").asBoolean()) {
                special.add(token.path("content").asText());
            }
        }
        summary.put("normalizer", described(root.path("normalizer"), "normalizers"));
        summary.put("pretokenizer", described(root.path("pre_tokenizer"), "pretokenizers"));
        return summary;
    }

    private static String described(JsonNode step, String key) {
        List<String> steps = new ArrayList<>();
        for (JsonNode one : step.has(key) ? step.path(key) : List.of(step)) {
            String type = one.path("type").asText("");
            String regex = one.at("/pattern/Regex").asText("");
            if (!regex.isEmpty()) {
                steps.add(type + " " + named(regex));
            } else if (!type.isEmpty()) {
                steps.add(one.path("use_regex").asBoolean() ? type + " gpt2" : type);
            }
        }
        return steps.isEmpty() ? "none" : String.join(", ", steps);
    }

    /** A published pattern's name, or the pattern. */
    private static String named(String regex) {
        for (PretokenizerPattern pattern : PretokenizerPattern.values()) {
            if (pattern.regex().equals(regex)) {
                return pattern.name().toLowerCase(Locale.ROOT);
            }
        }
        return regex;
    }
}
