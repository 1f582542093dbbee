package org.weft.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.config.DatasetConfig.Unanswerable;

class DatasetConfigTest {
    private static DatasetConfig dataset(String... overrides) {
        return ConfigLoader.load("test", "run: {dir: x}", List.of(overrides)).dataset();
    }

    @Test
    void whatAUserSaysOfUnanswerableQuestionsStands() {
        assertThat(dataset().settled(Unanswerable.NONE).mayHaveNoAnswer()).isFalse();
        assertThat(dataset().settled(Unanswerable.SOME).mayHaveNoAnswer()).isTrue();
        assertThat(dataset("dataset.unanswerable=some")
                        .settled(Unanswerable.NONE)
                        .mayHaveNoAnswer())
                .isTrue();
        assertThat(dataset("dataset.unanswerable=none")
                        .settled(Unanswerable.SOME)
                        .mayHaveNoAnswer())
                .isFalse();
        assertThat(dataset().mayHaveNoAnswer()).isTrue(); // as before there was the key
    }

    @Test
    void keysAreFoundByTheColumnsThatTheyName() {
        DatasetConfig dataset = dataset("dataset.rejected_column=worse", "dataset.pair_column=text");
        assertThat(dataset.keysOf("worse")).containsExactly("dataset.rejected_column");
        assertThat(dataset.keysOf("text")).containsExactly("dataset.text_column", "dataset.pair_column");
        assertThat(dataset.keysOf("nothing")).isEmpty();
    }
}
