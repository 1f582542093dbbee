package org.weft.corpus.tokenizer.bpe;

import static org.weft.corpus.tokenizer.bpe.BpeFile.require;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * What a {@code tokenizer.json} says of cutting text: ByteLevel by itself, which is GPT-2's, or one of the regular expressions
 * that are known here, with ByteLevel behind it for the bytes alone.
 *
 * @param blankBefore whether a text that begins with no blank gets one
 */
record PreTokenizerFile(PreTokenizer kind, boolean blankBefore) {
    private static final String WORDS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|";
    private static final String MARKS_AND_SPACES = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String X = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String Y = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?|";

    /** As files write it. */
    static final String GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

    static final String CL100K = WORDS + "\\p{N}{1,3}" + MARKS_AND_SPACES;
    static final String QWEN = WORDS + "\\p{N}" + MARKS_AND_SPACES;
    static final String O200K = "[^\\r\\n\\p{L}\\p{N}]?" + X + "*" + Y + "+" + CONTRACTION
            + "[^\\r\\n\\p{L}\\p{N}]?" + X + "+" + Y + "*" + CONTRACTION
            + "\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    static PreTokenizerFile read(JsonNode given) throws UnsupportedTokenizerException {
        if (isByteLevel(given)) {
            require(given.path("use_regex").asBoolean(true), "a pre-tokenizer that does not cut");
            return new PreTokenizerFile(new Gpt2PreTokenizer(), prefixSpace(given));
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
        return new PreTokenizerFile(kind, false);
    }

    private static Map<String, PreTokenizer> kinds() {
        return Map.of(
                GPT2, new Gpt2PreTokenizer(),
                CL100K, new Cl100kPreTokenizer(3),
                QWEN, new Cl100kPreTokenizer(1),
                O200K, new O200kPreTokenizer());
    }

    private static boolean isByteLevel(JsonNode given) {
        return given.path("type").asText().equals("ByteLevel");
    }

    private static boolean prefixSpace(JsonNode byteLevel) {
        return byteLevel.path("add_prefix_space").asBoolean(true);
    }
}
