package org.weft.corpus.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.tokens.SpecialTokens;

/**
 * What Weft needs to know of a {@code tokenizer.json} beside encoding with it.
 *
 * @param vocabSize one more than the largest id
 * @param endOfText id of the token that ends a document
 */
public record TokenizerFacts(int vocabSize, int endOfText) {

    /** What tokenizers call the end of a text, the most telling first. */
    private static final List<String> END_OF_TEXT =
            List.of(TokenizerJson.END_OF_TEXT, "<|end_of_text|>", "</s>", "<eos>", "<|eot_id|>", "<|im_end|>", "[SEP]");

    private static final String HINT = "give a tokenizer.json as Hugging Face's tokenizers write it";

    /**
     * @param name names the file in errors
     */
    static TokenizerFacts of(byte[] tokenizerJson, String name) {
        Map<String, Integer> ids = ids(tokenizerJson, name);
        int largest = ids.values().stream().mapToInt(Integer::intValue).max().getAsInt();
        Optional<String> endOfText = endOfTextIn(ids);
        if (endOfText.isPresent()) {
            return new TokenizerFacts(largest + 1, ids.get(endOfText.get()));
        }
        throw WeftException.invalidData(
                "tokenizer has no token for the end of a text: " + name + " looked for " + END_OF_TEXT,
                "add <|endoftext|> to its added_tokens");
    }

    /** The token of a vocabulary that ends a document; empty where there is none. */
    public static Optional<String> endOfTextIn(Map<String, Integer> ids) {
        return END_OF_TEXT.stream().filter(ids::containsKey).findFirst();
    }

    /**
     * Every token of a {@code tokenizer.json} with its id, never none.
     *
     * @param name names the file in errors
     */
    public static Map<String, Integer> ids(byte[] tokenizerJson, String name) {
        JsonNode root;
        try {
            root = Json.MAPPER.readTree(tokenizerJson);
        } catch (IOException broken) {
            throw WeftException.invalidData("tokenizer is broken JSON: " + name + ": " + broken.getMessage(), HINT);
        }
        Map<String, Integer> ids = SpecialTokens.ids(root);
        if (ids.isEmpty()) {
            throw WeftException.invalidData("tokenizer has no vocabulary: " + name, HINT);
        }
        return ids;
    }
}
