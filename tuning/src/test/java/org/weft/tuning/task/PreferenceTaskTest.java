package org.weft.tuning.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.core.examples.Example;
import org.weft.core.examples.ExampleParts;

/** Pairs of answers in the forms that data sets have them in. */
class PreferenceTaskTest {
    private static final WeftConfig CONFIG =
            TaskRows.config("llama", "preference", "model.context=128", "finetune.chat_template=plain");
    private static final WeftConfig WHOLE = TaskRows.config(
            "llama", "preference", "model.context=128", "finetune.chat_template=plain", "dataset.prompt_column=");

    private static Map<String, Object> message(String role, String content) {
        return Map.of("role", role, "content", content);
    }

    private static Encoded encoded(WeftConfig config, Fields row) {
        Task task = Task.of(config);
        task.check(row, true);
        try (Encoder encoder = TaskRows.encoder(config)) {
            return task.encode(row, encoder, true);
        }
    }

    private static Fields row(Object prompt, Object chosen, Object rejected) {
        return TaskRows.row("prompt", prompt, "chosen", chosen, "rejected", rejected);
    }

    private static String text(Example example) {
        return new String(example.tokens(), 0, example.length());
    }

    @Test
    void textsAndMessagesAreTheSamePair() {
        Encoded plain = encoded(CONFIG, row("Q?", "Yes.", "No, never."));
        List<Example> parts = ExampleParts.of(plain.example());
        assertThat(text(parts.get(0))).startsWith("User: Q?").contains("Yes.");
        assertThat(text(parts.get(1))).startsWith("User: Q?").contains("No, never.");
        assertThat(parts.get(0).targetCount()).isEqualTo(parts.get(1).targetCount() - "No, never.".length() + 4);
        assertThat(plain.example().weight()).isEqualTo(1);
        Object asked = List.of(message("user", "Q?"));
        List<Fields> forms = List.of(
                row(asked, "Yes.", "No, never."),
                row("Q?", List.of(message("assistant", "Yes.")), List.of(message("assistant", "No, never."))),
                row("[{\"role\": \"user\", \"content\": \"Q?\"}]", "Yes.", "No, never."));
        for (Fields form : forms) {
            assertThat(encoded(CONFIG, form).example().tokens())
                    .isEqualTo(plain.example().tokens());
        }
        Fields whole = TaskRows.row(
                "chosen", List.of(message("user", "Q?"), message("assistant", "Yes.")),
                "rejected", List.of(message("user", "Q?"), message("assistant", "No, never.")));
        assertThat(encoded(WHOLE, whole).example().tokens())
                .isEqualTo(plain.example().tokens());
        assertThat(Task.of(WHOLE).columns()).containsExactly("chosen", "rejected");
    }

    @Test
    void earlierAnswersAreNotLearnt() {
        Object asked = List.of(message("user", "Q?"), message("assistant", "Why?"), message("user", "So."));
        List<Example> parts =
                ExampleParts.of(encoded(CONFIG, row(asked, "Yes.", "No.")).example());
        assertThat(parts.get(0).targetCount()).isEqualTo("Yes.".length() + 2); // a blank before it, the end after it
    }

    @Test
    void pairsThatTeachNothingAreLeftOut() {
        assertThat(encoded(CONFIG, row("Q?", "Yes.", "Yes.")).leftOutBecause()).startsWith("their answers are equal");
        assertThat(encoded(CONFIG, row("Q?", "Yes.", " ")).leftOutBecause()).isEqualTo("their answer is empty");
    }

    @Test
    void whatIsNoPairIsNamed() {
        refused(CONFIG, row("Q?", "Yes.", null), "column rejected is null");
        refused(
                CONFIG,
                row("Q?", List.of(message("user", "Q?"), message("assistant", "Yes.")), "No."),
                "column chosen has 2 messages beside the prompt");
        refused(
                CONFIG,
                row("Q?", List.of(message("user", "Yes.")), "No."),
                "column chosen does not end with a message of role assistant");
        refused(WHOLE, TaskRows.row("chosen", "a", "rejected", "b"), "column chosen is a text without a prompt");
        refused(
                WHOLE,
                TaskRows.row(
                        "chosen", List.of(message("user", "Q?"), message("assistant", "Yes.")),
                        "rejected", List.of(message("user", "R?"), message("assistant", "No."))),
                "column rejected is a conversation that differs from that of chosen in more than its last message");
    }

    private static void refused(WeftConfig config, Fields row, String message) {
        assertThatThrownBy(() -> encoded(config, row))
                .isInstanceOf(WeftException.class)
                .hasMessageStartingWith(message);
    }
}
