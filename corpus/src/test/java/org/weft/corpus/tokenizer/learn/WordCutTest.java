package org.weft.corpus.tokenizer.learn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.config.TokenizerConfig;
import org.weft.core.config.TokenizerConfig.Form;
import org.weft.core.config.TokenizerConfig.Kind;
import org.weft.core.config.TokenizerConfig.Pretokenizer;

class WordCutTest {
    private static final TokenizerConfig BPE = new TokenizerConfig(Kind.BPE, 300, "");
    private static final TokenizerConfig WORDPIECE = new TokenizerConfig(Kind.WORDPIECE, 300, "");

    @Test
    void wordsOfABpeAreThePatternsMatches() {
        assertThat(words(new PatternWords(BPE), "It's 12!  x")).containsExactly("It", "'s", " 12", "!", " ", " x");
        assertThat(words(new PatternWords(BPE.with("splitDigits", true)), "a 123b"))
                .containsExactly("a", " ", "1", "2", "3", "b");
        assertThat(words(new PatternWords(BPE.with("lowercase", true).with("normalizer", Form.NFKC)), "ﬁT I"))
                .containsExactly("fit", " i");
    }

    @Test
    void longWordsTeachABpeNothing() {
        String binary = "A".repeat(PatternWords.MAX_WORD_BYTES + 1);
        assertThat(words(new PatternWords(BPE), "a " + binary + " b")).containsExactly("a", " b");
    }

    @Test
    void unigramsWordsAreOfOneScript() {
        ScriptWords cut = new ScriptWords(new TokenizerConfig(Kind.UNIGRAM, 400, ""));
        assertThat(words(cut, "iPhone手机 のデータ Москва")).containsExactly("iPhone", "手机", " のデータ", " Москва");
        ScriptWords runs = new ScriptWords(
                new TokenizerConfig(Kind.UNIGRAM, 400, "").with("pretokenizer", Pretokenizer.WHITESPACE));
        assertThat(words(runs, "cafe\u0301s"))
                .as("an accent has its letter's script")
                .containsExactly("cafe\u0301s");
        assertThat(words(cut, "春".repeat(70))).containsExactly("春".repeat(32), "春".repeat(32), "春".repeat(6));
    }

    @Test
    void bertsWordsAreBerts() {
        assertThat(words(new BertWords(WORDPIECE), "Don't stop\u0000,  naïve東京\n$5"))
                .containsExactly("Don", "'", "t", "stop", ",", "naïve", "東", "京", "$", "5");
        assertThat(words(new BertWords(WORDPIECE.with("lowercase", true)), "NAÏVE Café"))
                .containsExactly("naive", "cafe");
        assertThat(words(new BertWords(WORDPIECE.with("splitDigits", true)), "a12"))
                .containsExactly("a", "1", "2");
        assertThat(words(new BertWords(WORDPIECE), "x".repeat(101) + " y")).containsExactly("y");
    }

    private static List<String> words(WordCut cut, String text) {
        List<String> words = new ArrayList<>();
        cut.words(text).forEachRemaining(words::add);
        return words;
    }
}
