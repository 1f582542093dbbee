package org.weft.driver.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.driver.progress.EvaluationRecord;
import org.weft.driver.progress.RecordFormat;

class BestStepTest {

    @Test
    void theLowestLossIsBestAndTheFirstOfEquals() {
        BestStep best = new BestStep("loss", 2);
        assertThat(best.step()).isEqualTo(BestStep.NONE);
        best.evaluated(10, Map.of("loss", 2.0));
        best.evaluated(20, Map.of("loss", 1.0));
        best.evaluated(30, Map.of("loss", 1.0));
        assertThat(best.step()).isEqualTo(20);
        assertThat(best.exhausted()).isFalse();
        best.evaluated(40, Map.of("loss", Double.NaN));
        assertThat(best.exhausted()).isTrue();
        best.evaluated(40, Map.of("loss", 0.5)); // the same step again, after a rewind
        assertThat(best.step()).isEqualTo(40);
        assertThat(best.exhausted()).isFalse();
    }

    @Test
    void whatIsKeptIsTheBestOfThoseThatWereSaved() {
        BestStep best = new BestStep("loss", 2);
        best.evaluated(10, Map.of("loss", 3.0));
        best.evaluated(20, Map.of("loss", 1.0));
        assertThat(best.savedStep()).isEqualTo(BestStep.NONE);
        best.saved(10);
        best.saved(15);
        assertThat(best.savedStep()).isEqualTo(10);
        assertThat(best.step()).isEqualTo(20);
        best.evaluated(30, Map.of("loss", 2.0));
        best.saved(30);
        assertThat(best.savedStep()).isEqualTo(30);
    }

    @Test
    void withoutPatienceNothingEndsARun() {
        BestStep best = new BestStep("loss", 0);
        best.evaluated(1, Map.of("loss", 1.0));
        best.evaluated(2, Map.of("loss", 2.0));
        assertThat(best.exhausted()).isFalse();
    }

    @Test
    void goesOnFromWhatWasWrittenDown() {
        BestStep best = new BestStep("loss", 2);
        best.take(logged(
                "{\"step\":5,\"loss\":3.0,\"val_loss\":1.5}",
                "{\"step\":6,\"loss\":2.9}",
                "{\"step\":10,\"loss\":2.5,\"val_loss\":1.75}",
                "{\"step\":11,\"lo"));
        assertThat(best.step()).isEqualTo(5);
        assertThat(best.exhausted()).isFalse();
        best.take(logged("{\"step\":15,\"val_loss\":null}"));
        assertThat(best.knows(15)).isTrue();
        assertThat(best.exhausted()).isTrue();
    }

    @Test
    void ofAMetricTheGreatestIsBest() {
        BestStep best = new BestStep("f1_macro", 1);
        best.take(logged("{\"step\":5,\"val_loss\":1.5,\"val_f1_macro\":0.5}", "{\"step\":10,\"val_loss\":1.0}"));
        assertThat(best.knows(5)).isTrue();
        assertThat(best.knows(10)).isFalse();
        best.evaluated(10, Map.of("loss", 2.0, "f1_macro", 0.75));
        assertThat(best.step()).isEqualTo(10);
        best.evaluated(15, Map.of("loss", 1.0, "f1_macro", 0.625));
        assertThat(best.exhausted()).isTrue();
        assertThat(best.account()).isEqualTo("the best val_f1_macro was that of step 10");
    }

    @Test
    void ofEqualValuesTheLeastLossIsBest() {
        BestStep best = new BestStep("accuracy", 3);
        best.evaluated(5, Map.of("loss", 3.0, "accuracy", 0.5));
        best.evaluated(10, Map.of("loss", 1.0, "accuracy", 0.5));
        best.evaluated(15, Map.of("loss", 1.0, "accuracy", 0.5));
        assertThat(best.step()).isEqualTo(10);
        best.saved(5);
        best.saved(15);
        assertThat(best.savedStep()).isEqualTo(15);
        assertThat(best.exhausted()).isFalse();
        best.evaluated(20, Map.of("loss", 0.5, "accuracy", 0.5)); // the third that is not better than step 5
        assertThat(best.step()).isEqualTo(20);
        assertThat(best.exhausted()).isTrue();
    }

    @Test
    void whatAManifestRemembersGoesBeforeTheLog() {
        BestStep before = new BestStep("loss", 2);
        before.evaluated(5, Map.of("loss", 1.5, "accuracy", 0.5));
        before.evaluated(10, Map.of("loss", Double.NaN));
        before.evaluated(15, Map.of("loss", 1.0));
        Map<Integer, Map<String, Double>> known = before.evaluationsUpTo(10);
        assertThat(known).containsOnlyKeys(5, 10);
        assertThat(known.get(5)).containsEntry("accuracy", 0.5);
        assertThat(known.get(10)).containsEntry("loss", null);

        BestStep after = new BestStep("loss", 2);
        after.take(logged("{\"step\":5,\"val_loss\":9.0}", "{\"step\":12,\"val_loss\":1.75}"));
        after.take(new CheckpointManifest(
                3, "", 10, 0, 0, 1, "", 10, 0, "", 0, null, List.of(), List.of(), known, "sha", null, null));
        assertThat(after.step()).isEqualTo(5);
        assertThat(after.knows(10)).isTrue();
        assertThat(after.exhausted()).isTrue();
        assertThat(after.evaluationsUpTo(12).get(5)).containsEntry("loss", 1.5);
    }

    /** Evaluations as a log has them. */
    private static List<EvaluationRecord> logged(String... lines) {
        return Stream.of(lines)
                .flatMap(line -> RecordFormat.parse(line).stream())
                .filter(EvaluationRecord.class::isInstance)
                .map(EvaluationRecord.class::cast)
                .toList();
    }
}
