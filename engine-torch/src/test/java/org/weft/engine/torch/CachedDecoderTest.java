package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.core.model.ModelShape;
import org.weft.engine.Decoder;
import org.weft.engine.RecomputingDecoder;

/** Keys and values that are kept give the logits that computing the whole text anew gives. */
class CachedDecoderTest {
    private static final int VOCABULARY = 97;
    private static final int CONTEXT = 150; // more than the cache's first capacity, twice

    private static ModelShape shape(String family) {
        return switch (family) {
            case "gpt2" -> Replicas.shape(2, 32, 4, CONTEXT, VOCABULARY);
            case "llama" -> Replicas.llama(2, 32, 4, CONTEXT, VOCABULARY);
            default -> Replicas.relative(family, 32, CONTEXT, 70, VOCABULARY); // longer than a run, shorter than texts
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpt2",
                "llama",
                "mistral",
                "smollm3",
                "gemma2",
                "gemma3_text",
                "phi3",
                "gpt_neox",
                "dynamic",
                "longrope"
            })
    void rowsOfDifferentLengthsGrowAsIfEachWereAlone(String family) {
        Random random = new Random(3);
        try (TorchReplica replica = Replicas.open(shape(family), 1);
                Decoder cached = replica.decoder(3);
                Decoder plain = new RecomputingDecoder(replica, 3)) {
            int[] lengths = {1, 7, 60};
            for (int row = 0; row < 3; row++) {
                int[] prompt = random.ints(lengths[row], 0, VOCABULARY).toArray();
                same(cached.begin(row, prompt), plain.begin(row, prompt));
            }
            for (int step = 0; step < 80; step++) {
                int[] rows = step % 5 == 4 ? new int[] {2, 0} : new int[] {0, 1, 2};
                int[] tokens = random.ints(rows.length, 0, VOCABULARY).toArray();
                float[][] actual = cached.append(rows, tokens);
                float[][] expected = plain.append(rows, tokens);
                for (int i = 0; i < rows.length; i++) {
                    same(actual[i], expected[i]);
                    assertThat(cached.length(rows[i])).isEqualTo(plain.length(rows[i]));
                }
            }
            int[] anew = {5, 6, 7};
            same(cached.begin(1, anew), plain.begin(1, anew));
            same(cached.append(new int[] {1}, new int[] {8})[0], plain.append(new int[] {1}, new int[] {8})[0]);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama", "mistral", "gemma2"})
    void aPromptTellsWhatFollowsEachOfItsTokens(String family) {
        int[] prompt = new Random(5).ints(130, 0, VOCABULARY).toArray(); // more than are told at once, twice
        try (TorchReplica replica = Replicas.open(shape(family), 1);
                Decoder cached = replica.decoder(2);
                Decoder plain = new RecomputingDecoder(replica, 1)) {
            List<float[]> told = new ArrayList<>();
            same(
                    cached.begin(1, prompt, (position, logits) -> {
                        assertThat(position).isEqualTo(told.size());
                        told.add(logits);
                    }),
                    plain.begin(0, prompt));
            List<float[]> recomputed = new ArrayList<>();
            plain.begin(0, prompt, (position, logits) -> recomputed.add(logits));
            assertThat(told).hasSize(prompt.length - 1);
            assertThat(recomputed).hasSize(prompt.length - 1);
            for (int position = 0; position < told.size(); position++) {
                float[] expected = replica.logits(prompt, position)[0];
                same(told.get(position), expected);
                same(recomputed.get(position), expected);
            }
            same(cached.append(new int[] {1}, new int[] {8})[0], plain.append(new int[] {0}, new int[] {8})[0]);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama", "mistral", "smollm3", "gemma2", "gemma3_text", "gpt_neox"})
    void promptsReadInPiecesSideBySideAreAsIfEachWereReadWhole(String family) {
        int[] longest = new Random(4).ints(120, 0, VOCABULARY).toArray();
        int[] other = new Random(5).ints(40, 0, VOCABULARY).toArray();
        int[] alike = Arrays.copyOf(longest, 91);
        alike[90] = (alike[90] + 1) % VOCABULARY;
        try (TorchReplica replica = Replicas.open(shape(family), 1);
                Decoder cached = replica.decoder(4, 1 << 20);
                Decoder plain = new RecomputingDecoder(replica, 4)) {
            assertThat(cached.readsInPieces(CONTEXT)).isTrue();
            assertThat(cached.recall(2, longest)).isZero();
            assertThat(cached.recall(0, other)).isZero();
            assertThat(cached.recall(1, new int[] {7})).isZero();
            int[][] parts = {Arrays.copyOf(longest, 33), other, {7}};
            float[][] first = cached.extend(new int[] {2, 0, 1}, parts);
            for (int i = 0; i < parts.length; i++) {
                same(first[i], plain.begin(i, parts[i]));
            }
            float[][] second = cached.extend(
                    new int[] {1, 2}, new int[][] {{8, 9}, Arrays.copyOfRange(longest, 33, longest.length)});
            same(second[0], plain.begin(1, new int[] {7, 8, 9}));
            same(second[1], plain.begin(2, longest));
            cached.remember(2);
            assertThat(cached.kept(alike)).isEqualTo(64);
            assertThat(cached.recall(3, alike)).isEqualTo(64);
            same(
                    cached.extend(new int[] {3}, new int[][] {Arrays.copyOfRange(alike, 64, 91)})[0],
                    plain.begin(3, alike));
            plain.begin(0, other);
            int[] rows = {3, 0, 2};
            for (int step = 0; step < 3; step++) {
                int[] tokens = {step, 90 - step, 50};
                float[][] actual = cached.append(rows, tokens);
                float[][] expected = plain.append(rows, tokens);
                for (int i = 0; i < rows.length; i++) {
                    same(actual[i], expected[i]);
                }
            }
        }
    }

    /** What fills a row up stands behind the longest text, and some of it behind the context. */
    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama", "gemma3_text"})
    void aRowIsFilledUpPastTheLongestText(String family) {
        int[] full = new Random(6).ints(CONTEXT - 1, 0, VOCABULARY).toArray();
        int[] other = new Random(7).ints(30, 0, VOCABULARY).toArray();
        try (TorchReplica replica = Replicas.open(shape(family), 1);
                Decoder cached = replica.decoder(2, 0);
                Decoder plain = new RecomputingDecoder(replica, 2)) {
            cached.begin(1, Arrays.copyOf(full, full.length - 2));
            cached.recall(0, other);
            int[][] parts = {other, Arrays.copyOfRange(full, full.length - 2, full.length)};
            float[][] next = cached.extend(new int[] {0, 1}, parts);
            same(next[0], plain.begin(0, other));
            same(next[1], plain.begin(1, full));
            float[][] last = cached.append(new int[] {0, 1}, new int[] {4, 5});
            float[][] expected = plain.append(new int[] {0, 1}, new int[] {4, 5});
            same(last[0], expected[0]);
            same(last[1], expected[1]);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dynamic", "longrope"})
    void textsThatAreTurnedByTheirLengthAreReadWhole(String family) {
        try (TorchReplica replica = Replicas.open(shape(family), 1);
                Decoder cached = replica.decoder(1, 1 << 20)) {
            assertThat(cached.readsInPieces(CONTEXT)).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama"})
    void aFullRowIsRefusedByName(String family) {
        try (TorchReplica replica = Replicas.open(shape(family), 1);
                Decoder decoder = replica.decoder(1)) {
            int[] full = new int[CONTEXT];
            Arrays.fill(full, 3);
            decoder.begin(0, full);
            assertThatThrownBy(() -> decoder.append(new int[] {0}, new int[] {1}))
                    .hasMessageContaining("row 0 of 151 tokens does not fit model.context=150");
        }
    }

    private static void same(float[] actual, float[] expected) {
        assertThat(actual).hasSize(expected.length);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(1e-5f));
        }
    }
}
