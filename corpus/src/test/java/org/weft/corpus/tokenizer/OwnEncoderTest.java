package org.weft.corpus.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.core.Json;
import org.weft.core.config.TokenizerConfig;
import org.weft.core.config.TokenizerConfig.Pretokenizer;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.tokenizer.bpe.ByteAlphabet;
import org.weft.corpus.tokenizer.bpe.PretokenizerPattern;
import org.weft.corpus.tokenizer.learn.MergeLearner;

/** Weft's encoder against Hugging Face's library with the same file, on texts that are made to be hard. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("once")
class OwnEncoderTest {
    private static final int TEXTS = 1200;
    private static final String[] BITS = {
        " ",
        "  ",
        "\n",
        "\r\n",
        "\t",
        "'s",
        "'LL",
        "'\u017f",
        "don't",
        "\u00a0",
        "\u3000",
        "\u200d",
        "\ufe0f",
        "e\u0301",
        "\u0301",
        "\u0323\u0307",
        "\u1dfa",
        "123",
        "1234567",
        "\u0661\u0662",
        "<|endoftext|>",
        "<think>",
        "<r>",
        "[MASK]",
        "//",
        "!!!",
        "...\r\n",
        "abc",
        "ABC",
        "AbC",
        "\u4f60\u597d",
        "\u4e2d\u56fd\u4eba\u6c11",
        "\ud83d\udc69\u200d",
        "\u0000",
        "\u007f",
        "\u0085",
        "\u1100\u1161\u11a8",
        "\u0915\u094d\u0937",
        "\u0627\u0644",
        "\ufffd",
        "\uffff",
        "\u2028",
        "<|",
        "|>",
        "\u01c5",
        "\u02b0",
        "caf\u00e9",
        "\u212b",
        "Internationalization",
        "\u00a7\u00a7"
    };

    private final List<String> texts = new ArrayList<>();
    private BpeModel model;

    @BeforeAll
    void learn() {
        Random random = new Random(16);
        for (int t = 0; t < TEXTS; t++) {
            texts.add(hard(random));
        }
        texts.add("a".repeat(5000) + "\u4e2d".repeat(3000) + " ".repeat(2000));
        Map<String, Long> counts = new TreeMap<>();
        for (String text : texts) {
            Matcher words = PretokenizerPattern.GPT2.compile().matcher(text);
            while (words.find()) {
                counts.merge(words.group(), 1L, Long::sum);
            }
        }
        ByteAlphabet alphabet = new ByteAlphabet();
        int[][] words = counts.keySet().stream()
                .map(word -> alphabet.ids(word.getBytes(StandardCharsets.UTF_8)))
                .toArray(int[][]::new);
        long[] frequencies = counts.values().stream().mapToLong(Long::longValue).toArray();
        model = new MergeLearner(words, frequencies, alphabet.spellings(), "").learn(900, 2, tokens -> {});
    }

    private static String hard(Random random) {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(40);
        for (int i = 0; i < length; i++) {
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> text.append(BITS[random.nextInt(BITS.length)]);
                case 3 -> text.append((char) (' ' + random.nextInt(95)));
                case 4 -> text.append((char) random.nextInt(0x300));
                case 5 -> append(text, random.nextInt(0x10000));
                case 6 -> append(text, random.nextInt(Character.MAX_CODE_POINT));
                default -> text.append(BITS[random.nextInt(BITS.length)].repeat(1 + random.nextInt(20)));
            }
        }
        return text.toString();
    }

    private static void append(StringBuilder text, int point) {
        text.appendCodePoint(point >= 0xD800 && point <= 0xDFFF ? '\ufffd' : point);
    }

    /** What a file says of cutting, of whole words, of NFC and of a blank before a text. */
    @ParameterizedTest
    @CsvSource({
        "GPT2, false, false, false",
        "GPT2, false, true, true",
        "CL100K, true, false, false",
        "QWEN2, false, true, false",
        "O200K, true, false, false",
    })
    void agreesWithTheLibrary(PretokenizerPattern pattern, boolean whole, boolean nfc, boolean blank)
            throws IOException {
        ObjectNode root = file();
        ((ObjectNode) root.path("model")).put("ignore_merges", whole);
        if (nfc) {
            root.putObject("normalizer").put("type", "NFC");
        }
        if (pattern == PretokenizerPattern.GPT2) {
            ((ObjectNode) root.path("pre_tokenizer")).put("add_prefix_space", blank);
        } else {
            cutBy(root, pattern);
        }
        assertAgrees(root);
    }

    @ParameterizedTest
    @EnumSource(
            value = Pretokenizer.class,
            names = {"GPT2", "QWEN2", "O200K"})
    void agreesWithABlankBeforeEveryText(Pretokenizer cut) throws IOException {
        TokenizerConfig config = new TokenizerConfig(TokenizerConfig.Kind.BPE, 0, "")
                .with("pretokenizer", cut)
                .with("normalizer", TokenizerConfig.Form.NFC)
                .with("addPrefixSpace", true);
        List<String> special = List.of("<|endoftext|>", "[MASK]");
        assertAgrees((ObjectNode) Json.MAPPER.readTree(TokenizerJson.of(model, special, config)));
    }

    @Test
    void oldFilesWriteTheSameOtherwise() throws IOException {
        ObjectNode root = file();
        cutBy(root, PretokenizerPattern.O200K);
        ObjectNode split =
                (ObjectNode) root.path("pre_tokenizer").path("pretokenizers").path(0);
        split.put("behavior", "Removed").put("invert", true);
        ArrayNode pairs = Json.MAPPER.createArrayNode();
        root.path("model").path("merges").forEach(merge -> {
            String[] parts = merge.asText().split(" ");
            pairs.addArray().add(parts[0]).add(parts[1]);
        });
        ((ObjectNode) root.path("model")).set("merges", pairs);
        assertAgrees(root);
    }

    /** A tokenizer with tokens that are found in texts, some of which take blanks in, and one that its vocabulary has not. */
    private ObjectNode file() throws IOException {
        ObjectNode root =
                (ObjectNode) Json.MAPPER.readTree(TokenizerJson.of(model, List.of("<|endoftext|>", "[MASK]")));
        int next = root.path("model").path("vocab").size();
        added(root, next, "<think>").put("special", false).put("normalized", false);
        added(root, next + 1, "<r>").put("rstrip", true).put("special", false).put("normalized", true);
        added(root, next + 2, "caf\u00e9").put("special", false).put("normalized", true);
        added(root, next + 3, "\u00a7\u00a7").put("special", true).put("normalized", false);
        return root;
    }

    private static ObjectNode added(ObjectNode root, int id, String content) {
        return ((ArrayNode) root.path("added_tokens"))
                .addObject()
                .put("id", id)
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false);
    }

    private static void cutBy(ObjectNode root, PretokenizerPattern pattern) {
        ObjectNode bytes = ((ObjectNode) root.path("pre_tokenizer")).deepCopy().put("use_regex", false);
        ArrayNode parts =
                root.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
        parts.addObject()
                .put("type", "Split")
                .put("behavior", "Isolated")
                .put("invert", false)
                .putObject("pattern")
                .put("Regex", pattern.regex());
        parts.add(bytes);
    }

    private void assertAgrees(ObjectNode root) throws IOException {
        TokenizerFile file = new TokenizerFile(Json.MAPPER.writeValueAsBytes(root), "made");
        try (TextTokenizer own = TextTokenizer.of(file);
                LibraryTokenizer library = new LibraryTokenizer(file)) {
            assertThat(own.encodedByLibrary()).isEmpty();
            for (String text : texts) {
                assertThat(own.encode(text)).as(text).isEqualTo(library.encode(text, false));
                assertThat(own.encode(text, true)).as(text).isEqualTo(library.encode(text, true));
            }
        }
    }

    @Test
    void gpt2AgreesWithAnotherImplementationAndComesBack() {
        Encoding reference = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE);
        try (TextTokenizer gpt2 = TextTokenizer.of(TokenizerJson.of(Gpt2Vocabulary.load()), "gpt2")) {
            for (String text : texts) {
                int[] ids = gpt2.encode(text, true);
                assertThat(gpt2.decode(ids)).isEqualTo(text);
                if (text.codePoints().allMatch(OwnEncoderTest::isTheSameInEveryUnicode)) {
                    assertThat(ids)
                            .as(text)
                            .isEqualTo(reference.encodeOrdinary(text).toArray());
                }
            }
        }
    }

    /** jtokkit asks the JDK, whose Unicode may be older than the table's. */
    private static boolean isTheSameInEveryUnicode(int point) {
        return Character.isDefined(point) && point < 0x2000;
    }

    @ParameterizedTest
    @ValueSource(strings = {"dropout", "normalizer", "pattern", "single_word", "id"})
    void whatItDoesNotKnowTheLibraryEncodes(String what) throws IOException {
        ObjectNode root = file();
        cutBy(root, PretokenizerPattern.CL100K);
        ObjectNode first = (ObjectNode) root.path("added_tokens").path(0);
        String reason =
                switch (what) {
                    case "dropout" -> {
                        ((ObjectNode) root.path("model")).put("dropout", 0.1);
                        yield "dropout";
                    }
                    case "normalizer" -> {
                        root.putObject("normalizer").put("type", "Lowercase");
                        yield "normalizer Lowercase";
                    }
                    case "pattern" -> {
                        ObjectNode split = (ObjectNode)
                                root.path("pre_tokenizer").path("pretokenizers").path(0);
                        split.putObject("pattern").put("Regex", "\\w+|\\W+");
                        yield "the regular expression \\w+|\\W+";
                    }
                    case "single_word" -> {
                        first.put("single_word", true);
                        yield "added token <|endoftext|> with single_word";
                    }
                    default -> {
                        first.put("id", 3);
                        yield "added token <|endoftext|> with id 3";
                    }
                };
        byte[] json = Json.MAPPER.writeValueAsBytes(root);
        try (TextTokenizer tokenizer = TextTokenizer.of(json, "made");
                LibraryTokenizer library = new LibraryTokenizer(new TokenizerFile(json, "made"))) {
            assertThat(tokenizer.encodedByLibrary()).contains(reason);
            if (!what.equals("dropout")) {
                assertThat(tokenizer.encode("Hello <think> there"))
                        .isEqualTo(library.encode("Hello <think> there", false));
            }
        }
    }
}
