package org.weft.corpus.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.tokens.TokenRoles;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.SparkFixture;

/** GPT-2's tokenizer against another implementation of it, and tokenizer files that cannot be used. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TextTokenizerTest {
    private static final List<String> TEXTS = List.of(
            "",
            "Hello world, it's 2024!  Two  spaces\n\n\tand tabs   \n",
            "We'll don't I'm they're I've he'd THEY'LL",
            "naïve café — “quotes” … 北京大学 東京 한국어 العربية עברית हिन्दी",
            "emoji 👩‍👩‍👧‍👦🏳️‍🌈 é combining, nbsp\u00a0, ideographic space\u3000x, zero\u200bwidth",
            "numbers 1234567 ⅓ ² ١٢٣",
            "\u0000\u0001 control \u007f");

    private TextTokenizer gpt2;
    private byte[] json;

    @BeforeAll
    void load() {
        json = TokenizerJson.of(Gpt2Vocabulary.load());
        gpt2 = TextTokenizer.of(json, "gpt2");
    }

    @AfterAll
    void close() {
        gpt2.close();
    }

    @Test
    void gpt2AgreesWithAnotherImplementation() {
        Encoding reference = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE);
        assertThat(gpt2.vocabSize()).isEqualTo(50257);
        assertThat(gpt2.endOfText()).isEqualTo(50256);
        assertThat(gpt2.encode("Hello world")).containsExactly(15496, 995);
        for (String text : TEXTS) {
            assertThat(gpt2.encode(text))
                    .as(text)
                    .isEqualTo(reference.encodeOrdinary(text).toArray());
        }
        for (String text : SparkFixture.documents(100, 9)) {
            assertThat(gpt2.encode(text))
                    .isEqualTo(reference.encodeOrdinary(text).toArray());
        }
    }

    @Test
    void decodingUndoesEncoding() {
        assertThat(gpt2.encode(List.of())).isEmpty();
        int[][] ids = gpt2.encode(TEXTS);
        for (int i = 0; i < ids.length; i++) {
            assertThat(gpt2.decode(ids[i])).isEqualTo(TEXTS.get(i));
        }
        Random random = new Random(1);
        for (int round = 0; round < 300; round++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(30);
            for (int i = 0; i < length; i++) {
                int point = random.nextInt(0x11000);
                text.appendCodePoint(point >= 0xD800 && point < 0xE000 ? ' ' : point);
            }
            assertThat(gpt2.decode(gpt2.encode(text.toString()))).isEqualTo(text.toString());
        }
        assertThat(gpt2.decode(new int[] {15496, 50256})).isEqualTo("Hello<|endoftext|>");
    }

    @Test
    void specialTokensThatATextSpellsAreSplitWhereThatIsAsked() {
        Encoding reference = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE);
        String spelt = "ends with <|endoftext|> and begins";
        assertThat(gpt2.encode(spelt, true))
                .isEqualTo(reference.encodeOrdinary(spelt).toArray())
                .doesNotContain(50256);
        assertThat(gpt2.encode(spelt)).contains(50256);
        assertThat(gpt2.encodeWithSpans(spelt, true).ids()).isEqualTo(gpt2.encode(spelt, true));
        assertThat(gpt2.decode(gpt2.encode(spelt, true))).isEqualTo(spelt);
        for (String text : TEXTS) {
            assertThat(gpt2.encode(text, true)).as(text).isEqualTo(gpt2.encode(text));
        }
    }

    @Test
    void halfAPairIsTheReplacement() {
        assertThat(gpt2.decode(gpt2.encode("a \ud83d b"))).isEqualTo("a \ufffd b");
        assertThat(gpt2.encodeWithSpans("\udc4dx").ids()).isEqualTo(gpt2.encode("\ufffdx"));
        assertThat(gpt2.encode("\ud83d\udc4d", true)).isEqualTo(gpt2.encode("\ud83d\udc4d"));
    }

    @Test
    void ignoresTruncationAndPaddingOfTheFile() {
        String cutting = new String(json, StandardCharsets.UTF_8)
                .replaceFirst(
                        "\"truncation\":null",
                        "\"truncation\":{\"direction\":\"Right\",\"max_length\":4,\"strategy\":\"LongestFirst\",\"stride\":0}")
                .replaceFirst(
                        "\"padding\":null",
                        "\"padding\":{\"strategy\":{\"Fixed\":16},\"direction\":\"Right\",\"pad_to_multiple_of\":null,"
                                + "\"pad_id\":0,\"pad_type_id\":0,\"pad_token\":\"!\"}");
        try (TextTokenizer tokenizer = TextTokenizer.of(cutting.getBytes(StandardCharsets.UTF_8), "cutting")) {
            String text = "one two three four five six seven";
            assertThat(tokenizer.encode(text)).hasSize(7).isEqualTo(gpt2.encode(text));
        }
    }

    @Test
    void findsTheEndOfTextOfOtherTokenizers() {
        assertFacts("{\"model\": {\"vocab\": {\"<s>\": 1, \"</s>\": 2, \"a\": 7}}}", 8, 2);
        assertFacts(
                "{\"model\": {\"vocab\": [[\"<unk>\", 0], [\"a\", -1.5]]}, \"added_tokens\":"
                        + " [{\"id\": 5, \"content\": \"<|endoftext|>\"}]}",
                6,
                5);
    }

    @Test
    void theFilesBesideATokenizerSayWhatEndsAText() {
        String json = "{\"model\": {\"vocab\": {\"a\": 0, \"<stop>\": 1, \"</s>\": 2, \"<turn>\": 5}}}";
        TokenizerFacts named =
                facts(json, new TokenRoles(Map.of("eos", "<stop>"), Map.of("eos", List.of(5, 9)), null, null));
        assertThat(named.endOfText()).isEqualTo(1);
        assertThat(named.ends().stream()).as("9 is none of its ids").containsExactly(1, 5);
        assertThat(named.spelt().stream()).containsExactly(0, 1, 2, 5);
        TokenizerFacts numbered = facts(json, new TokenRoles(Map.of(), Map.of("eos", List.of(5)), null, null));
        assertThat(numbered.endOfText()).isEqualTo(5);
        assertThat(facts(json, TokenRoles.NONE).endOfText()).isEqualTo(2);
    }

    @Test
    void aPromptBeginsAsItsTokenizerSaysAndOnce() {
        TokenRoles begins = new TokenRoles(Map.of("bos", "<|endoftext|>"), Map.of(), true, null);
        int[] hello = gpt2.encode("Hello");
        try (TextTokenizer tokenizer = TextTokenizer.of(new TokenizerFile(json, "begins", begins))) {
            assertThat(tokenizer.prompt("Hello")).containsExactly(50256, hello[0]);
            assertThat(tokenizer.begun(tokenizer.prompt("Hello"))).containsExactly(50256, hello[0]);
            assertThat(tokenizer.prompt("")).containsExactly(50256);
            assertThat(tokenizer.framed(hello)).containsExactly(50256, hello[0]);
            assertThat(tokenizer.encode("Hello")).isEqualTo(hello);
        }
        assertThat(gpt2.prompt("Hello")).isEqualTo(hello);
        assertThat(gpt2.prompt("")).as("after the end of another text").containsExactly(50256);
        assertThat(gpt2.framed(hello)).isEqualTo(hello);
    }

    @Test
    void rejectsFilesThatAreNoTokenizer() {
        assertRejected("{\"model\": ", "mine is not JSON: line 1, column ");
        assertRejected("{}", "tokenizer has no vocabulary: mine");
        assertRejected("{\"model\": {\"vocab\": {\"a\": 1}}}", "tokenizer has no token for the end of a text: mine");
        assertRejected(
                "{\"model\": {\"vocab\": {\"</s>\": 1}}}",
                "tokenizer cannot be used: mine: it is JSON, but in a form that Hugging Face's tokenizers do not read");
    }

    private static TokenizerFacts facts(String tokenizer, TokenRoles roles) {
        return TokenizerFacts.of(new TokenizerFile(tokenizer.getBytes(StandardCharsets.UTF_8), "facts", roles));
    }

    private static void assertFacts(String tokenizer, int vocabSize, int endOfText) {
        TokenizerFacts facts = facts(tokenizer, TokenRoles.NONE);
        assertThat(facts.vocabSize()).isEqualTo(vocabSize);
        assertThat(facts.endOfText()).isEqualTo(endOfText);
    }

    private static void assertRejected(String tokenizer, String message) {
        assertThatThrownBy(() -> TextTokenizer.of(tokenizer.getBytes(StandardCharsets.UTF_8), "mine"))
                .isInstanceOfSatisfying(WeftException.class, e -> {
                    assertThat(e.status()).isEqualTo(ExitStatus.INVALID_DATA);
                    assertThat(e.hint()).doesNotContain("add <|endoftext|>");
                })
                .hasMessageStartingWith(message);
    }
}
