package org.weft.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.weft.engine.Decoder;

/** In which passes prompts are read. */
class PromptReadingTest {
    private static final int CONTEXT = 500;
    private static final int VOCABULARY = 7;

    private final Noting decoder = new Noting();
    private final PromptReading reading = new PromptReading(new TextRows(8, CONTEXT, null, decoder));

    /** Notes what it is asked; the likeliest token is the text's length, modulo the vocabulary. */
    private static final class Noting implements Decoder {
        static final int FATAL = 6_000;
        private final int[][] texts = new int[8][0];
        private final List<int[]> remembered = new ArrayList<>();
        private final List<String> passes = new ArrayList<>();
        private int mostKept = CONTEXT;

        @Override
        public int rows() {
            return texts.length;
        }

        @Override
        public int length(int row) {
            return texts[row].length;
        }

        private float[] logits(int row) {
            float[] logits = new float[VOCABULARY];
            logits[texts[row].length % VOCABULARY] = 1;
            return logits;
        }

        @Override
        public float[] begin(int row, int[] tokens) {
            passes.add(row + ":all " + tokens.length);
            texts[row] = tokens.clone();
            return logits(row);
        }

        @Override
        public float[][] append(int[] rows, int[] tokens) {
            throw new AssertionError();
        }

        @Override
        public boolean readsInPieces(int tokens) {
            return tokens < 400;
        }

        @Override
        public int kept(int[] text) {
            return remembered.stream()
                    .mapToInt(other -> {
                        int different = Arrays.mismatch(other, text);
                        int common = different < 0 ? text.length : different;
                        return Math.min(Math.min(common, text.length - 1), mostKept) / 32 * 32;
                    })
                    .max()
                    .orElse(0);
        }

        @Override
        public int mostKept() {
            return mostKept;
        }

        @Override
        public int recall(int row, int[] text) {
            texts[row] = Arrays.copyOf(text, kept(text));
            return texts[row].length;
        }

        @Override
        public float[][] extend(int[] rows, int[][] tokens) {
            if (Arrays.stream(tokens).flatMapToInt(Arrays::stream).anyMatch(token -> token == FATAL)) {
                throw new OutOfMemoryError("no memory");
            }
            List<String> parts = new ArrayList<>();
            float[][] logits = new float[rows.length][];
            for (int i = 0; i < rows.length; i++) {
                int length = texts[rows[i]].length;
                texts[rows[i]] = Arrays.copyOf(texts[rows[i]], length + tokens[i].length);
                System.arraycopy(tokens[i], 0, texts[rows[i]], length, tokens[i].length);
                parts.add(rows[i] + ":" + tokens[i].length);
                logits[i] = logits(rows[i]);
            }
            passes.add(String.join(" ", parts));
            return logits;
        }

        @Override
        public void remember(int row) {
            remembered.add(texts[row]);
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }

    /** So many tokens of which the first are those of other prompts. */
    private static int[] prompt(int length, int shared, int own) {
        return IntStream.range(0, length)
                .map(i -> (i < shared ? i : i * own + own) % VOCABULARY)
                .toArray();
    }

    private void place(int row, int[] prompt) {
        reading.place(row, new GrowingText(0, prompt, SamplingOptions.greedy(), true), null);
    }

    /** Rows whose prompts were read to their end. */
    private List<Integer> read(int most) {
        return reading.read(most).stream()
                .map(ready -> {
                    int row = ready.row();
                    assertThat(ready.logits()[decoder.length(row) % VOCABULARY]).isEqualTo(1);
                    return row;
                })
                .toList();
    }

    @Test
    void aLongPromptIsReadPieceByPieceAndOthersBesideItsEnd() {
        int[] longer = prompt(100, 0, 2);
        place(3, longer);
        place(1, prompt(15, 0, 3));
        assertThat(read(40)).isEmpty();
        assertThat(reading.has(3)).isTrue();
        assertThat(read(40)).isEmpty();
        assertThat(read(40)).containsExactlyInAnyOrder(3, 1);
        assertThat(reading.has(3)).isFalse();
        assertThat(decoder.texts[3]).isEqualTo(longer);
        assertThat(decoder.passes).containsExactly("3:40", "3:40", "1:15 3:20");
        assertThat(read(40)).isEmpty();
    }

    @Test
    void promptsOfAboutOneLengthShareAPass() {
        place(0, prompt(90, 0, 2));
        place(1, prompt(4, 0, 3));
        place(2, prompt(20, 0, 4));
        place(3, prompt(100, 0, 5));
        assertThat(read(512)).containsExactlyInAnyOrder(0, 1, 2, 3);
        assertThat(decoder.passes).containsExactly("1:4 2:20", "0:90 3:100");
    }

    @Test
    void whatPromptsHaveInCommonIsReadOnce() {
        for (int row = 0; row < 4; row++) {
            place(row, prompt(80 + row, 70, row + 2));
        }
        place(4, prompt(81, 0, 6));
        assertThat(read(512)).containsExactlyInAnyOrder(0, 4);
        assertThat(read(512)).containsExactlyInAnyOrder(1, 2, 3);
        assertThat(decoder.passes).containsExactly("0:80 4:81", "1:17 2:18 3:19");
        assertThat(reading.recalled()).isEqualTo(3 * 64);
        place(5, prompt(75, 70, 2));
        reading.remove(5);
        assertThat(read(512)).isEmpty();
    }

    @Test
    void whatThereIsNoRoomToKeepIsNotWaitedFor() {
        decoder.mostKept = 0;
        place(0, prompt(80, 70, 2));
        place(1, prompt(81, 70, 3));
        assertThat(read(512)).containsExactlyInAnyOrder(0, 1);
        decoder.mostKept = 32;
        place(2, prompt(80, 70, 4));
        assertThat(read(512)).containsExactly(2);
        place(3, prompt(81, 70, 5)); // all that is kept of it is there
        place(4, prompt(82, 70, 6));
        assertThat(read(512)).containsExactlyInAnyOrder(3, 4);
        assertThat(decoder.passes).containsExactly("0:80 1:81", "2:48", "3:49 4:50");
    }

    @Test
    void whoListensHasThePromptReadAtOnceAndSoHaveTextsThatCannotBeParted() {
        int[] prompt = prompt(60, 0, 2);
        List<Integer> heard = new ArrayList<>();
        reading.place(
                0, new GrowingText(0, prompt, SamplingOptions.greedy(), true), (token, logits) -> heard.add(token));
        place(1, prompt(450, 0, 3));
        place(2, prompt(10, 0, 4));
        assertThat(read(70)).containsExactly(0, 1); // 60 tokens leave room for a beginning, which has to be the whole
        assertThat(heard).hasSize(59);
        assertThat(read(70)).containsExactly(2);
        assertThat(decoder.passes).contains("1:all 450", "2:10");
    }

    @Test
    void aPromptThatFailsFailsAlone() {
        int[] bad = prompt(16, 0, 2);
        bad[7] = Noting.FATAL;
        place(0, prompt(15, 0, 3));
        place(1, bad);
        place(2, prompt(17, 0, 4));
        List<PromptReading.Ready> ready = reading.read(512);
        assertThat(ready).extracting(PromptReading.Ready::row).containsExactly(0, 1, 2);
        assertThat(ready.get(1).failure()).hasMessage("no memory");
        assertThat(ready.get(0).failure()).isNull();
        assertThat(ready.get(2).logits()).isNotNull();
        assertThat(decoder.texts[2]).isEqualTo(prompt(17, 0, 4));
        assertThat(reading.has(1)).isFalse();
    }
}
