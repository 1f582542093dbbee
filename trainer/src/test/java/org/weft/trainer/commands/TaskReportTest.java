package org.weft.trainer.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.core.config.ConfigLoader;

/** How a run that has just been tuned is evaluated. */
class TaskReportTest {
    @ParameterizedTest
    @CsvSource({"preference, 1, 1", "preference, 64, 32", "regression, 1, 32"})
    void pairsAreComputedAsTheyWereInTraining(String task, int microBatch, int together) {
        String yaml = "finetune: {from: x, task: %s}%ntraining: {micro_batch: %d, global_batch: 512}"
                .formatted(task, microBatch);
        assertThat(TaskReport.together(ConfigLoader.load("test", yaml, List.of("run.dir=/x"))))
                .isEqualTo(together);
    }
}
