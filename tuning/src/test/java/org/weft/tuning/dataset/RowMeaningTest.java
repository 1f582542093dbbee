package org.weft.tuning.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;
import org.weft.core.config.CheckpointConfig.Commit;
import org.weft.core.examples.ExamplesManifest;
import org.weft.core.storage.HadoopStore;
import org.weft.driver.spark.SparkApplication;
import org.weft.tuning.task.Fields;

/** What rows mean whatever types Spark finds in them, and that a bad row is told before what is wrong with all. */
class RowMeaningTest extends EncodedRows {
    private static final String WHOLE = "dataset.validation_fraction=0";

    private Path lines(String name, String... lines) throws IOException {
        return Files.writeString(directory.resolve(name), String.join("\n", lines) + "\n");
    }

    private static String labelled(int row, String label) {
        return "{\"text\": \"row " + row + "\", \"label\": " + label + "}";
    }

    private Path labels(String name, String... labels) throws IOException {
        List<String> rows = new ArrayList<>();
        for (String label : labels) {
            rows.add(labelled(rows.size(), label));
        }
        return lines(name, rows.toArray(String[]::new));
    }

    @Test
    void labelsDoNotDependOnTheTypeThatSparkFinds() throws IOException {
        Path mixed = labels("mixed.jsonl", "1", "1.0", "\"1\"", "true", "\"true\"", "0", "\"0\"", "0.0");
        ExamplesManifest manifest = run(config("a", mixed, WHOLE));
        assertThat(manifest.labels()).containsExactly("0", "1", "true");
        assertThat(manifest.classCounts()).containsExactly(3L, 3L, 2L);
        assertThat(said).contains("labels: 0 (3), 1 (3), true (2)");

        assertThat(run(config("b", labels("numbers.jsonl", "1", "1.0", "0", "-1.0"), WHOLE))
                        .labels())
                .containsExactly("-1", "0", "1");
        Path csv = lines("rows.csv", "text,label", "a,1.0", "b,0", "c,1");
        assertThat(run(config("c", csv, WHOLE, "finetune.labels=[1.0, 0]")).labels())
                .containsExactly("1", "0");
    }

    @Test
    void aMissingLabelIsNoClass() throws IOException {
        assertThat(refused(config("a", labels("nan.jsonl", "0", "NaN", "1"), WHOLE)))
                .hasMessageMatching("column label says NaN: file=.*jsonl line=2 row=.*\"row 1\".*");
        assertThat(refused(config("a", labels("words.jsonl", "0", "NaN", "\"x\""), WHOLE)))
                .hasMessageMatching("column label says NaN: file=.*jsonl line=2 row=.*\"row 1\".*");
        assertThat(refused(config("a", labels("empty.jsonl", "\"a\"", "\"\"", "\"b\""), WHOLE)))
                .hasMessageMatching("column label is empty: file=.*jsonl line=2 row=.*\"row 1\".*");
        Path csv = lines("rows.csv", "text,label", "a,x", "b,\"\"", "c,y");
        assertThat(refused(config("a", csv, WHOLE)))
                .hasMessageMatching("column label is (null|empty): .*row=.*\"b\".*");
    }

    @Test
    void aBadRowIsToldBeforeWhatIsWrongWithAll() throws IOException {
        Path unequal = lines(
                "unequal.jsonl",
                "{\"tokens\": [\"in\"], \"tags\": [\"O\"]}",
                "{\"tokens\": [\"in\", \"Paris\"], \"tags\": [\"O\"]}");
        assertThat(refused(config("a", unequal, WHOLE, "finetune.task=tokens")))
                .hasMessageStartingWith("words and tags of unequal number: tokens=2 tags=1");
        Path one = lines("one.jsonl", labelled(0, "1"), "{\"text\": null, \"label\": 1}");
        assertThat(refused(config("a", one, WHOLE)))
                .hasMessageMatching("column text is null: file=.*one.jsonl line=2 row=.*");
        Path two = lines("two.jsonl", labelled(0, "1"), labelled(1, "1"));
        Path hole = lines("hole.jsonl", labelled(0, "1"), "{\"text\": \"a\", \"label\": null}");
        WeftException ofValidation = refused(config("a", two, "dataset.validation=[\"" + hole + "\"]"));
        assertThat(ofValidation).hasMessageMatching("column label is null: file=.*hole.jsonl line=2 row=.*");
    }

    @Test
    void rowsAreLookedAtWithoutWriting() throws IOException {
        DatasetJob job = new DatasetJob(spark, store, said::add);
        Path rows = labels("rows.jsonl", "1", "0");
        job.check(config("a", rows, WHOLE));
        assertThat(Files.exists(directory.resolve("a"))).isFalse();
        Path strange = labels("strange.jsonl", "1", "2");
        assertThatThrownBy(() -> job.check(config("a", rows, "dataset.validation=[\"" + strange + "\"]")))
                .hasMessageStartingWith("validation has labels that are not among those to learn: {2=1}");
        JavaRDD<Fields> fields = spark.parallelize(List.of(new Fields(Map.of("text", "a")), new Fields(Map.of())));
        assertThat(CheckedRows.count("the rows", fields, row -> {})).isEqualTo(2);
        assertThatThrownBy(() -> CheckedRows.count("the rows", fields, row -> row.text("text")))
                .isInstanceOf(WeftException.class)
                .hasMessage("column text is null: row={}");
    }

    @Test
    void partsOfTextInSomeRowsAreTheText() throws IOException {
        String answer = "{\"role\": \"assistant\", \"content\": \"A\"}]}";
        String plain = "{\"messages\": [{\"role\": \"user\", \"content\": \"Q\"}, " + answer;
        String parts =
                "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\": \"Q\"}]}, " + answer;
        String[] instruction = {"finetune.task=instruction", "dataset.messages_column=messages", WHOLE};
        Path mixed = lines("mixed.jsonl", plain, parts);
        Path alike = lines("alike.jsonl", plain, plain);
        ExamplesManifest ofMixed = run(config("a", mixed, instruction));
        ExamplesManifest ofAlike = run(config("b", alike, instruction));
        assertThat(ofMixed).isEqualTo(ofAlike); // the fingerprint is of the rows' keys
        Path empty = lines("empty.jsonl", plain, plain.replace("\"A\"", "\"\""));
        said.clear();
        assertThat(run(config("c", empty, instruction)).train().leftOut()).isEqualTo(1);
        assertThat(said).contains("train: 1 row left out: their answer is empty");
        Path untaught = lines("untaught.jsonl", plain, plain.replace("\"A\"", "\"A\", \"weight\": 0"));
        assertThat(run(config("d", untaught, instruction)).train().leftOut()).isEqualTo(1);
        String call =
                "\"A\", \"tool_calls\": [{\"id\": \"1\", \"function\": {\"name\": \"f\", \"arguments\": \"{}\"}}]";
        assertThat(refused(config("e", lines("call.jsonl", plain, plain.replace("\"A\"", call)), instruction)))
                .hasMessageMatching(
                        "column messages has a message of role assistant with tool_calls: file=.*jsonl line=2 row=.*");
    }

    @Test
    void filesOfAProgramsOwnApplicationAreCommittedAsAsked() throws IOException {
        SparkApplication application = SparkApplication.within(spark);
        String file = directory.resolve("file").toUri().toString();
        assertThat(application.store().renames(file)).isTrue();
        assertThat(application.committing(Commit.DIRECT).store().renames(file)).isFalse();
        assertThat(application.store().renames(file)).isTrue();
        spark.hadoopConfiguration().set(HadoopStore.COMMIT, "direct"); // as spark.hadoop.weft.checkpoint.commit does
        assertThat(SparkApplication.within(spark).store().renames(file)).isFalse();
        spark.hadoopConfiguration().unset(HadoopStore.COMMIT);
    }
}
