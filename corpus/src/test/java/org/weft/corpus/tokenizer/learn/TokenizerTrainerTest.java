package org.weft.corpus.tokenizer.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.TokenizerConfig;
import org.weft.core.config.TokenizerConfig.Form;
import org.weft.core.config.TokenizerConfig.Kind;
import org.weft.core.config.TokenizerConfig.Pretokenizer;
import org.weft.core.model.BertFamily;
import org.weft.core.tokens.SpecialTokens;
import org.weft.corpus.SparkFixture;
import org.weft.corpus.tokenizer.TextTokenizer;

/** Each kind of tokenizer, trained and used through the library that will encode with it. */
class TokenizerTrainerTest {
    private static final ModelConfig BERT = ModelConfig.of(BertFamily.NAME, 1, 8, 1, 8, 0);
    private static final List<String> ODD = List.of(
            "",
            " ",
            "  two  blanks \n\n\tand tabs   \r\n",
            "▁ is a character, and so is U+2581▁▁ ",
            "names: <0x41> <0xE4> <unk> <s> [UNK] ##a",
            "naïve café — “quotes” 北京大学 東京 한국어 العربية हिन्दी ⅓ ² ١٢٣",
            "emoji 👩‍👩‍👧‍👦🏳️‍🌈 é combining, nbsp\u00a0, \u3000x, zero\u200bwidth \u0000\u0001\u007f \uffff");

    /** What is learnt from: each odd one twice, so that its characters are frequent enough. */
    private static final List<String> TEXTS = Stream.of(SparkFixture.documents(300, 7), ODD, ODD)
            .flatMap(List::stream)
            .toList();

    private final List<String> progress = new ArrayList<>();

    @Test
    void theFileIsAFunctionOfTheDocumentsAlone() {
        try (JavaSparkContext spark = SparkFixture.spark("local[2]")) {
            List<byte[]> documents = new ArrayList<>(
                    TEXTS.stream().map(TokenizerTrainerTest::utf8).toList());
            for (Kind kind : List.of(Kind.BPE, Kind.UNIGRAM, Kind.WORDPIECE)) {
                TokenizerConfig config = new TokenizerConfig(kind, 420, "");
                byte[] alone = trained(spark.parallelize(documents, 1), config);
                Collections.shuffle(documents, new Random(3));
                assertThat(trained(spark.parallelize(documents, 5), config))
                        .as(kind.word())
                        .isEqualTo(alone);
            }
        }
    }

    @Test
    void rareWordsAreDroppedByTheirCountAlone() {
        List<byte[]> lines = List.of(utf8("aa aa aa bb bb cc"), utf8("dd dd ee aa bb dd ff"), utf8("gg aa bb"));
        TokenizerConfig config = new TokenizerConfig(Kind.BPE, 301, "");
        try (JavaSparkContext spark = SparkFixture.spark("local[2]")) {
            byte[] file = new TokenizerTrainer(4, progress::add)
                    .train(spark.parallelize(lines, 2), config, SparkFixture.GPT2);
            // " aa" and " bb" occur four times, " dd" twice, all others once: those would be more than four words.
            assertThat(new String(file, StandardCharsets.UTF_8))
                    .contains("\"bb\"", "\"aa\"")
                    .doesNotContain("\"cc\"");
        }
        assertThat(progress.get(0)).contains(" that occur at least 2 times");
        assertThat(progress).anyMatch(line -> line.startsWith("warning: the vocabulary has 26"));
    }

    @Test
    void whateverIsSpeltComesBack() {
        List<TokenizerConfig> configs = List.of(
                new TokenizerConfig(Kind.UNIGRAM, 420, ""),
                new TokenizerConfig(Kind.UNIGRAM, 420, "").with("pretokenizer", Pretokenizer.WHITESPACE),
                new TokenizerConfig(Kind.UNIGRAM, 420, "").with("splitDigits", true),
                new TokenizerConfig(Kind.BPE, 420, ""),
                new TokenizerConfig(Kind.BPE, 420, "").with("pretokenizer", Pretokenizer.LLAMA3),
                new TokenizerConfig(Kind.BPE, 420, "").with("pretokenizer", Pretokenizer.O200K),
                new TokenizerConfig(Kind.BPE, 420, "").with("pretokenizer", Pretokenizer.HAN),
                new TokenizerConfig(Kind.BPE, 420, "").with("splitDigits", true),
                new TokenizerConfig(Kind.UNIGRAM, 420, "").with("addPrefixSpace", true),
                new TokenizerConfig(Kind.BPE, 420, "").with("addPrefixSpace", true),
                new TokenizerConfig(Kind.BPE, 420, "")
                        .with("addPrefixSpace", true)
                        .with("pretokenizer", Pretokenizer.O200K));
        for (TokenizerConfig config : configs) {
            try (TextTokenizer tokenizer = tokenizer(config, SparkFixture.GPT2)) {
                for (String text : ODD) {
                    assertThat(tokenizer.decode(tokenizer.encode(text, true)))
                            .as("%s", config)
                            .isEqualTo(text);
                }
                for (String text : generated(200)) {
                    assertThat(tokenizer.decode(tokenizer.encode(text, true)))
                            .as("%s", config)
                            .isEqualTo(text);
                }
            }
        }
    }

    @Test
    void specialTokensAreTokensOnlyWhereThatIsAsked() {
        for (Kind kind : List.of(Kind.BPE, Kind.UNIGRAM)) {
            TokenizerConfig config =
                    new TokenizerConfig(kind, 420, "").with("specialTokens", List.of("<|im_start|>", "<|im_end|>"));
            try (TextTokenizer tokenizer = tokenizer(config, SparkFixture.GPT2)) {
                int last = tokenizer.vocabSize() - 1;
                assertThat(tokenizer.endOfText()).isEqualTo(last - 2);
                String chat = "<|im_start|>user\nhi<|im_end|><|endoftext|>";
                assertThat(tokenizer.encode(chat)).contains(last - 2, last - 1, last);
                assertThat(tokenizer.encode(chat, true)).doesNotContain(last - 2, last - 1, last);
                assertThat(tokenizer.decode(tokenizer.encode(chat))).isEqualTo(chat);
                assertThat(tokenizer.decode(tokenizer.encode(chat, true))).isEqualTo(chat);
            }
        }
    }

    @Test
    void eachDigitIsATokenWhereThatIsAsked() {
        for (Kind kind : List.of(Kind.BPE, Kind.UNIGRAM, Kind.WORDPIECE)) {
            TokenizerConfig config = new TokenizerConfig(kind, 420, "").with("splitDigits", true);
            try (TextTokenizer tokenizer = tokenizer(config, SparkFixture.GPT2)) {
                int[] twelve = tokenizer.encode("12");
                assertThat(twelve).as(kind.word()).hasSize(2);
                assertThat(tokenizer.encode("121")).containsExactly(twelve[0], twelve[1], twelve[0]);
            }
        }
    }

    @Test
    void wordPieceIsBertsForAMaskedModel() {
        TokenizerConfig config = new TokenizerConfig(Kind.WORDPIECE, 300, "").with("lowercase", true);
        byte[] file = trained(config, BERT);
        assertThat(SpecialTokens.of(file)).isEqualTo(new SpecialTokens(4, 2, 3, 0));
        try (TextTokenizer tokenizer = TextTokenizer.of(file, "wordpiece")) {
            assertThat(tokenizer.endOfText()).as("[SEP]").isEqualTo(3);
            assertThat(tokenizer.before()).containsExactly(2);
            assertThat(tokenizer.after()).containsExactly(3);
            assertThat(tokenizer.encode("THE Sea's Café")).isEqualTo(tokenizer.encode("the sea ' s cafe"));
            assertThat(tokenizer.encode("the [MASK] sea")).contains(4);
            assertThat(tokenizer.encode("ξ")).as("[UNK]").containsExactly(1);
            assertThat(tokenizer.encode("東京")).as("a word each").hasSize(2).doesNotContain(1);
        }
    }

    @Test
    void unigramHasTheFrameOfAMaskedModel() {
        try (TextTokenizer tokenizer = tokenizer(new TokenizerConfig(Kind.UNIGRAM, 420, ""), BERT)) {
            int[] framed = tokenizer.framed(tokenizer.encode("the sea"));
            assertThat(tokenizer.decode(framed)).isEqualTo("[CLS]the sea[SEP]");
        }
    }

    @Test
    void normalizersAreInTheFile() {
        TokenizerConfig config = new TokenizerConfig(Kind.UNIGRAM, 420, "")
                .with("normalizer", Form.NFKC)
                .with("lowercase", true);
        try (TextTokenizer tokenizer = tokenizer(config, SparkFixture.GPT2)) {
            assertThat(tokenizer.decode(tokenizer.encode("Ｔｈｅ ﬁsh cafe\u0301"))).isEqualTo("the fish café");
        }
    }

    @Test
    void anAlphabetThatDoesNotFitIsRefusedOrCut() {
        for (Kind kind : List.of(Kind.UNIGRAM, Kind.WORDPIECE)) {
            TokenizerConfig small = new TokenizerConfig(kind, kind == Kind.UNIGRAM ? 322 : 40, "");
            assertThatThrownBy(() -> trained(small.with("limitAlphabet", 2000), SparkFixture.GPT2))
                    .isInstanceOf(WeftException.class)
                    .hasMessageStartingWith(
                            "vocabulary smaller than its alphabet: tokenizer.vocab_size=" + small.vocabSize())
                    .hasMessageContaining("tokenizer.limit_alphabet=2000 makes ");
            try (TextTokenizer tokenizer = tokenizer(small, SparkFixture.GPT2)) {
                assertThat(tokenizer.vocabSize()).isLessThanOrEqualTo(small.vocabSize());
            }
            assertThat(progress).anyMatch(line -> line.contains(" different characters are spelt, "));
        }
    }

    @Test
    void aTextsFirstWordIsAsThoseWithinWhereThatIsAsked() {
        for (Kind kind : List.of(Kind.BPE, Kind.UNIGRAM)) {
            TokenizerConfig config = new TokenizerConfig(kind, 420, "").with("addPrefixSpace", true);
            try (TextTokenizer tokenizer = tokenizer(config, SparkFixture.GPT2)) {
                int[] the = tokenizer.encode("the");
                assertThat(the).as(kind.word()).hasSize(1);
                assertThat(tokenizer.encode("the the")).containsExactly(the[0], the[0]);
                assertThat(tokenizer.encode("")).isEmpty();
                assertThat(tokenizer.encodeAfterBlank("the", false)).containsExactly(the[0]);
                assertThat(tokenizer.decodeWithin(the[0])).isEqualTo(" the");
            }
            try (TextTokenizer plain = tokenizer(new TokenizerConfig(kind, 420, ""), SparkFixture.GPT2)) {
                assertThat(plain.encodeAfterBlank("the", false)).isEqualTo(plain.encode(" the"));
                int[] the = plain.encode("the");
                assertThat(plain.decodeWithin(the[0])).isEqualTo(plain.decode(new int[] {the[0]}));
            }
        }
    }

    /** The marker cuts the text, and what is behind it gets a blank like a text of its own. */
    @Test
    void aMarkerWithinATextPutsABlankBehindItWhereThatIsAsked() {
        TokenizerConfig config = new TokenizerConfig(Kind.BPE, 420, "").with("addPrefixSpace", true);
        try (TextTokenizer tokenizer = tokenizer(config, SparkFixture.GPT2)) {
            String text = "the<|endoftext|>the";
            assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo("the<|endoftext|> the");
            assertThat(tokenizer.decode(tokenizer.encode(text, true))).isEqualTo(text);
        }
    }

    @Test
    void whatTheTextYieldsIsNotLearntWhereASpecialTokenIsSpeltSo() {
        for (Kind kind : List.of(Kind.BPE, Kind.UNIGRAM, Kind.WORDPIECE)) {
            TokenizerConfig plain = new TokenizerConfig(kind, 420, "");
            TokenizerConfig config = plain.with("specialTokens", List.of("the"));
            try (TextTokenizer before = tokenizer(plain, SparkFixture.GPT2);
                    TextTokenizer tokenizer = tokenizer(config, SparkFixture.GPT2)) {
                int[] special = tokenizer.encode("the");
                assertThat(special).as(kind.word()).containsExactly(tokenizer.vocabSize() - 1);
                assertThat(tokenizer.encode("the", true)).as(kind.word()).doesNotContain(special[0]);
                assertThat(tokenizer.decode(tokenizer.encode("the", true))).isEqualTo("the");
                assertThat(before.encode("the")).as("a token of the text").hasSize(1);
            }
        }
    }

    @Test
    void paddingHasTheIdThatTheFamilyCountsFrom() {
        ModelConfig roberta = ModelConfig.of("roberta", 1, 8, 1, 8, 0);
        for (Kind kind : List.of(Kind.BPE, Kind.UNIGRAM, Kind.WORDPIECE)) {
            TokenizerConfig config = new TokenizerConfig(kind, 420, "");
            SpecialTokens special = SpecialTokens.of(trained(config, roberta));
            assertThat(special.pad()).as(kind.word()).isEqualTo(1);
            assertThat(special.framed() && special.hasMask()).as(kind.word()).isTrue();
            try (TextTokenizer before = tokenizer(config, BERT);
                    TextTokenizer tokenizer = tokenizer(config, roberta)) {
                assertThat(tokenizer.vocabSize()).isEqualTo(before.vocabSize());
                assertThat(tokenizer.encode("[PAD]")).as(kind.word()).containsExactly(1);
                for (String text : List.of("the !\"# 3 ships", "sailed")) {
                    assertThat(tokenizer.decode(tokenizer.encode(text)))
                            .as(kind.word())
                            .isEqualTo(before.decode(before.encode(text)));
                }
            }
        }
    }

    @Test
    void aSpecialTokenThatIsALetterOfTheTextIsRefusedBeforeAnythingIsLearnt() {
        for (Kind kind : List.of(Kind.UNIGRAM, Kind.WORDPIECE)) {
            TokenizerConfig config = new TokenizerConfig(kind, 420, "").with("specialTokens", List.of("e"));
            assertThatThrownBy(() -> trained(config, SparkFixture.GPT2))
                    .as(kind.word())
                    .hasMessage("tokenizer.special_tokens=e is a letter of the text");
        }
    }

    private byte[] trained(JavaRDD<byte[]> documents, TokenizerConfig config) {
        return new TokenizerTrainer(1000, progress::add).train(documents, config, SparkFixture.GPT2);
    }

    private byte[] trained(TokenizerConfig config, ModelConfig model) {
        WordCut cut =
                switch (config.kind()) {
                    case BPE -> new PatternWords(config);
                    case UNIGRAM -> new ScriptWords(config);
                    default -> new BertWords(config);
                };
        Map<String, Long> counts = new HashMap<>();
        TEXTS.forEach(text -> cut.words(text).forEachRemaining(word -> counts.merge(word, 1L, Long::sum)));
        return new TokenizerTrainer(1000, progress::add).train(WordCounts.of(counts), config, model);
    }

    private TextTokenizer tokenizer(TokenizerConfig config, ModelConfig model) {
        return TextTokenizer.of(trained(config, model), config.kind().word());
    }

    private static List<String> generated(int count) {
        Random random = new Random(11);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(30);
            for (int c = 0; c < length; c++) {
                int point = random.nextInt(random.nextBoolean() ? 0x300 : 0x30000);
                text.appendCodePoint(point >= 0xD800 && point < 0xE000 ? ' ' : point);
            }
            texts.add(text.toString());
        }
        return texts;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
