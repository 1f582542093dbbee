package org.weft.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.Records;
import org.weft.core.WeftException;
import org.weft.core.config.CorpusConfig;
import org.weft.core.storage.Store;
import org.weft.corpus.clean.CleaningSteps;

/** Parts that are read before the others, where bad records are allowed. */
class FirstPartsTest {
    private static final int PART_BYTES = 1 << 10;

    @TempDir
    Path directory;

    private final Store store = SparkFixture.store();

    @Test
    void aFieldThatNoRecordHasIsToldBeforeAllIsRead() throws IOException {
        Path good = lines("good.jsonl", "text");
        try (JavaSparkContext spark = SparkFixture.spark("local[2]")) {
            CorpusConfig wrong = Records.with(corpus(good), "textField", "body");
            String kept = directory.resolve("wrong").toString();
            assertThatThrownBy(() -> run(spark, wrong, kept))
                    .isInstanceOf(WeftException.class)
                    .hasMessageMatching(
                            "(?s)no record can be used: corpus\\.input: all [0-9]+ records of 4 parts that were read"
                                    + " first are bad, such as\n  - no text field \"body\": file=.*");
            assertThat(store.list(kept)).as("parts that were read").hasSize(4);

            CorpusInput input = CorpusInput.list(store, corpus(good), PART_BYTES);
            assertThat(input.parts()).hasSizeGreaterThan(16);
            List<ReadStage.Done> first =
                    run(spark, corpus(good), directory.resolve("a").toString());
            ReadStage stage = stage(corpus(good), directory.resolve("b").toString());
            assertThat(first).isEqualTo(stage.run(spark, input.parts()));
        }
    }

    @Test
    void aFileOfBadRecordsAmongManyIsNotTheEnd() throws IOException {
        CorpusConfig corpus = corpus(lines("a.jsonl", "no"), lines("b.jsonl", "text"));
        try (JavaSparkContext spark = SparkFixture.spark("local[2]")) {
            List<ReadStage.Done> done =
                    run(spark, corpus, directory.resolve("kept").toString());
            assertThat(done.stream().mapToLong(part -> part.facts().bad()).sum())
                    .isEqualTo(300);
            assertThat(done.stream().mapToLong(part -> part.facts().documents()).sum())
                    .isEqualTo(300);
        }
    }

    /** Of 40 parts 0, 13, 26 and 39 are read first; the documents are in part 5 and the next. */
    @Test
    void partsWithoutRecordsSayNothing() throws IOException {
        List<Path> files = new ArrayList<>();
        files.add(lines("a.jsonl", "no", 1));
        for (int i = 10; i < 50; i++) {
            String name = "b" + i + ".jsonl";
            files.add(i == 15 ? lines(name, "text", 20) : blank(name));
        }
        CorpusConfig corpus = corpus(files.toArray(Path[]::new));
        try (JavaSparkContext spark = SparkFixture.spark("local[2]")) {
            List<ReadStage.Done> done =
                    run(spark, corpus, directory.resolve("kept").toString());
            assertThat(done.stream().mapToLong(part -> part.facts().bad()).sum())
                    .isEqualTo(1);
            assertThat(done.stream().mapToLong(part -> part.facts().documents()).sum())
                    .isEqualTo(20);
        }
    }

    @Test
    void whatIsLargeAndCannotBeCutIsNotWaitedFor() throws IOException {
        List<Path> files = new ArrayList<>();
        for (int i = 10; i < 28; i++) {
            files.add(lines("w" + i + ".jsonl", "text", 40));
        }
        CorpusConfig whole = Records.with(corpus(files.toArray(Path[]::new)), "encoding", "windows-1252");
        CorpusInput input = CorpusInput.list(store, whole, PART_BYTES);
        assertThat(input.parts()).hasSize(18);
        try (JavaSparkContext spark = SparkFixture.spark("local[2]")) {
            assertThat(run(
                            spark,
                            Records.with(whole, "textField", "body"),
                            directory.resolve("kept").toString()))
                    .as("read to the end, to be judged there")
                    .hasSize(18);
        }
    }

    private Path blank(String file) throws IOException {
        return SparkFixture.write(directory.resolve(file), "\n".repeat(PART_BYTES));
    }

    private Path lines(String file, String key) throws IOException {
        return lines(file, key, 300);
    }

    private Path lines(String file, String key, int count) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            lines.append("{\"")
                    .append(key)
                    .append("\": \"")
                    .append("some text ".repeat(8))
                    .append(i)
                    .append("\"}\n");
        }
        return SparkFixture.write(directory.resolve(file), lines.toString());
    }

    private static CorpusConfig corpus(Path... files) {
        return Records.with(SparkFixture.corpus("auto", "paragraph", 0, files), "maxBadFraction", 0.6);
    }

    private ReadStage stage(CorpusConfig corpus, String kept) throws IOException {
        return new ReadStage(store, kept, CleaningSteps.of(corpus, store), true, PART_BYTES, List.of());
    }

    private List<ReadStage.Done> run(JavaSparkContext spark, CorpusConfig corpus, String kept) throws IOException {
        CorpusInput input = CorpusInput.list(store, corpus, PART_BYTES);
        return new FirstParts(stage(corpus, kept), corpus.allSources()).run(spark, input.parts());
    }
}
