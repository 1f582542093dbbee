package org.weft.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.weft.coordinator.RunEvent;
import org.weft.driver.progress.CheckpointRecord;
import org.weft.driver.progress.EventRecord;
import org.weft.driver.progress.RecordFormat;
import org.weft.driver.progress.RunRecord;
import org.weft.driver.progress.StepRecord;

class RunScalarsTest {

    @Test
    void aStepHasALossOfEachSourceThatItHasSomeOf() {
        StepRecord step = Records.step(3, Map.of("loss_web", 2.25, "loss_code", 0.1 + 0.2, "loss_broken", Double.NaN));
        String line = RecordFormat.line(step);
        assertThat(line)
                .contains("\"loss\":1.2,\"loss_broken\":null,\"loss_code\":0.30000000000000004,\"loss_web\":2.25,"
                        + "\"learning_rate\"");
        List<RunRecord> read = RecordFormat.parse(line);
        assertThat(read).extracting(RecordFormat::line).containsExactly(line);
        assertThat(RunScalars.of(read.get(0)))
                .containsEntry("train/loss", 1.2)
                .containsEntry("train/loss_web", 2.25)
                .containsEntry("train/loss_code", 0.1 + 0.2)
                .as("what is no number")
                .doesNotContainKey("train/loss_broken");
    }

    /** But for those that have the name of a source, an expert or a task's metric. */
    @Test
    void everyNameIsDescribed() {
        Map<String, Double> figures = Map.of(
                "task_loss",
                2.0,
                "teacher_loss",
                1.0,
                "hidden_loss",
                0.5,
                "router_busiest",
                0.3,
                StepRecord.PRIVACY,
                4.0);
        StepRecord step = Records.step(3, figures);
        StepRecord measured = org.weft.core.Records.with(step, "mfu", 0.5);
        EventRecord loss = Records.event(RunEvent.LOST, 3, Records.time(3), new EventRecord.Cost(1000, 2));
        List<RunRecord> records = List.of(
                measured, Records.evaluation(3, 1.5), new CheckpointRecord(3, Records.time(3), 1.5, 20, 0.5), loss);
        assertThat(records)
                .flatExtracting(record -> RunScalars.of(record).keySet())
                .containsAll(RunScalars.DESCRIPTIONS.keySet())
                .isSubsetOf(RunScalars.DESCRIPTIONS.keySet());
    }

    @Test
    void dataThatAreOneWholeHaveOneLoss() {
        assertThat(RecordFormat.line(Records.step(3))).doesNotContain("loss_");
        assertThat(RunScalars.of(Records.step(3)).keySet())
                .filteredOn(name -> name.startsWith("train/loss"))
                .containsExactly("train/loss");
    }
}
