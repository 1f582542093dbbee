package org.weft.tuning.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;
import org.weft.core.config.DatasetConfig.Format;
import org.weft.core.examples.ExampleSet;
import org.weft.core.examples.ExamplesManifest;
import org.weft.corpus.source.TextEncoding;

/** Rows in, the same bytes out, whatever files they came in; and what is said of rows that cannot be used. */
class DatasetJobTest extends EncodedRows {
    @Test
    void aSerializerThatCannotWriteRowsIsNamed() {
        SparkConf conf = new SparkConf().set("spark.serializer", "org.apache.spark.serializer.KryoSerializer");
        assertThatThrownBy(() -> SplitRows.requireSerializer(conf))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("KryoSerializer cannot write Java's records");
    }

    /** Names and bytes of the examples of a run. */
    private TreeMap<String, String> examples(String run) throws IOException {
        TreeMap<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory.resolve(run).resolve("dataset"))) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".examples")).toList()) {
                contents.put(
                        file.getFileName().toString(),
                        new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1));
            }
        }
        return contents;
    }

    @Test
    void theBytesDoNotDependOnFormatFilesOrOrder() throws IOException {
        List<Map<String, Object>> rows = rows(200);
        Path file = jsonl("rows.jsonl", rows);
        ExamplesManifest manifest = run(config("a", file, "finetune.class_weights=balanced"));
        assertThat(manifest.labels()).containsExactly("9", "10");
        assertThat(manifest.train().examples() + manifest.validation().examples())
                .isEqualTo(200);
        assertThat(manifest.validation().examples()).isBetween(30L, 70L);
        assertThat(manifest.test().files()).isEmpty();
        assertThat(manifest.train().truncated()).isZero();
        assertThat(manifest.overlap()).isZero();
        assertThat(manifest.vocabSize()).isEqualTo(257);
        long n = manifest.train().examples();
        assertThat(manifest.classCounts().get(0) + manifest.classCounts().get(1))
                .isEqualTo(n);
        assertThat(manifest.classWeights().get(1))
                .isEqualTo(n / (2.0 * manifest.classCounts().get(1)));
        try (ExampleSet train =
                ExampleSet.open(store, directory.resolve("a/dataset").toString(), manifest, manifest.train())) {
            assertThat(train.size()).isEqualTo((int) n);
            for (int i = 0; i < train.size(); i++) {
                double weight = manifest.classWeights().get((int) train.read(i).labels()[0]);
                assertThat(train.weight(i)).isEqualTo(weight);
            }
        }

        List<Map<String, Object>> shuffled = new ArrayList<>(rows);
        Collections.shuffle(shuffled, new Random(5));
        Path several = Files.createDirectory(directory.resolve("several"));
        csv("several/a.csv", shuffled.subList(0, 50));
        csv("several/b 1.csv", shuffled.subList(50, 200));
        String balanced = "finetune.class_weights=balanced";
        ExamplesManifest ofCsv = run(config("b", several, balanced));
        assertThat(ofCsv).isEqualTo(manifest);
        assertThat(examples("b")).isEqualTo(examples("a"));

        SparkSession session = SparkSession.builder().sparkContext(spark.sc()).getOrCreate();
        Path parquet = directory.resolve("parquet");
        session.read().json(file.toString()).repartition(3).write().parquet(parquet.toString());
        ExamplesManifest ofParquet = run(config("c", parquet, balanced));
        assertThat(ofParquet).isEqualTo(manifest);
        assertThat(examples("c")).isEqualTo(examples("a"));

        session.read().json(file.toString()).createOrReplaceTempView("rows_view");
        ExamplesManifest ofTable = run(config("d", Path.of("rows_view"), balanced, "dataset.format=table"));
        assertThat(ofTable).isEqualTo(manifest);
    }

    /** Rows that differ in their group alone count differently, so that their order must not be left to chance. */
    @Test
    void groupsDecideWhatRowsCountAndHowOftenTheyAreSeen() throws IOException {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            String area = i % 5 == 0 ? "south" : "north";
            rows.add(Map.of("text", "row " + i / 2 % 40, "label", i % 3 == 0 ? "yes" : "no", "area", area));
        }
        String[] settings = {
            "dataset.group_column=area",
            "finetune.reweighing=group",
            "finetune.sampling=group_balanced",
            "finetune.class_weights=balanced"
        };
        ExamplesManifest manifest = run(config("a", jsonl("rows.jsonl", rows), settings));
        assertThat(said).anyMatch(line -> line.startsWith("what rows count by group and label: "));
        assertThat(manifest.classCounts().stream().mapToLong(Long::longValue).sum())
                .as("of rows, however often they are seen")
                .isLessThan(manifest.train().examples());
        assertThat(manifest.train().examples() + manifest.validation().examples())
                .as("160 of the north and about as many of the south")
                .isBetween(270L, 330L);
        try (ExampleSet train =
                ExampleSet.open(store, directory.resolve("a/dataset").toString(), manifest, manifest.train())) {
            for (int i = 0; i < train.size(); i++) {
                float[] labels = train.read(i).labels();
                assertThat(labels).hasSize(2);
                assertThat(train.weight(i)).isEqualTo(manifest.classWeights().get((int) labels[0]) * labels[1]);
            }
        }
        Collections.shuffle(rows, new Random(5));
        assertThat(run(config("b", jsonl("turned.jsonl", rows), settings))).isEqualTo(manifest);
        assertThat(examples("b")).isEqualTo(examples("a"));
        assertThat(refused(config("a", jsonl("rows.jsonl", rows), "dataset.group_column=area")))
                .hasMessageContaining("was encoded from other rows or settings");
    }

    @Test
    void aSecondStartReusesAndOthersAreRefused() throws IOException {
        Path file = jsonl("rows.jsonl", rows(60));
        ExamplesManifest first = run(config("a", file));
        said.clear();
        assertThat(run(config("a", file))).isEqualTo(first);
        assertThat(said).last().asString().startsWith("data set is encoded: ");
        assertThat(refused(config("a", file, "dataset.max_length=12")))
                .hasMessageContaining("/dataset was encoded from other rows or settings");
        assertThat(refused(config("a", file, "dataset.split_special_tokens=false")))
                .hasMessageContaining("/dataset was encoded from other rows or settings");
        jsonl("rows.jsonl", rows(61));
        WeftException other = refused(config("a", file));
        assertThat(other).hasMessageContaining("was encoded from other rows or settings");
        assertThat(other.hint()).contains("another run.dir");
    }

    @Test
    void rowsThatTeachNothingAreLeftOut() throws IOException {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Map<String, Object> answers = Map.of("text", List.of(i == 3 ? "zzz" : "bc"), "answer_start", List.of(5));
            rows.add(Map.of("question", "q" + i, "context", "abc abc", "answers", answers));
        }
        Path file = jsonl("qa.jsonl", rows);
        ExamplesManifest manifest = run(config("a", file, "finetune.task=qa", "dataset.validation=[\"" + file + "\"]"));
        assertThat(manifest.train().leftOut()).isEqualTo(1);
        assertThat(manifest.train().examples()).isEqualTo(19);
        assertThat(manifest.labels()).isEmpty();
        assertThat(said).contains("train: 1 row left out: their answer does not stand in context");
        try (ExampleSet train =
                ExampleSet.open(store, directory.resolve("a/dataset").toString(), manifest, manifest.train())) {
            for (int i = 0; i < train.size(); i++) {
                int passage = train.read(i).secondSegment();
                assertThat(train.read(i).labels()).containsExactly(passage + 5, passage + 6);
            }
        }
    }

    @Test
    void rowsAndWindowsAreCounted() throws IOException {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            rows.add(Map.of("question", "q", "context", "abc ".repeat(15) + i, "answers", String.valueOf(i)));
        }
        Path file = jsonl("long.jsonl", rows);
        String[] qa = {"finetune.task=qa", "dataset.validation=[\"" + file + "\"]", "dataset.doc_stride=8"};
        ExamplesManifest manifest = run(config("a", file, qa));
        assertThat(manifest.unanswerable()).isFalse();
        long windows = manifest.train().examples();
        assertThat(windows).isGreaterThan(20);
        assertThat(said).anyMatch(line -> line.startsWith("train: 10 rows, " + windows + " examples, "));
        assertThat(said).contains("warning: validation has 10 rows: its figures, and their intervals, say little");
        try (ExampleSet train =
                ExampleSet.open(store, directory.resolve("a/dataset").toString(), manifest, manifest.train())) {
            assertThat(IntStream.range(0, train.size())
                            .filter(i -> !train.sameRow(i))
                            .count())
                    .isEqualTo(10);
        }
    }

    @Test
    void aPassageOfVeryManyWindowsIsTold() throws IOException {
        List<Map<String, Object>> rows = List.of(
                Map.of("question", "q", "context", "abc ".repeat(20_000), "answers", "b"),
                Map.of("question", "q", "context", "abc", "answers", "b"));
        Path file = jsonl("qa.jsonl", rows);
        run(config("a", file, "finetune.task=qa", "dataset.validation=[\"" + file + "\"]", "dataset.doc_stride=8"));
        assertThat(said)
                .anyMatch(
                        line -> line.matches(
                                "warning: validation: a passage is read through \\d{4,} windows, which one worker judges at once.*"));
    }

    /** Such a manifest does not say whether a question has no answer. */
    @Test
    void windowsOfAnEarlierVersionAreRefusedAsSuch() throws IOException {
        Path file = jsonl("qa.jsonl", List.of(Map.of("question", "q", "context", "abc ".repeat(15), "answers", "b")));
        String[] qa = {"finetune.task=qa", "dataset.validation=[\"" + file + "\"]", "dataset.doc_stride=8"};
        run(config("a", file, qa));
        Path manifest = directory.resolve("a/dataset/manifest.json");
        String earlier = Files.readString(manifest).replaceAll("\"unanswerable\"[^,]*,", "");
        store.write(manifest.toString(), earlier.getBytes(StandardCharsets.UTF_8));
        WeftException refused = refused(config("a", file, qa));
        assertThat(refused).hasMessageContaining("/a/dataset was encoded by an earlier version of Weft");
        assertThat(refused.hint()).startsWith("take another run.dir");
    }

    @Test
    void whetherQuestionsHaveAnswersIsLookedFor() throws IOException {
        List<Map<String, Object>> answered = new ArrayList<>();
        List<Map<String, Object>> some = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            answered.add(Map.of("question", "q" + i, "context", "abc", "answers", "b"));
            some.add(Map.of("question", "r" + i, "context", "abc", "answers", i == 2 ? "" : "b"));
        }
        Path all = jsonl("all.jsonl", answered);
        Path few = jsonl("few.jsonl", some);
        String validation = "dataset.validation=[\"" + few + "\"]";
        assertThat(run(config("a", all, "finetune.task=qa", validation)).unanswerable())
                .isFalse();
        assertThat(said)
                .contains("warning: 1 question of validation has no answer, those of train all have one: the model"
                        + " will always give one (dataset.unanswerable)");
        said.clear();
        assertThat(run(config("b", few, "finetune.task=qa", validation)).unanswerable())
                .isTrue();
        assertThat(said).noneMatch(line -> line.contains("no answer"));
        assertThat(refused(config("c", few, "finetune.task=qa", validation, "dataset.unanswerable=none")))
                .hasMessage("dataset.unanswerable=none, but 1 of 6 rows of dataset.train has no answer");
    }

    @Test
    void chatsAndTagsComeThroughSpark() throws IOException {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            rows.add(Map.of(
                    "messages",
                    List.of(Map.of("role", "user", "content", "q" + i), Map.of("role", "assistant", "content", "a")),
                    "tokens",
                    List.of("w" + i, "x"),
                    "tags",
                    List.of("B", "O")));
        }
        Path file = jsonl("rows.jsonl", rows);
        String none = "dataset.validation_fraction=0";
        ExamplesManifest chat =
                run(config("a", file, none, "finetune.task=instruction", "dataset.messages_column=messages"));
        assertThat(chat.train().examples()).isEqualTo(12);
        assertThat(chat.validation().files()).isEmpty();
        ExamplesManifest tags = run(config("b", file, none, "finetune.task=tokens"));
        assertThat(tags.labels()).containsExactly("B", "O");
        assertThat(tags.classCounts()).containsExactly(12L, 12L);
    }

    @Test
    void aRowsIdIsOfItsValues() throws IOException {
        DatasetReader reader = new DatasetReader(spark, store, List.of("text"));
        List<List<String>> ids = new ArrayList<>();
        Path folder = Files.createDirectory(directory.resolve("folder"));
        jsonl("folder/no [glob]*.jsonl", rows(9));
        for (Path file : List.of(folder, csv("rows.csv", rows(9)))) {
            ids.add(reader
                    .read("input", List.of(file.toString()), Format.AUTO, new TextEncoding("UTF-8", "dataset.encoding"))
                    .collectAsList()
                    .stream()
                    .map(row -> RowFields.id(RowFields.of(row, List.of("text", "label"))))
                    .toList());
        }
        assertThat(ids.get(0)).doesNotHaveDuplicates().hasSize(9).isEqualTo(ids.get(1));
    }

    @Test
    void badInputIsOneClearLine() throws IOException {
        List<Map<String, Object>> rows = rows(40);
        Path file = jsonl("rows.jsonl", rows);
        WeftException lacking = refused(config("a", file, "dataset.text_column=body", "dataset.label_column=class"));
        assertThat(lacking).hasMessage("dataset.train has no column body, class: its columns are label, text");
        assertThat(lacking.hint())
                .isEqualTo("give the column that is meant with dataset.text_column, dataset.label_column");
        assertThat(refused(config("a", directory.resolve("absent.csv"))))
                .hasMessage("dataset.train: no such file or directory: " + directory.resolve("absent.csv"));
        assertThat(refused(config("a", file, "dataset.validation_fraction=0.999999")))
                .hasMessageContaining("empty split: train has no row of dataset.train");
        assertThat(refused(config("a", file, "dataset.format=table", "dataset.train=[nothing]")))
                .hasMessage("dataset.train: no table nothing in Spark's catalogue");

        Path one = jsonl(
                "one.jsonl", rows.stream().filter(r -> r.get("label").equals(9)).toList());
        assertThat(refused(config("a", one))).hasMessageContaining("all rows of dataset.train are of one class: {9=");
        Path strange = jsonl("strange.jsonl", List.of(Map.of("text", "t", "label", 11)));
        assertThat(refused(config("a", file, "dataset.validation=[\"" + strange + "\"]")))
                .hasMessage("validation has labels that are not among those to learn: {11=1} (label=rows), known are"
                        + " [9, 10]");
        assertThat(refused(config("a", file, "finetune.labels=[9, 7]")))
                .hasMessageContaining("dataset.train has labels that are not among those to learn: {10=");

        Path holes = Files.writeString(
                directory.resolve("holes.jsonl"), "{\"text\":null,\"label\":1}\n{\"text\":\"a\",\"label\":2}\n");
        assertThat(refused(config("a", holes, "dataset.validation_fraction=0")))
                .hasMessage("column text is null: file=file:" + holes + " line=1 row={\"text\":null,\"label\":1}");
        assertThat(refused(config("a", file, "finetune.labels=[9, 10, 9]")))
                .hasMessage("finetune.labels names a label twice: [9, 10, 9]");
        Path broken = Files.writeString(directory.resolve("broken.jsonl"), "{\"text\": \n");
        assertThat(refused(config("a", broken)))
                .hasMessage("broken JSON: file=file:" + broken + " line=1: it ends before the JSON does");
        Path noParquet = Files.writeString(directory.resolve("no.parquet"), "no parquet");
        assertThat(refused(config("a", noParquet))).hasMessageContaining("is not a Parquet file");
        Path odd = Files.writeString(directory.resolve("rows.txt"), "x");
        assertThat(refused(config("a", odd))).hasMessageContaining("rows.txt does not tell its format");
        assertThatThrownBy(() -> run(config("a", file, "dataset.train=[]"))).hasMessage("dataset.train is empty");
        assertThat(Files.exists(directory.resolve("a/dataset/manifest.json"))).isFalse();
    }
}
