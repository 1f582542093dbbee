package org.weft.corpus.tokenizer.bpe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;
import org.weft.core.config.TokenizerConfig.Pretokenizer;

class PretokenizerPatternTest {
    private static final String TEXT = " It's 12345 naïve\r\n  caf\u0301e, HTTPServer 北京大学 東京\t\t🙂!? x  ";

    @Test
    void eachNameOfTheConfigurationHasAPattern() {
        List<String> names =
                Arrays.stream(PretokenizerPattern.values()).map(Enum::name).toList();
        assertThat(Arrays.stream(Pretokenizer.values()).skip(1).map(Enum::name)).containsExactlyElementsOf(names);
        assertThat(PretokenizerPattern.of(Pretokenizer.AUTO, PretokenizerPattern.QWEN2))
                .isEqualTo(PretokenizerPattern.QWEN2);
        assertThat(PretokenizerPattern.of(Pretokenizer.HAN, PretokenizerPattern.QWEN2))
                .isEqualTo(PretokenizerPattern.HAN);
    }

    @Test
    void theWordsAreTheText() {
        for (PretokenizerPattern pattern : PretokenizerPattern.values()) {
            assertThat(String.join("", words(pattern, TEXT))).as(pattern.name()).isEqualTo(TEXT);
        }
    }

    @Test
    void patternsDifferWhereTheirPublishersDo() {
        assertThat(words(PretokenizerPattern.GPT2, "a 12345")).containsExactly("a", " 12345");
        assertThat(words(PretokenizerPattern.CL100K, "a 12345")).containsExactly("a", " ", "123", "45");
        assertThat(words(PretokenizerPattern.QWEN2, "a 12")).containsExactly("a", " ", "1", "2");
        assertThat(words(PretokenizerPattern.O200K, "HTTPServer's"))
                .containsExactly("HTTPServer's"); // An s after capitals begins no word.
        assertThat(words(PretokenizerPattern.HAN, "x 北京大学生a")).containsExactly("x", " ", "北京", "大学", "生", "a");
        assertThat(words(PretokenizerPattern.WHITESPACE, "a, b\n\n c")).containsExactly("a,", " b", "\n\n", " c");
    }

    private static List<String> words(PretokenizerPattern pattern, String text) {
        List<String> words = new ArrayList<>();
        Matcher matches = pattern.compile().matcher(text);
        while (matches.find()) {
            words.add(matches.group());
        }
        return words;
    }
}
