package org.weft.corpus.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;
import org.weft.core.config.TokenizerConfig.Pretokenizer;
import org.weft.corpus.SparkFixture;

/** tiktoken's files, the published one against jtokkit. */
@Tag("once")
class TiktokenRanksTest {
    private static final List<String> TEXTS = List.of(
            "",
            "Hello world, it's 2024!  Two  spaces\n\n\tand tabs   \n x",
            "WE'LL don't 12345678 \u5317\u4eac\u5927\u5b66 caf\u00e9 \ud83d\udc69\u200d\ud83d\udc69 <|endoftext|> ...\r\n\r\nend");

    @Test
    void cl100kIsJtokkits() throws IOException {
        byte[] file;
        try (InputStream in = EncodingType.class.getResourceAsStream("/com/knuddels/jtokkit/cl100k_base.tiktoken")) {
            file = in.readAllBytes();
        }
        assertThat(TiktokenRanks.isOne(file)).isTrue();
        Encoding reference = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.CL100K_BASE);
        byte[] json = TiktokenRanks.tokenizerJson(file, "cl100k_base.tiktoken", Pretokenizer.AUTO);
        try (TextTokenizer tokenizer = TextTokenizer.of(json, "cl100k")) {
            assertThat(tokenizer.encodedByLibrary()).isEmpty();
            assertThat(tokenizer.endOfText()).isEqualTo(100257);
            assertThat(tokenizer.vocabSize()).isEqualTo(100258);
            assertThat(tokenizer.encode("<|endoftext|>")).containsExactly(100257);
            for (String text : TEXTS) {
                assertThat(tokenizer.encode(text, true))
                        .as(text)
                        .isEqualTo(reference.encodeOrdinary(text).toArray());
            }
            for (String text : SparkFixture.documents(50, 3)) {
                assertThat(tokenizer.encode(text, true))
                        .isEqualTo(reference.encodeOrdinary(text).toArray());
            }
        }
    }

    @Test
    void aFileOfItsOwnNeedsAPattern() {
        byte[] file = ranks(new byte[] {'h', 'i'}).getBytes(StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> TiktokenRanks.tokenizerJson(file, "mine.tiktoken", Pretokenizer.AUTO))
                .isInstanceOf(WeftException.class)
                .hasMessage("tokenizer.file=mine.tiktoken has tiktoken's ranks, which do not say how text is cut");
        byte[] json = TiktokenRanks.tokenizerJson(file, "mine.tiktoken", Pretokenizer.QWEN2);
        try (TextTokenizer tokenizer = TextTokenizer.of(json, "mine")) {
            assertThat(tokenizer.encode("hi")).containsExactly(256);
            assertThat(tokenizer.endOfText()).isEqualTo(257);
            assertThat(tokenizer.decode(tokenizer.encode("hi there"))).isEqualTo("hi there");
        }
    }

    @Test
    void brokenFilesAreRefusedByLine() {
        assertThat(TiktokenRanks.isOne("{\"model\": 1}".getBytes(StandardCharsets.UTF_8)))
                .isFalse();
        assertThatThrownBy(() -> read(ranks() + "!!! 256\n"))
                .hasMessage("mine, line 257: expected a new token in Base64 and the rank 256, found !!! 256");
        assertThatThrownBy(() -> read(ranks() + "aGk= 300\n")).hasMessageContaining("found aGk= 300");
        assertThatThrownBy(() -> read("aGk= 0\n")).hasMessage("mine has no token for each byte: 1 tokens");
    }

    private static void read(String file) {
        TiktokenRanks.tokenizerJson(file.getBytes(StandardCharsets.US_ASCII), "mine", Pretokenizer.GPT2);
    }

    /** The 256 bytes and what follows them. */
    private static String ranks(byte[]... more) {
        StringBuilder lines = new StringBuilder();
        for (int b = 0; b < 256; b++) {
            line(lines, new byte[] {(byte) b}, b);
        }
        for (int i = 0; i < more.length; i++) {
            line(lines, more[i], 256 + i);
        }
        return lines.toString();
    }

    private static void line(StringBuilder lines, byte[] token, int rank) {
        lines.append(Base64.getEncoder().encodeToString(token))
                .append(' ')
                .append(rank)
                .append('\n');
    }
}
