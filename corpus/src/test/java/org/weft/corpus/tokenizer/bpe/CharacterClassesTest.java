package org.weft.corpus.tokenizer.bpe;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.core.Json;

/** The table of classes against the library's regular expressions, for every code point that there is. */
@Tag("once")
class CharacterClassesTest {
    private static final int CHUNK = 0x8000;

    @ParameterizedTest
    @CsvSource({
        "[\\s], 1 2",
        "[\\r\\n], 2",
        "[\\p{N}], 3",
        "[\\p{L}], 4 5 6",
        "[\\p{Lu}\\p{Lt}], 4",
        "[\\p{Ll}], 5",
        "[\\p{Lm}\\p{Lo}], 6",
        "[\\p{M}], 7",
    })
    void namesWhatTheLibraryMatches(String expression, String classes) throws IOException {
        BitSet named = new BitSet();
        for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
            named.set(point, classes.contains(String.valueOf(CharacterClasses.TABLE.of(point))));
        }
        named.clear(Character.MIN_SURROGATE, Character.MAX_SURROGATE + 1);
        BitSet matched = matched(expression);
        matched.xor(named);
        assertThat(matched.stream().mapToObj(Integer::toHexString)).isEmpty();
    }

    /** Code points of which the library's pre-tokenizer leaves nothing when it removes what matches. */
    private static BitSet matched(String expression) throws IOException {
        BitSet matched = new BitSet();
        matched.set(0, Character.MAX_CODE_POINT + 1);
        matched.clear(Character.MIN_SURROGATE, Character.MAX_SURROGATE + 1);
        try (HuggingFaceTokenizer library = HuggingFaceTokenizer.newInstance(
                new ByteArrayInputStream(Json.MAPPER.writeValueAsBytes(removing(expression + "+"))),
                Map.of("truncation", "false"))) {
            TokenizersLibrary.LIB.disableTruncation(library.getHandle());
            for (int from = 0; from <= Character.MAX_CODE_POINT; from += CHUNK) {
                StringBuilder text = new StringBuilder();
                for (int point = from; point < from + CHUNK; point++) {
                    text.appendCodePoint(point >= 0xD800 && point <= 0xDFFF ? ' ' : point);
                }
                long encoding = TokenizersLibrary.LIB.encode(library.getHandle(), text.toString(), false);
                long[] ids = TokenizersLibrary.LIB.getTokenIds(encoding);
                TokenizersLibrary.LIB.deleteEncoding(encoding);
                byte[] left = new byte[ids.length];
                for (int i = 0; i < left.length; i++) {
                    left[i] = (byte) ids[i];
                }
                boolean surrogates = from <= 0xD800 && 0xD800 < from + CHUNK;
                new String(left, StandardCharsets.UTF_8)
                        .codePoints()
                        .filter(point -> !surrogates || point != ' ')
                        .forEach(matched::clear);
            }
        }
        return matched;
    }

    /** A tokenizer whose ids are the bytes of what a pattern does not match. */
    private static JsonNode removing(String pattern) {
        ObjectNode root = Json.MAPPER.createObjectNode().put("version", "1.0");
        root.putArray("added_tokens");
        ArrayNode parts =
                root.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
        parts.addObject()
                .put("type", "Split")
                .put("behavior", "Removed")
                .put("invert", false)
                .putObject("pattern")
                .put("Regex", pattern);
        parts.addObject()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", false);
        ObjectNode model = root.putObject("model").put("type", "BPE");
        model.putArray("merges");
        ObjectNode vocabulary = model.putObject("vocab");
        int next = 0x100;
        for (int b = 0; b < 0x100; b++) {
            boolean printable = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
            vocabulary.put(String.valueOf((char) (printable ? b : next++)), b);
        }
        return root;
    }
}
