package org.weft.corpus.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.tokens.SpecialTokens;
import org.weft.core.tokens.TextFrame;
import org.weft.core.tokens.TokenRoles;
import org.weft.core.tokens.TokenizerFile;

/**
 * What Weft needs to know of a {@code tokenizer.json} beside encoding with it. The files beside it decide which token ends
 * a text; where they say nothing, a usual name does.
 *
 * @param spelt ids that there are
 * @param endOfText id of the token that ends a document
 * @param ends ids that end a generated text, {@code endOfText} among them
 * @param frame what stands around a text
 */
public record TokenizerFacts(BitSet spelt, int endOfText, BitSet ends, TextFrame frame) {

    private static final String HINT = "give a tokenizer.json as Hugging Face's tokenizers write it";

    /** The tree of a file, which may be no tokenizer. */
    static JsonNode parsed(TokenizerFile file) {
        return Json.parse(file.json(), file.path(), HINT);
    }

    static TokenizerFacts of(TokenizerFile file) {
        return of(file, parsed(file));
    }

    static TokenizerFacts of(TokenizerFile file, JsonNode root) {
        Map<String, Integer> ids = ids(root, file.path());
        BitSet spelt = new BitSet();
        ids.values().forEach(spelt::set);
        int endOfText = endOfTextIn(ids, file.roles())
                .orElseThrow(() -> WeftException.invalidData(
                        "tokenizer has no token for the end of a text: " + file.path() + " looked for "
                                + TokenRoles.ENDS_OF_TEXT,
                        "name the one that it has: \"eos_token\": \"…\" in " + file.directory() + "/"
                                + TokenRoles.TOKENIZER_CONFIG));
        BitSet ends = new BitSet();
        ends.set(endOfText);
        file.roles().ids(TokenRoles.END).stream().filter(id -> id >= 0).forEach(ends::set);
        ends.and(spelt);
        return new TokenizerFacts(spelt, endOfText, ends, TextFrame.of(root, ids, file.roles()));
    }

    /** How the special tokens of a file are spelt. */
    static List<String> special(JsonNode root) {
        List<String> special = new ArrayList<>();
        for (JsonNode token : root.path("added_tokens")) {
            if (token.path("special").asBoolean()
                    && !token.path("content").asText().isEmpty()) {
                special.add(token.path("content").asText());
            }
        }
        return List.copyOf(special);
    }

    /** One more than the largest id. */
    public int vocabSize() {
        return spelt.length();
    }

    /** The token of a vocabulary that ends a document; empty where there is none. */
    public static Optional<Integer> endOfTextIn(Map<String, Integer> ids, TokenRoles roles) {
        return roles.in(ids, TokenRoles.END).or(() -> TokenRoles.ENDS_OF_TEXT.stream()
                .filter(ids::containsKey)
                .map(ids::get)
                .findFirst());
    }

    /** Every token of a {@code tokenizer.json} with its id, never none. */
    public static Map<String, Integer> ids(TokenizerFile file) {
        return ids(parsed(file), file.path());
    }

    /** What stands around a text, by the file and those beside it. */
    public static TextFrame frame(TokenizerFile file) {
        JsonNode root = parsed(file);
        return TextFrame.of(root, ids(root, file.path()), file.roles());
    }

    private static Map<String, Integer> ids(JsonNode root, String path) {
        Map<String, Integer> ids = SpecialTokens.ids(root);
        if (ids.isEmpty()) {
            throw WeftException.invalidData("tokenizer has no vocabulary: " + path, HINT);
        }
        return ids;
    }
}
