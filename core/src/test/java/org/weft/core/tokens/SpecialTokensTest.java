package org.weft.core.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;

class SpecialTokensTest {
    @Test
    void findsBertsAmongTheAddedTokens() {
        SpecialTokens found = of("{\"added_tokens\": [{\"id\": 0, \"content\": \"[PAD]\"}, {\"id\": 101, \"content\":"
                + " \"[CLS]\"}, {\"id\": 102, \"content\": \"[SEP]\"}, {\"id\": 103, \"content\": \"[MASK]\"}],"
                + " \"model\": {\"vocab\": {\"a\": 7, \"[MASK]\": 5}}}");
        assertThat(found).isEqualTo(new SpecialTokens(103, 101, 102, 0));
        assertThat(found.hasMask()).isTrue();
        assertThat(found.framed()).isTrue();
    }

    @Test
    void findsRobertasInTheVocabulary() {
        assertThat(of("{\"model\": {\"vocab\": {\"<s>\": 0, \"<pad>\": 1, \"</s>\": 2, \"<mask>\": 50264}}}"))
                .isEqualTo(new SpecialTokens(50264, 0, 2, 1));
        assertThat(of("{\"model\": {\"vocab\": [[\"<s>\", 0], [\"<mask>\", -1.5]]}}"))
                .isEqualTo(new SpecialTokens(1, 0, -1, -1));
    }

    @Test
    void paddingOfAnotherIdIsRefusedWhereAFamilyFixesIt() {
        SpecialTokens special = new SpecialTokens(4, 2, 3, 0);
        special.requirePadding(OptionalInt.empty(), "t");
        special.requirePadding(OptionalInt.of(0), "t");
        assertThatThrownBy(() -> special.requirePadding(OptionalInt.of(1), "dir/tokenizer.json"))
                .hasMessage(
                        "the padding token of dir/tokenizer.json has id 0: this family counts positions from behind its"
                                + " padding token, which has to be id 1");
        assertThatThrownBy(() -> new SpecialTokens(4, 2, 3, -1).requirePadding(OptionalInt.of(1), "t"))
                .hasMessageContaining("of t has no id");
    }

    @Test
    void aDecoderBeginsWithPadding() {
        new SpecialTokens(-1, -1, 1, 0).requireDecoderStart(0, "t");
        assertThatThrownBy(() -> new SpecialTokens(-1, -1, 1, -1).requireDecoderStart(0, "dir/tokenizer.json"))
                .hasMessage(
                        "the padding token of dir/tokenizer.json has no id: this family's decoder begins with its padding"
                                + " token, which has to be id 0");
    }

    @Test
    void saysWhichThereAreNot() {
        SpecialTokens none = of("{\"model\": {\"vocab\": {\"a\": 1, \"[CLS]\": 2}}}");
        assertThat(none).isEqualTo(new SpecialTokens(-1, 2, -1, -1));
        assertThat(none.hasMask()).isFalse();
        assertThat(none.framed()).isFalse();
        assertThat(of("{}")).isEqualTo(new SpecialTokens(-1, -1, -1, -1));
    }

    @Test
    void refusesWhatIsNoJson() {
        assertThatThrownBy(() -> of("{\"model\": "))
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.INVALID_DATA))
                .hasMessageStartingWith("tokenizer.json is not JSON: line 1, column ");
    }

    private static SpecialTokens of(String json) {
        return SpecialTokens.of(json.getBytes(StandardCharsets.UTF_8));
    }
}
