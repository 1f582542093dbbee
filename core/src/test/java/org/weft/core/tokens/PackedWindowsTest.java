package org.weft.core.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.weft.core.config.TrainingConfig.Packing;
import org.weft.core.tokens.DocumentPacking.Piece;

/** Whole documents in windows: every token but a document's first is predicted once, from its own document. */
class PackedWindowsTest {
    private static final int CONTEXT = 16;
    private static final int END = CorpusFixture.VOCABULARY - 1;

    @TempDir
    Path directory;

    @Test
    void documentsStayWholeWhereTheyFit() {
        int[] lengths = {5, 9, 16, 3, 20, 1, 17, 2};
        assertThat(DocumentPacking.pack(lengths, CONTEXT, Packing.GREEDY))
                .containsExactly(
                        List.of(new Piece(2, 0, 16)),
                        List.of(new Piece(4, 0, 16)),
                        List.of(new Piece(6, 0, 16)),
                        List.of(new Piece(0, 0, 5), new Piece(1, 0, 9)),
                        List.of(new Piece(3, 0, 3), new Piece(4, 16, 4), new Piece(7, 0, 2)));
        assertThat(DocumentPacking.pack(lengths, CONTEXT, Packing.BEST_FIT))
                .containsExactly(
                        List.of(new Piece(2, 0, 16)),
                        List.of(new Piece(4, 0, 16)),
                        List.of(new Piece(6, 0, 16)),
                        List.of(new Piece(1, 0, 9), new Piece(0, 0, 5), new Piece(7, 0, 2)),
                        List.of(new Piece(4, 16, 4), new Piece(3, 0, 3)));
    }

    @Property(tries = 200)
    void everyTokenHasItsPlaceAndNothingOverflows(
            @ForAll @Size(max = 60) List<@IntRange(min = 1, max = 50) Integer> documents, @ForAll Packing packing) {
        int[] lengths = documents.stream().mapToInt(Integer::intValue).toArray();
        int[] placed = new int[lengths.length];
        List<List<Piece>> windows = DocumentPacking.pack(lengths, CONTEXT, packing);
        assertThat(DocumentPacking.count(lengths, CONTEXT, packing)).isEqualTo(windows.size());
        for (int i = 0; i < windows.size(); i++) {
            assertThat(DocumentPacking.window(lengths, CONTEXT, packing, i)).isEqualTo(windows.get(i));
        }
        for (List<Piece> window : windows) {
            assertThat(window.stream().mapToInt(Piece::length).sum()).isBetween(2, CONTEXT);
            window.forEach(piece -> placed[piece.document()] += piece.length());
        }
        for (int i = 0; i < lengths.length; i++) { // A last token alone has been predicted from the window before.
            assertThat(placed[i]).isEqualTo(lengths[i] % CONTEXT == 1 ? lengths[i] - 1 : lengths[i]);
        }
        if (packing == Packing.BEST_FIT) { // No two rests that would fit together.
            List<Integer> rests = windows.stream()
                    .map(window -> window.stream().mapToInt(Piece::length).sum())
                    .sorted()
                    .toList();
            assertThat(rests.size() < 2 || rests.get(0) + rests.get(1) > CONTEXT)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"GREEDY", "BEST_FIT"})
    void eachTokenButADocumentsFirstIsPredictedOnce(Packing packing) throws IOException {
        CorpusFixture fixture = new CorpusFixture(directory);
        Random random = new Random(5);
        List<int[]> documents = new ArrayList<>();
        for (int i = 0; i < 900; i++) {
            int length = i % 50 == 0 ? 100 + random.nextInt(3000) : 1 + random.nextInt(30);
            int[] tokens = random.ints(length, 0, END).toArray();
            tokens[length - 1] = END;
            documents.add(tokens);
        }
        CorpusManifest whole = fixture.corpus(7);
        CorpusSplit split = new CorpusSplit(
                List.of(
                        fixture.shard(
                                "a.tokens",
                                TokenType.U16,
                                documents.subList(0, 500).toArray(int[][]::new)),
                        fixture.shard(
                                "b.tokens",
                                TokenType.U16,
                                documents.subList(500, 900).toArray(int[][]::new))),
                1);
        List<PackedShard> shards = new ArrayList<>();
        for (CorpusShard shard : split.shards()) {
            shards.add(PackedShard.of(fixture.store, fixture.directory, whole, shard, CONTEXT, packing));
        }
        List<String> predicted = new ArrayList<>();
        long positions = 0;
        try (PackedWindows windows = new PackedWindows(
                TokenCorpus.of(fixture.store, fixture.directory, whole, split), CONTEXT, packing, shards)) {
            for (long i = 0; i < windows.count(); i++) {
                Window window = windows.read(i);
                positions += CONTEXT;
                collect(window, predicted);
            }
            assertThat(windows.targets() * windows.count()).isEqualTo(predicted.size());
        }
        List<String> expected = new ArrayList<>();
        for (int[] document : documents) {
            IntStream.range(1, document.length).forEach(i -> expected.add(document[i - 1] + ">" + document[i]));
        }
        assertThat(predicted).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(positions / (double) expected.size()).isLessThan(packing == Packing.GREEDY ? 1.25 : 1.12);
    }

    /** What is predicted at each position, as a model's batch has it. */
    private static void collect(Window window, List<String> predicted) {
        boolean[] breaks = new boolean[CONTEXT + 1];
        Arrays.stream(window.breaks()).forEach(at -> breaks[at] = true);
        for (int position = 0; position < window.length(); position++) {
            if (!breaks[position + 1]) {
                predicted.add(window.tokens()[position] + ">" + window.tokens()[position + 1]);
            }
        }
    }
}
