package org.weft.corpus.tokenizer.bpe;

import static org.weft.corpus.tokenizer.bpe.BpeFile.require;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * What a {@code tokenizer.json} says of cutting text: ByteLevel by itself, which is GPT-2's, or one of the regular expressions
 * that are known here, with ByteLevel behind it for the bytes alone.
 *
 * @param blankBefore which texts get a blank before them
 */
record PreTokenizerFile(PreTokenizer kind, ByteLevelBpe.Blank blankBefore) {
    static PreTokenizerFile read(JsonNode given) throws UnsupportedTokenizerException {
        if (isByteLevel(given)) {
            require(given.path("use_regex").asBoolean(true), "a pre-tokenizer that does not cut");
            return new PreTokenizerFile(
                    new Gpt2PreTokenizer(),
                    prefixSpace(given) ? ByteLevelBpe.Blank.WHERE_NONE_IS : ByteLevelBpe.Blank.NEVER);
        }
        require(given.path("type").asText().equals("Sequence"), "pre-tokenizer " + given.path("type"));
        JsonNode parts = given.path("pretokenizers");
        require(
                parts.size() == 2 && isByteLevel(parts.path(1)),
                "a sequence of pre-tokenizers other than Split, ByteLevel");
        JsonNode bytes = parts.path(1);
        require(!bytes.path("use_regex").asBoolean(true), "a pre-tokenizer that cuts twice");
        require(!prefixSpace(bytes), "a blank before every pre-token");
        JsonNode split = parts.path(0);
        require(split.path("type").asText().equals("Split"), "pre-tokenizer " + split.path("type"));
        String behavior = split.path("behavior").asText();
        boolean inverted = split.path("invert").asBoolean();
        require(
                behavior.equals("Isolated") && !inverted || behavior.equals("Removed") && inverted,
                "pre-tokenizer Split that is " + behavior);
        String expression = split.path("pattern").path("Regex").asText();
        PreTokenizer kind = kinds().get(expression);
        require(kind != null, "the regular expression " + expression);
        return new PreTokenizerFile(kind, ByteLevelBpe.Blank.NEVER);
    }

    private static Map<String, PreTokenizer> kinds() {
        return Map.of(
                PretokenizerPattern.GPT2.regex(), new Gpt2PreTokenizer(),
                PretokenizerPattern.CL100K.regex(), new Cl100kPreTokenizer(3),
                PretokenizerPattern.QWEN2.regex(), new Cl100kPreTokenizer(1),
                PretokenizerPattern.O200K.regex(), new O200kPreTokenizer());
    }

    private static boolean isByteLevel(JsonNode given) {
        return given.path("type").asText().equals("ByteLevel");
    }

    private static boolean prefixSpace(JsonNode byteLevel) {
        return byteLevel.path("add_prefix_space").asBoolean(true);
    }
}
