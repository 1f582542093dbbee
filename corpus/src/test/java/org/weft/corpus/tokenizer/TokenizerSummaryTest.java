package org.weft.corpus.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.config.TokenizerConfig;
import org.weft.core.config.TokenizerConfig.Form;
import org.weft.core.config.TokenizerConfig.Kind;
import org.weft.core.config.TokenizerConfig.Pretokenizer;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.tokenizer.bpe.ByteAlphabet;

class TokenizerSummaryTest {
    private static final BpeModel BYTES = new BpeModel(new ByteAlphabet().spellings(), List.of());

    @Test
    void namesWhatAFileIsMadeOf() {
        assertThat(summary(TokenizerJson.of(BYTES)))
                .isEqualTo("{\"model\":\"BPE\",\"tokens\":257,\"special_tokens\":[\"<|endoftext|>\"],"
                        + "\"normalizer\":\"none\",\"pretokenizer\":\"ByteLevel gpt2\"}");
        TokenizerConfig other = new TokenizerConfig(Kind.BPE, 258, "")
                .with("pretokenizer", Pretokenizer.QWEN2)
                .with("normalizer", Form.NFC)
                .with("lowercase", true);
        assertThat(summary(TokenizerJson.of(BYTES, List.of("<|endoftext|>", "<|im_start|>"), other)))
                .contains("\"tokens\":258", "\"<|im_start|>\"")
                .contains("\"normalizer\":\"NFC, Lowercase\",\"pretokenizer\":\"Split qwen2, ByteLevel\"");
    }

    private static String summary(byte[] json) {
        return TokenizerSummary.of(new TokenizerFile(json, "tokenizer.json")).toString();
    }
}
