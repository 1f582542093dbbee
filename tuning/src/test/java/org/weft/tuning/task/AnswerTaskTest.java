package org.weft.tuning.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.weft.core.config.WeftConfig;
import org.weft.core.examples.Example;
import org.weft.core.tokens.TokenRoles;
import org.weft.core.tokens.TokenizerFile;

/** What an encoder reads of a row, and what its decoder learns to write. */
class AnswerTaskTest {
    private static final int NO = Example.IGNORED;
    private static final TokenizerFile FRAMING = new TokenizerFile(
            TinyTokenizers.bytes(), "framing", new TokenRoles(Map.of("eos", "e"), Map.of(), false, true));

    private static Encoded encoded(boolean labelled, String prompt, String response, String... settings) {
        WeftConfig config = TaskRows.config("t5", "instruction", settings);
        try (Encoder encoder = Encoder.open(config, FRAMING)) {
            return Task.of(config).encode(TaskRows.row("prompt", prompt, "response", response), encoder, labelled);
        }
    }

    @Test
    void thePromptIsReadAsItIsAndTheResponseWritten() {
        Encoded both = encoded(true, "ab", " xy ");
        assertThat(both.example().tokens()).containsExactly('a', 'b', 'e', 0, 'x', 'y');
        assertThat(both.example().targets()).containsExactly(NO, NO, NO, 'x', 'y', 'e');
        assertThat(both.example().secondSegment()).isEqualTo(3);
        assertThat(both.example().weight()).isEqualTo(3);
        assertThat(both.leftOut()).isFalse();
        Encoded asked = encoded(false, "ab", "xy");
        assertThat(asked.example().tokens()).containsExactly('a', 'b', 'e');
    }

    @Test
    void eachSideIsCutForItself() {
        Encoded cut = encoded(true, "abcdefgh", "tuvwxyz", "dataset.max_length=5");
        assertThat(cut.example().tokens()).containsExactly('a', 'b', 'c', 'd', 'e', 0, 't', 'u', 'v');
        assertThat(cut.example().targets()).containsExactly(NO, NO, NO, NO, NO, 't', 'u', 'v', 'w');
        assertThat(cut.truncated()).isTrue();
        assertThatThrownBy(() -> encoded(true, "a", "tuvwxyz", "dataset.max_length=5", "dataset.long_text=error"))
                .hasMessageContaining("row too long: tokens=8 max_length=5");
    }

    @Test
    void anEmptyAnswerTeachesNothing() {
        assertThat(encoded(true, "ab", " ").leftOutBecause()).isEqualTo("their answer is empty");
    }

    @Test
    void conversationsAreRefusedByName() {
        assertThatThrownBy(() -> encoded(true, "ab", "xy", "dataset.messages_column=messages"))
                .hasMessage(
                        "dataset.messages_column=messages is not of model.architecture=t5, which reads one text and writes"
                                + " another");
    }
}
