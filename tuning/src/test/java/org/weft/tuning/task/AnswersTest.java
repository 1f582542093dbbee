package org.weft.tuning.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.tuning.metrics.AnswerPredictions;

/** Which answer a row means, and where in its passage that stands. */
class AnswersTest {
    private static QaAnswers of(Object answers) {
        return QaAnswers.of(TaskRows.row("answers", answers), "answers");
    }

    private static Map<String, Object> squad(String text, Object start) {
        return Map.of("text", List.of(text), "answer_start", List.of(start));
    }

    @Test
    void ofSeveralPlacesTheNearestIsMeant() {
        String passage = "Bob \uD83D\uDE42\uD83D\uDE42\uD83D\uDE42 saw Bob. Bob left.";
        int second = passage.indexOf("Bob", 1);
        int points = passage.codePointCount(0, second);
        assertThat(of(squad("Bob", points)).place(passage)).isEqualTo(second);
        assertThat(of(squad("Bob", second)).place(passage)).as("UTF-16").isEqualTo(second);
        assertThat(of(squad("Bob", 0)).place(passage)).isZero();
        assertThat(of(squad("Bob", 999)).place(passage)).isEqualTo(passage.lastIndexOf("Bob"));
        assertThat(of(squad("Bob", -1)).place(passage)).as("not said").isZero();
        assertThat(of("Bob").place(passage)).isZero();
        assertThat(of(squad("Eve", 3)).place(passage)).isEqualTo(-1);
    }

    @Test
    void aTextIsATextUnlessItIsWhatCsvHasToWrite() {
        for (String text : List.of("[3]", "[3, 4]", "{x}", "{\"x\": 1}", "[a]", "42")) {
            assertThat(of(text).texts()).containsExactly(text);
        }
        assertThat(of("[\"a\", \"b\"]").texts()).containsExactly("a", "b");
        assertThat(of("{\"text\": [\"a\"], \"answer_start\": [7]}")).isEqualTo(new QaAnswers(List.of("a"), 7));
        assertThat(of(1984.0).texts()).containsExactly("1984");
        for (Object none : Arrays.asList(null, "", "[]", List.of(), List.of(""), Map.of("text", List.of()))) {
            assertThat(of(none).texts()).isEmpty();
        }
    }

    @Test
    void whatIsNoAnswerIsNamed() {
        assertThatThrownBy(() -> of(Map.of("texts", List.of("a"))))
                .isInstanceOf(WeftException.class)
                .hasMessage("column answers has no text: row={\"answers\":{\"texts\":[\"a\"]}}");
        assertThatThrownBy(() -> of(Arrays.asList("a", null)))
                .hasMessageStartingWith("column answers has an answer that is no text: row=");
        assertThatThrownBy(() -> of(squad("a", "three")))
                .hasMessageStartingWith("column answers has an answer_start that is no number: row=");
    }

    @Test
    void whatIsCutOffIsLeftOutAndNotLearntAsNoAnswer() {
        WeftConfig config = TaskRows.config("bert", "qa", "dataset.max_length=16");
        Task task = Task.of(config);
        try (Encoder encoder = TaskRows.encoder(config)) {
            Fields far = TaskRows.row("question", "q", "context", "a b c d e f g h i j k l m n o", "answers", "o");
            assertThat(task.encode(far, encoder, true).leftOutBecause())
                    .isEqualTo("their answer does not lie whole within dataset.max_length");
            Fields lost = TaskRows.row("question", "q", "context", "a b", "answers", "zz");
            assertThat(task.encode(lost, encoder, true).leftOutBecause())
                    .isEqualTo("their answer does not stand in context");
            Fields none = TaskRows.row("question", "q", "context", "a b", "answers", null);
            assertThat(task.encode(none, encoder, true).example().labels()).containsExactly(0f, 0f);
        }
    }

    @Test
    void aBracketedAnswerIsJudgedAsItStands() {
        Task task = Task.of(TaskRows.config("bert", "qa"));
        Fields row = TaskRows.row("answers", "[3]");
        assertThat(task.judge(row, new QaTask.Answer("[3]", 1, 0, 3)))
                .isEqualTo(new AnswerPredictions.Row("[3]", List.of("[3]")));
    }
}
