package org.weft.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.bench.dedup.DedupBench;

/** Every bench of corpora runs, at a scale that says nothing about speed. */
class CorpusBenchesTest {
    private static final String[] WORDS = {
        "storm", "calm", "harbour", "ship", "sail", "night", "morning", "letter", "captain", "shore"
    };

    @TempDir
    Path directory;

    @Test
    void cleaningBenchDecidesAndTimes() throws Exception {
        Path file = directory.resolve("documents.jsonl");
        String text = "the storm of the night and " + words(100, 5).replace("\n\n", " with ");
        Files.writeString(file, "{\"text\": \"%s\"}%n{\"text\": \"# # # #\"}%n".formatted(text));
        Path out = directory.resolve("decisions.txt");
        CleaningBench.main(new String[] {"decide", "gopher", file.toString(), out.toString()});
        assertThat(Files.readAllLines(out)).hasSize(2).first().isEqualTo("-");
        assertThat(Files.readAllLines(out)).last().isNotEqualTo("-");
        assertThat(Printed.by(() -> CleaningBench.main(new String[] {"speed", "1", file.toString()})))
                .contains("documents.jsonl\tgopher\t", "all + language + privacy");
    }

    @Test
    void encodeBenchFindsOneNumberOfTokens() throws Exception {
        Path text =
                Files.writeString(directory.resolve("text.txt"), "It's a text of 12 words, and more. ".repeat(1000));
        EncodeBench.main(new String[] {"1", "gpt2", text.toString()}); // throws where the libraries' counts differ
    }

    @Test
    void dedupBenchFindsWhatWasPlanted() throws Exception {
        String planted = directory.resolve("planted").toString();
        String source = source().toString();
        DedupBench.main(new String[] {"plant", "300", "7", planted, source});
        String stages = Printed.by(() -> DedupBench.main(new String[] {"weft", "local[2]", "3", planted}));
        assertThat(stages).contains("weft: ", "| stage | at | tasks |", "fewest tasks of one: 3");
        assertThat(Printed.by(() -> DedupBench.main(new String[] {"score", planted, "weft"})))
                .contains("weft: pairs at 0.8: ", "precision 1.0000");
        String large = directory.resolve("large.txt").toString();
        DedupBench.main(new String[] {"grow", "1", "7", large, source});
        assertThat(Printed.by(() -> DedupBench.main(new String[] {"large", "local[2]", "3", large})))
                .contains(" dropped, ", "fewest tasks of one: 3");
    }

    private Path source() throws IOException {
        return Files.writeString(directory.resolve("source.txt"), words(40_000, 7));
    }

    /** Paragraphs of sixty words. */
    private static String words(int count, long seed) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        for (int i = 1; i <= count; i++) {
            text.append(WORDS[random.nextInt(WORDS.length)]);
            text.append((char) ('a' + random.nextInt('z' - 'a'))).append(i % 60 == 0 ? "\n\n" : " ");
        }
        return text.toString();
    }
}
