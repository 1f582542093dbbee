package org.weft.dl4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.dataset.DataSet;

class WordsTest {
    private static final List<String> LINES = List.of("A cat, a dog", "a cat");

    @TempDir
    Path folder;

    @Test
    void theMostFrequentWordsAreNumbered() {
        Words words = Words.of(LINES, 5);
        assertThat(words.words()).containsExactly("<unk>", "<eos>", "a", "cat", ",");
        assertThat(words.numbers(LINES)).containsExactly(2, 3, 4, 2, 0, 1, 2, 3, 1);
        assertThat(words.shares()).containsExactly(1 / 9.0, 2 / 9.0, 3 / 9.0, 2 / 9.0, 1 / 9.0);
    }

    @Test
    void targetsAreTheWordsThatFollow() {
        Words words = Words.of(LINES, 5);
        List<DataSet> windows = Words.windows(words.numbers(LINES), 4, 9);
        assertThat(windows).hasSize(2);
        assertThat(windows.get(0).getFeatures().ravel().toFloatVector()).containsExactly(2, 3, 4, 2);
        assertThat(windows.get(0).getLabels().ravel().toFloatVector()).containsExactly(3, 4, 2, 0);
        assertThat(words.written(windows.get(1))).isEqualTo("<unk> <eos> a cat");
        assertThat(Words.windows(words.numbers(LINES), 4, 1)).hasSize(1);
    }

    @Test
    void whoKnowsFrequenciesAloneHasThePerplexityOfThem() {
        List<String> even = List.of("x", "y", "x y"); // x, y and ends: 2, 2, 3 of 7
        Words words = Words.of(even, 9);
        DataSet window = Words.windows(new int[] {1, 2, 3}, 2, 1).get(0);
        assertThat(words.unigramPerplexity(List.of(window))).isCloseTo(7 / 2.0, within(1e-9));
    }

    @Test
    void textsThatCannotBeUsedAreNamed() throws IOException {
        Path text = folder.resolve("text.txt");
        Files.writeString(text, "too short\n");
        ExampleSource source = new ExampleSource(text, folder, null, true, said -> {});
        assertThatThrownBy(() -> new LstmLanguageModel().load(source)).hasMessageContaining("text.txt has 1 lines");
        Files.write(text, new byte[] {(byte) 0xff, (byte) 0xfe});
        assertThatThrownBy(() -> new LstmLanguageModel().load(source)).hasMessageContaining("is not in UTF-8");
        Files.delete(text);
        assertThatThrownBy(() -> new LstmLanguageModel().load(source)).hasMessageContaining("is not a file");
        Files.write(text, Collections.nCopies(400, "one word after another and so on until the end of it"));
        assertThat(new LstmLanguageModel().load(source).train()).hasSizeGreaterThan(100);
    }
}
