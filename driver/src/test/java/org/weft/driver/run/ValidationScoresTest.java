package org.weft.driver.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.weft.coordinator.Evaluation;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.model.ClassTally;
import org.weft.core.scores.text.TextMatches;

/** Which numbers an evaluation has. */
class ValidationScoresTest {
    private static Map<String, Double> scores(String task, String metric, List<ClassTally> seen) {
        FinetuneConfig finetune = ConfigLoader.load(
                        "test",
                        "",
                        List.of("run.dir=/r", "finetune.from=m", "finetune.task=" + task, "finetune.metric=" + metric))
                .finetune();
        return ValidationScores.of(finetune, new Evaluation(2, seen));
    }

    @Test
    void answersHaveTheScoresOfTexts() {
        List<ClassTally> seen =
                TextMatches.of("two words", List.of("two words"), true).tallies();
        assertThat(scores("instruction", "rougeL", seen))
                .containsEntry("loss", 2.0)
                .containsEntry("rougeL", 1.0)
                .containsEntry("bleu", 0.0)
                .containsEntry("exact_match", 1.0);
    }

    @Test
    void withoutAMetricOfTextsNoneIsGenerated() {
        assertThat(scores("instruction", "loss", List.of())).containsOnlyKeys("loss");
        assertThat(scores("classification", "accuracy", List.of(new ClassTally(0, 1, 1, 1))))
                .containsOnlyKeys("loss", "accuracy", "f1_macro");
    }
}
