package org.weft.core.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the documents of a stream are told apart. */
class StreamWindowsTest {
    private static final int CONTEXT = 16;
    private static final int END = CorpusFixture.VOCABULARY - 1;

    @TempDir
    Path directory;

    /** A chat's turns end with the token that a document ends with. */
    @Test
    void aDocumentBeginsWhereTheTableSaysSoWhateverItsTokensAre() throws IOException {
        CorpusFixture fixture = new CorpusFixture(directory);
        Random random = new Random(7);
        Set<Long> begins = new HashSet<>();
        long position = 0;
        List<CorpusShard> shards = new ArrayList<>();
        for (int shard = 0; shard < 3; shard++) {
            int[][] documents = new int[shard == 1 ? 2 * DocumentStarts.STRIDE + 3 : 5][];
            for (int i = 0; i < documents.length; i++) {
                documents[i] = random.ints(1 + random.nextInt(40), 0, END).toArray();
                documents[i][documents[i].length / 2] = END;
                documents[i][documents[i].length - 1] = END;
                begins.add(position);
                position += documents[i].length;
            }
            shards.add(fixture.shard(shard + ".tokens", TokenType.U16, documents));
        }
        CorpusManifest whole = fixture.corpus(7);
        TokenCorpus corpus = TokenCorpus.of(fixture.store, fixture.directory, whole, new CorpusSplit(shards, 1));
        try (StreamWindows windows = new StreamWindows(corpus, CONTEXT, true)) {
            for (long i = windows.count() - 1; i >= 0; i--) {
                List<Integer> expected = new ArrayList<>();
                for (int at = 1; at <= CONTEXT; at++) {
                    if (begins.contains(i * CONTEXT + at)) {
                        expected.add(at);
                    }
                }
                assertThat(windows.read(i).breaks()).containsExactly(expected.toArray(Integer[]::new));
            }
        }
    }
}
