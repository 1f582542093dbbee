package org.weft.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.config.FinetuneConfig.TaskName;

/** What a task's head says of it below the tasks themselves. */
class HeadKindTest {
    @Test
    void everyHeadHasTheLossAndWhatItCounts() {
        for (HeadKind head : HeadKind.values()) {
            assertThat(head.metrics()).first().isEqualTo(Metric.LOSS);
            assertThat(head.counted()).doesNotContain(Metric.LOSS);
        }
        assertThat(TaskName.QA.head().metrics()).containsExactly(Metric.LOSS, Metric.EXACT_MATCH);
        assertThat(TaskName.MULTILABEL.head().counted()).containsExactly(Metric.F1_MICRO, Metric.F1_MACRO);
        assertThat(TaskName.INSTRUCTION.head().counted()).isEmpty();
        assertThat(TaskName.QA.metrics()).isEqualTo(TaskName.QA.head().metrics());
        assertThat(TaskName.TEXT.metrics()).containsExactly(Metric.LOSS);
        assertThat(TaskName.INSTRUCTION.metrics().stream().map(Metric::word))
                .startsWith("loss", "exact_match", "bleu")
                .contains("rougeL", "chrf_plus_plus");
    }

    @Test
    void outputsAreOneForEachLabelButForNumbersAndSpans() {
        assertThat(List.of(HeadKind.values()).stream().map(head -> head.outputs(7)))
                .containsExactly(0, 7, 7, 1, 7, 0, 2);
        assertThat(TaskName.TOKENS.head().exclusive()).isTrue();
        assertThat(TaskName.MULTILABEL.head().exclusive()).isFalse();
        assertThat(TaskName.TOKENS.head().ofSequence()).isFalse();
        assertThat(List.of(HeadKind.values()).stream().filter(head -> !head.layered()))
                .containsExactly(HeadKind.LANGUAGE, HeadKind.EMBEDDING);
    }
}
