package org.weft.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;
import org.weft.core.config.CorpusConfig;
import org.weft.core.storage.Store;
import org.weft.corpus.clean.CleaningSteps;

/** What a task does that reads a part. */
class ReadStageTest {
    @TempDir
    Path directory;

    private final Store store = SparkFixture.store();

    @Test
    void aFileThatChangesMeanwhileIsNamedAndNothingIsKept() throws IOException {
        Path file = SparkFixture.write(directory.resolve("input/a.txt"), "one\n\ntwo\n");
        CorpusConfig corpus = SparkFixture.corpus("auto", "paragraph", 0, file);
        CorpusInput.Part part = CorpusInput.list(store, corpus, 1 << 20).parts().get(0);
        String kept = directory.resolve("kept").toString();
        ReadStage stage = new ReadStage(store, kept, CleaningSteps.of(corpus, store), true, 1 << 20, List.of());
        assertThat(stage.call(part).facts().documents()).isEqualTo(2);
        store.delete(kept);
        for (String changed : List.of("one\n\ntwo\n\nthree\n", "one\n")) {
            Files.writeString(file, changed, StandardOpenOption.TRUNCATE_EXISTING);
            assertThatThrownBy(() -> stage.call(part))
                    .isInstanceOf(WeftException.class)
                    .hasMessageStartingWith("input changed while it was read: file=")
                    .hasMessageEndingWith("a.txt");
            assertThat(store.list(kept)).isEmpty();
        }
    }
}
