package org.weft.corpus.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.weft.core.Sha256;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.TokenizerConfig;
import org.weft.core.model.BertFamily;
import org.weft.core.model.LlamaFamily;
import org.weft.core.model.T5Family;
import org.weft.core.tokens.SpecialTokens;
import org.weft.corpus.SparkFixture;
import org.weft.corpus.tokenizer.bpe.ByteAlphabet;

class TokenizerJsonTest {
    private static final ModelConfig BERT = ModelConfig.of(BertFamily.NAME, 1, 8, 1, 8, 0);
    private static final ModelConfig LLAMA = ModelConfig.of(LlamaFamily.NAME, 1, 8, 1, 8, 0);

    private final BpeModel bytes = bytesAlone();

    private static BpeModel bytesAlone() {
        ByteAlphabet alphabet = new ByteAlphabet();
        return new BpeModel(
                IntStream.range(0, ByteAlphabet.SIZE)
                        .mapToObj(alphabet::spellId)
                        .toList(),
                List.of());
    }

    /** A corpus's shards carry this hash: another file would make every corpus another one. */
    @Test
    void causalModelsHaveTheFileThatTheyAlwaysHad() {
        byte[] json = TokenizerJson.of(bytes);
        assertThat(Sha256.hex(json)).isEqualTo("dd6b014a3aeeb08bdadb451864fbe66a46c9db427514ca0a42358540b7920e2b");
        assertThat(TokenizerJson.of(bytes, TokenizerJson.specialTokens(SparkFixture.GPT2)))
                .isEqualTo(json);
        assertThat(TokenizerJson.of(bytes, TokenizerJson.specialTokens(LLAMA))).isEqualTo(json);
    }

    @Test
    void maskedModelsGetTheirTokensBehindTheEndOfText() {
        byte[] json = TokenizerJson.of(bytes, TokenizerJson.specialTokens(BERT));
        assertThat(SpecialTokens.of(json)).isEqualTo(new SpecialTokens(260, 258, 259, 257));
        try (TextTokenizer tokenizer = TextTokenizer.of(json, "bert")) {
            assertThat(tokenizer.vocabSize()).isEqualTo(261);
            assertThat(tokenizer.endOfText()).isEqualTo(256);
            assertThat(tokenizer.decode(new int[] {256, 257, 258, 259, 260}))
                    .isEqualTo("<|endoftext|>[PAD][CLS][SEP][MASK]");
        }
    }

    /** As what it is pre-trained on ends, spans cut out. */
    @Test
    void whatAnEncoderBesideADecoderReadsEndsWithTheEndOfText() {
        ModelConfig t5 = ModelConfig.of(T5Family.NAME, 1, 8, 1, 8, 0);
        TokenizerConfig cut = new TokenizerConfig(TokenizerConfig.Kind.BPE, 0, "");
        List<String> special = TokenizerJson.specialTokens(t5);
        UnigramModel pieces = new UnigramModel(
                UnigramJson.LETTERS.chars().mapToObj(Character::toString).toList(),
                UnigramJson.LETTERS.chars().mapToObj(letter -> -1.0).toList());
        Map<String, byte[]> files = Map.of(
                "bpe",
                TokenizerJson.of(bytes, special, cut, t5.paddingId()),
                "unigram",
                UnigramJson.of(pieces, special, cut, t5.paddingId()),
                "wordpiece",
                WordPieceJson.of(WordPieceJson.specialTokens(t5), List.of("a"), List.of(), cut));
        files.forEach((kind, json) -> {
            try (TextTokenizer tokenizer = TextTokenizer.of(json, kind)) {
                int[] a = tokenizer.encode("a");
                assertThat(tokenizer.framed(a)).as(kind).containsExactly(a[0], tokenizer.endOfText());
                assertThat(tokenizer.decode(new int[] {0})).as(kind).isEqualTo("[PAD]");
            }
        });
    }

    @Test
    void aMaskTakesInTheBlankBeforeIt() {
        byte[] json = TokenizerJson.of(bytes, TokenizerJson.specialTokens(BERT));
        try (TextTokenizer tokenizer = TextTokenizer.of(json, "bert")) {
            int[] a = tokenizer.encode("a");
            int[] spaceB = tokenizer.encode(" b");
            assertThat(tokenizer.encode("a [MASK] b")).containsExactly(a[0], 260, spaceB[0], spaceB[1]);
        }
    }
}
