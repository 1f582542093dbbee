package org.weft.tuning.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.tuning.metrics.AnswerPredictions;

/** What conversations in rows say: texts and parts of text alike, and nothing else. */
class MessagesTest {
    private static final WeftConfig CONFIG = TaskRows.config(
            "llama",
            "instruction",
            "model.context=128",
            "dataset.messages_column=messages",
            "finetune.chat_template=plain");

    private static Map<String, Object> message(String role, Object content) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("role", role);
        message.put("content", content);
        return message;
    }

    private static Object part(String text) {
        return Map.of("type", "text", "text", text);
    }

    private static Fields row(Object asked, Object said) {
        return TaskRows.row("messages", List.of(message("user", asked), message("assistant", said)));
    }

    private static Encoded encoded(Fields row) {
        try (Encoder encoder = TaskRows.encoder(CONFIG)) {
            return Task.of(CONFIG).encode(row, encoder, true);
        }
    }

    @Test
    void partsOfTextAreTheText() {
        int[] plain = encoded(row("Q?", "A.")).example().tokens();
        for (Object asked : List.of(
                List.of(part("Q?")), List.of(part("Q"), part("?")), "[{\"type\": \"text\", \"text\": \"Q?\"}]")) {
            assertThat(encoded(row(asked, List.of(part("A.")))).example().tokens())
                    .isEqualTo(plain);
        }
        int[] bracketed = encoded(row("[3]", "A.")).example().tokens();
        assertThat(new String(bracketed, 0, 9)).isEqualTo("User: [3]");
    }

    @Test
    void whatIsNoTextIsNamed() {
        Object image = Map.of("type", "image_url", "image_url", Map.of("url", "x"));
        for (Object odd : List.of(List.of(part("see"), image), List.of("text"), Map.of("text", "a"))) {
            assertThatThrownBy(() -> encoded(row(odd, "A.")))
                    .isInstanceOf(WeftException.class)
                    .hasMessageStartingWith(
                            "column messages has a message of role user that has a content that is not all text: row=");
        }
        assertThatThrownBy(() -> encoded(row("Q", null)))
                .hasMessageStartingWith(
                        "column messages has a message of role assistant that has no content: row={\"messages\"");
        Fields shared = TaskRows.row("messages", List.of(Map.of("from", "human", "value", "Q")));
        assertThatThrownBy(() -> encoded(shared))
                .hasMessageStartingWith("column messages has a message without role and content: row=");
        Fields tool = TaskRows.row("messages", List.of(message("tool", "12"), message("assistant", "A")));
        assertThatThrownBy(() -> encoded(tool))
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.hint()).contains("roles are system"))
                .hasMessageMatching("column messages is no conversation: .*tool.*: row=.*");
    }

    @Test
    void anEmptyAnswerTeachesNothing() {
        Encoded empty = encoded(row("Q?", " "));
        assertThat(empty.leftOutBecause()).isEqualTo("their answer is empty");
        List<Object> turns = List.of(
                message("user", "a"), message("assistant", ""), message("user", "b"), message("assistant", "c"));
        Encoded half = encoded(TaskRows.row("messages", turns));
        assertThat(half.leftOut()).isFalse();
        assertThat(half.example().targetCount()).isEqualTo(3); // a blank, c and its end
    }

    private static Map<String, Object> message(String role, Object content, String key, Object value) {
        Map<String, Object> message = message(role, content);
        message.put(key, value);
        return message;
    }

    @Test
    void anAnswerOfWeightZeroIsNotLearnt() {
        List<Object> turns = List.of(
                message("user", "a"),
                message("assistant", "bb", "weight", 0),
                message("user", "b"),
                message("assistant", "c"));
        assertThat(encoded(TaskRows.row("messages", turns)).example().targetCount())
                .isEqualTo(3);
        List<Object> one = List.of(message("user", "a"), message("assistant", "b", "weight", 0.0));
        assertThat(encoded(TaskRows.row("messages", one)).leftOutBecause()).isEqualTo("their answers are of weight 0");
        List<Object> odd = List.of(message("user", "a"), message("assistant", "b", "weight", 0.5));
        assertThatThrownBy(() -> encoded(TaskRows.row("messages", odd)))
                .hasMessageStartingWith("column messages has a message of weight 0.5: row=");
    }

    @Test
    void callsOfToolsAreRefused() {
        for (Object call : List.of(List.of(Map.of("id", "1")), "[{\"id\": \"1\"}]", Map.of("name", "f"))) {
            List<Object> turns = List.of(message("user", "a"), message("assistant", "calling", "tool_calls", call));
            assertThatThrownBy(() -> encoded(TaskRows.row("messages", turns)))
                    .hasMessageStartingWith("column messages has a message of role assistant with tool_calls: row=");
        }
        List<Object> none = List.of(message("user", "a"), message("assistant", "b", "tool_calls", List.of()));
        assertThat(encoded(TaskRows.row("messages", none)).leftOut()).isFalse();
    }

    @Test
    void theAssistantsLastAnswerIsJudged() {
        Task task = Task.of(CONFIG);
        List<Object> turns =
                List.of(message("user", "a"), message("assistant", List.of(part("b "))), message("user", "c"));
        Fields row = TaskRows.row("messages", turns);
        assertThat(task.asked(row).list("messages")).hasSize(1);
        assertThat(task.judge(row, task.said("b"))).isEqualTo(new AnswerPredictions.Row("b", List.of("b")));
        Fields unanswered = TaskRows.row("messages", List.of(message("user", "a")));
        assertThatThrownBy(() -> task.asked(unanswered)).hasMessageContaining("has no message of role assistant");
    }
}
