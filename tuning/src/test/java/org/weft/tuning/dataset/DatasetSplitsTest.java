package org.weft.tuning.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.weft.core.config.WeftConfig;
import org.weft.core.examples.ExamplesManifest;
import org.weft.tuning.task.Fields;
import org.weft.tuning.task.Task;

/** Which rows train and which judge. */
class DatasetSplitsTest extends EncodedRows {
    @Test
    void foldsShareTheRowsOutAsTheirInputsHash() throws IOException {
        Path train = jsonl("folds.jsonl", rows(60));
        long validated = 0;
        for (int fold = 0; fold < 3; fold++) {
            String[] folded = {"dataset.folds=3", "dataset.fold=" + fold};
            ExamplesManifest manifest = run(config("fold-" + fold, train, folded));
            assertThat(manifest.train().examples() + manifest.validation().examples())
                    .isEqualTo(60);
            assertThat(manifest.overlap()).isZero();
            WeftConfig judged = config("judged-" + fold, train, folded);
            assertThat(JudgedRows.read(spark, store, judged, List.of()).count())
                    .isEqualTo(manifest.validation().examples());
            validated += manifest.validation().examples();
        }
        assertThat(validated).isEqualTo(60);
    }

    @Test
    void anEmptyFoldIsNamed() throws IOException {
        WeftConfig config = config("empty-fold", jsonl("two.jsonl", rows(2)), "dataset.folds=50", "dataset.fold=49");
        assertThat(refused(config)).hasMessageContaining("fold=49 of folds=50");
    }

    @Test
    void splitsThatOverlapAndTextsThatAreCutAreCounted() throws IOException {
        Path train = jsonl("train.jsonl", rows(40));
        Path validation = jsonl("validation.jsonl", rows(8));
        List<Map<String, Object>> strange = new ArrayList<>(rows(2));
        strange.add(Map.of("text", "y".repeat(50), "label", 9));
        Path test = jsonl("test.jsonl", strange);
        ExamplesManifest manifest = run(
                config("a", train, "dataset.validation=[\"" + validation + "\"]", "dataset.test=[\"" + test + "\"]"));
        assertThat(manifest.overlap()).isEqualTo(8 + 2);
        assertThat(manifest.test().examples()).isEqualTo(3);
        assertThat(manifest.test().truncated()).isEqualTo(1);
        assertThat(manifest.test().longest()).isEqualTo(32);
        assertThat(said)
                .contains("test: 1 row cut to max_length=32 tokens")
                .anyMatch(line -> line.startsWith("warning: 8 rows of validation have the same inputs"));
        assertThat(refused(config("b", train, "dataset.test=[\"" + test + "\"]", "dataset.long_text=error")))
                .hasMessageContaining("row too long: tokens=50 max_length=32 file=file:" + test + " line=3 row={");
    }

    @Test
    void rowsToJudgeByAreThoseOfValidation() throws IOException {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            rows.add(Map.of("text", "row " + i, "label", i % 2, "group", "g" + i % 3));
        }
        Path file = jsonl("rows.jsonl", rows);
        WeftConfig config = config("a", file, "dataset.group_column=group");
        ExamplesManifest manifest = run(config);
        assertThat(JudgedRows.read(spark, store, config, List.of()).count())
                .isEqualTo(manifest.validation().examples());
        Path test = jsonl("test.jsonl", rows.subList(0, 7));
        WeftConfig tested = config("a", file, "dataset.test=[\"" + test + "\"]");
        assertThat(JudgedRows.read(spark, store, tested, List.of()).count()).isEqualTo(7);
        assertThat(refused(config("a", file, "dataset.group_column=age")))
                .hasMessageContaining("dataset.train has no column age");
    }

    /** The hash of what training saw says so, and not that of what was read. */
    @Test
    void rowsToJudgeByAreThoseOfValidationWhereTextsAreScrubbed() throws IOException {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            rows.add(Map.of("text", "row " + i + " of a" + i + "@example.com", "label", i % 2));
        }
        WeftConfig config = config("scrubbed", jsonl("rows.jsonl", rows), "dataset.privacy.kinds=[email]");
        ExamplesManifest manifest = run(config);
        assertThat(manifest.scrubbed()).containsExactly(Map.entry("email", 80L));
        ScrubbedRows scrubbed = ScrubbedRows.of(config.dataset().privacy(), List.of("text"), store);
        List<Row> judged = JudgedRows.read(spark, store, config, List.of()).collectAsList();
        assertThat(judged).hasSizeBetween(8, 36).allMatch(row -> {
            Fields read = RowFields.of(row, List.of("text", "label"));
            return DatasetRow.of(scrubbed.rows().apply(read), Task.of(config)).isValidation(config.dataset());
        });
    }
}
