package org.weft.tuning.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.tuning.metrics.TagPredictions;

/** Words that no model sees: those without a token, and those that were cut off. */
class WordsTest {
    private static final WeftConfig CONFIG =
            TaskRows.config("bert", "tokens", "finetune.labels=[O, B-LOC]", "dataset.max_length=5");

    @Test
    void aWordWithoutATokenCountsInNoMetricAndOneThatIsCutOffAsOutside() {
        Task task = Task.of(CONFIG);
        List<String> words = List.of("", "a", " ", "b", "\u200B", "c", "d", "");
        Fields row = TaskRows.row(
                "tokens", words, "tags", List.of("B-LOC", "O", "B-LOC", "B-LOC", "B-LOC", "O", "B-LOC", "B-LOC"));
        try (Encoder encoder = TaskRows.encoder(CONFIG)) {
            Encoded encoded = task.encode(row, encoder, false); // [CLS] a b c [SEP]
            float[] outputs = new float[5 * 2]; // (T, K)
            outputs[2] = 1;
            outputs[2 * 2 + 1] = 1;
            outputs[2 * 3] = 1;
            Prediction said = task.decode(row, encoded, outputs);
            assertThat(((TokensTask.Tags) said).tags()).containsExactly("", "O", "", "B-LOC", "", "O", "", "");

            TagPredictions judged = (TagPredictions) task.predictions(List.of(task.judge(row, said)));
            assertThat(judged.row(0).labels()).containsExactly(0, 1, 0, 1);
            assertThat(judged.row(0).predictions()).containsExactly(0, 1, 0, 0);
            assertThat(judged.ignored()).isEqualTo(4);
            Fields fewer = TaskRows.row("tokens", words, "tags", List.of("O"));
            assertThatThrownBy(() -> task.judge(fewer, said))
                    .hasMessageContaining("words and tags of unequal number: tokens=8 tags=1");
        }
    }

    @Test
    void otherTagsThanEntitiesCannotBeJudged() {
        Task.of(CONFIG).requireJudgeable();
        for (String tags : List.of("[0, 5]", "[NNS, VBP]", "[o, b-loc]")) {
            Task task = Task.of(TaskRows.config("bert", "tokens", "finetune.labels=" + tags));
            assertThatThrownBy(task::requireJudgeable)
                    .isInstanceOfSatisfying(
                            WeftException.class, e -> assertThat(e.hint()).contains("--no-evaluate"))
                    .hasMessageContaining("does not say where an entity begins and ends");
        }
    }
}
