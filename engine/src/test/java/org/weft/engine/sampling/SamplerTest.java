package org.weft.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.weft.core.SplitMix64;
import org.weft.core.WeftException;

class SamplerTest {
    /** Probabilities 0.1, 0.4, 0.05, 0.25, 0.2. */
    private static final float[] LOGITS = {
        (float) Math.log(0.1),
        (float) Math.log(0.4),
        (float) Math.log(0.05),
        (float) Math.log(0.25),
        (float) Math.log(0.2)
    };

    private static final int DRAWS = 20_000;

    @Test
    void temperatureZeroTakesTheMostLikely() {
        assertThat(new Sampler(SamplingOptions.greedy()).next(LOGITS)).isEqualTo(1);
        assertThat(new Sampler(SamplingOptions.greedy()).next(new float[] {2, 3, 3}))
                .isEqualTo(1);
    }

    @Test
    void drawsWithTheModelsProbabilities() {
        assertFrequencies(new SamplingOptions(1, 0, 1, 3), 0.1, 0.4, 0.05, 0.25, 0.2);
    }

    @Test
    void temperatureSharpens() {
        double total = 0.01 + 0.16 + 0.0025 + 0.0625 + 0.04;
        assertFrequencies(
                new SamplingOptions(0.5, 0, 1, 3),
                0.01 / total,
                0.16 / total,
                0.0025 / total,
                0.0625 / total,
                0.04 / total);
    }

    @Test
    void topKKeepsTheMostLikely() {
        assertFrequencies(new SamplingOptions(1, 2, 1, 3), 0, 0.4 / 0.65, 0, 0.25 / 0.65, 0);
        assertFrequencies(new SamplingOptions(1, 99, 1, 3), 0.1, 0.4, 0.05, 0.25, 0.2);
    }

    @Test
    void topPKeepsTheFewestThatReachIt() {
        assertFrequencies(new SamplingOptions(1, 0, 0.6, 3), 0, 0.4 / 0.65, 0, 0.25 / 0.65, 0);
        assertFrequencies(new SamplingOptions(1, 0, 1e-9, 3), 0, 1, 0, 0, 0);
    }

    @Test
    void thePenaltyDividesPositiveAndMultipliesNegativeLogits() {
        Sampler sampler = new Sampler(SamplingOptions.greedy().withRepetitionPenalty(2));
        sampler.begin(new int[] {0, 3, 3});
        // 0: 3 -> 1.5; 3: -0.5 -> -1; once, however often it came.
        assertThat(sampler.next(new float[] {3, 1.6f, -9, -9, -9})).isEqualTo(1);
        assertThat(sampler.next(new float[] {-9, -9, -0.9f, -0.5f, -9})).isEqualTo(2);
        // What was chosen has been seen too: 1 and 2 now.
        assertThat(sampler.next(new float[] {-9, 3, 3, -9, 1.6f})).isEqualTo(4);
    }

    private static Sampler biased(double presence, double frequency, Map<Integer, Double> byToken) {
        return new Sampler(SamplingOptions.greedy().withBias(new LogitBias(presence, frequency, byToken)));
    }

    @Test
    void presenceIsTakenOnceAndFrequencyEachTime() {
        float[] logits = {0, 1, 0.4f, -9, -9};
        Sampler presence = biased(0.7, 0, Map.of());
        Sampler frequency = biased(0, 0.25, Map.of());
        presence.begin(new int[] {1, 1, 1}); // A prompt was not generated: it costs nothing.
        frequency.begin(new int[] {1, 1, 1});
        int[] ofPresence = new int[5];
        int[] ofFrequency = new int[5];
        for (int i = 0; i < 5; i++) {
            ofPresence[i] = presence.next(logits);
            ofFrequency[i] = frequency.next(logits);
        }
        // 1, then 2 against 0.3, then 1 again: both have paid once and for all.
        assertThat(ofPresence).containsExactly(1, 2, 1, 1, 1);
        // 1 falls by a quarter each time: 1, 0.75, 0.5, then 2 at 0.4 against 0.25, then 1 against 0.15.
        assertThat(ofFrequency).containsExactly(1, 1, 1, 2, 1);
        assertThat(logits).containsExactly(0, 1, 0.4f, -9, -9);
    }

    @Test
    void aBiasBansOrForces() {
        float[] logits = {0, 1, 0.4f, -9, -9};
        assertThat(biased(0, 0, Map.of(1, -100.0)).next(logits)).isEqualTo(2);
        assertThat(biased(0, 0, Map.of(4, 100.0)).next(logits)).isEqualTo(4);
        assertThatThrownBy(() -> biased(0, 0, Map.of(4, 101.0)))
                .hasMessage("logit_bias[4]=101.0 must be from -100 to 100");
        assertThatThrownBy(() -> biased(Double.NaN, 0, Map.of()))
                .hasMessage("presence_penalty=NaN must be from -2 to 2");
    }

    @Test
    void aPenaltyLeavesLogitsFinite() {
        assertThatThrownBy(() -> SamplingOptions.greedy().withRepetitionPenalty(1e-39)) // no more than 0 in float32
                .hasMessage("repetition_penalty=1.0E-39 must be from 1e-6 to 1e6");
        Sampler least = new Sampler(SamplingOptions.greedy().withRepetitionPenalty(1e-6));
        least.begin(new int[] {0});
        assertThat(least.next(new float[] {1e30f, 2, 3})).isZero();
    }

    @Test
    void aScoreIsALogarithmOfTheSoftmax() {
        TokenScore score = TokenScore.of(2, LOGITS, 3);
        assertThat(score.logProbability()).isCloseTo((float) Math.log(0.05), within(1e-5f));
        assertThat(score.likeliest()).extracting(TokenScore.Likely::token).containsExactly(1, 3, 4);
        assertThat(score.likeliest().get(1).logProbability()).isCloseTo((float) Math.log(0.25), within(1e-5f));
        assertThat(TokenScore.of(0, new float[] {5, 7, 7, 6, 7}, 4).likeliest())
                .extracting(TokenScore.Likely::token)
                .containsExactly(1, 2, 4, 3);
        assertThat(TokenScore.of(0, LOGITS, 0).likeliest()).isEmpty();
        assertThat(TokenScore.of(0, LOGITS, 99).likeliest()).hasSize(LOGITS.length);
        assertThat(TokenScore.first(3).known()).isFalse();
    }

    @Test
    void thePenaltyLeavesTheLogitsAndTheProbabilitiesOfOthers() {
        float[] logits = LOGITS.clone();
        double[] counts = new double[LOGITS.length];
        for (int i = 0; i < DRAWS; i++) {
            Sampler fresh = new Sampler(new SamplingOptions(1, 0, 1, 1.5, i));
            fresh.begin(new int[] {0, 99});
            counts[fresh.next(logits)]++;
        }
        assertThat(logits).isEqualTo(LOGITS);
        double penalized = Math.pow(0.1, 1.5);
        assertThat(counts[0] / DRAWS).isCloseTo(penalized / (0.9 + penalized), within(0.015));
        assertThat(counts[1] / DRAWS).isCloseTo(0.4 / (0.9 + penalized), within(0.015));
    }

    @Test
    void eachTextOfABatchHasItsOwnDraws() {
        SamplingOptions options = new SamplingOptions(1, 0, 1, 9);
        assertThat(draw(options.ofText(0), 50)).isEqualTo(draw(options, 50));
        assertThat(draw(options.ofText(1), 50)).isNotEqualTo(draw(options, 50));
        assertThat(draw(options.ofText(1), 50))
                .isEqualTo(draw(options.withSeed(options.ofText(1).seed()), 50));
        assertThat(IntStream.range(0, 10_000)
                        .mapToLong(i -> options.ofText(i).seed())
                        .distinct()
                        .count())
                .isEqualTo(10_000);
    }

    @Test
    void isAFunctionOfItsSeed() {
        assertThat(draw(new SamplingOptions(1, 0, 1, 9), 50)).isEqualTo(draw(new SamplingOptions(1, 0, 1, 9), 50));
        assertThat(draw(new SamplingOptions(1, 0, 1, 9), 50)).isNotEqualTo(draw(new SamplingOptions(1, 0, 1, 10), 50));
    }

    @Test
    void ordersNegativeAndEqualLogits() {
        float[] logits = {-5, 0.0f, -0.0f, -1, 4, -100};
        Sampler topThree = new Sampler(new SamplingOptions(1000, 3, 1, 1));
        assertThat(IntStream.range(0, 500)
                        .map(i -> topThree.next(logits))
                        .distinct()
                        .sorted()
                        .toArray())
                .isEqualTo(new int[] {1, 2, 4});
    }

    /** The likeliest are looked at first, and all only where a draw falls beyond them. */
    @Test
    void largeVocabulariesAreDrawnFromAsIfAllWereSorted() {
        Random random = new Random(17);
        for (double spread : new double[] {0.001, 1, 6}) { // all alike; many likely; a few
            float[] logits = new float[3000];
            for (int token = 0; token < logits.length; token++) {
                logits[token] = (float) (spread * random.nextGaussian());
            }
            logits[7] = logits[2000];
            for (double topP : new double[] {1, 0.05, 0.95}) {
                SamplingOptions options = new SamplingOptions(0.9, 0, topP, 5);
                Sampler sampler = new Sampler(options);
                for (int draw = 0; draw < 100; draw++) {
                    assertThat(sampler.next(logits)).isEqualTo(sorted(logits, options, draw));
                }
            }
        }
    }

    private static int sorted(float[] logits, SamplingOptions options, int draw) {
        int[] order = IntStream.range(0, logits.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer token) -> -logits[token]))
                .mapToInt(token -> token)
                .toArray();
        double[] weights = IntStream.of(order)
                .mapToDouble(token -> Math.exp(((double) logits[token] - logits[order[0]]) / options.temperature()))
                .toArray();
        double total = 0;
        for (double weight : weights) {
            total += weight;
        }
        double keptTotal = 0;
        int kept = 0;
        while (kept < weights.length && (options.topP() == 1 || keptTotal < options.topP() * total)) {
            keptTotal += weights[kept++];
        }
        double at = SplitMix64.uniform(SplitMix64.start(options.seed()), draw) * keptTotal;
        int place = 0;
        while (place < kept - 1 && at >= weights[place]) {
            at -= weights[place++];
        }
        return order[place];
    }

    @Test
    void refusesOptionsAndLogitsThatMakeNoSense() {
        assertThatThrownBy(() -> new SamplingOptions(-1, 0, 1, 0))
                .isInstanceOf(WeftException.class)
                .hasMessage("temperature=-1.0 must be 0 or more");
        assertThatThrownBy(() -> new SamplingOptions(1, -1, 1, 0)).hasMessage("top_k=-1 must be 0 or more");
        assertThatThrownBy(() -> new SamplingOptions(1, 0, 0, 0)).hasMessage("top_p=0.0 must be in (0, 1]");
        assertThatThrownBy(() -> SamplingOptions.greedy().withRepetitionPenalty(0))
                .hasMessage("repetition_penalty=0.0 must be more than 0");
        assertThatThrownBy(() -> new Sampler(SamplingOptions.greedy()).next(new float[] {0, Float.NaN}))
                .hasMessage("logit of token 1 is NaN");
        assertThatThrownBy(() -> new Sampler(SamplingOptions.greedy()).next(new float[0]))
                .hasMessageContaining("no logits");
    }

    private static int[] draw(SamplingOptions options, int count) {
        Sampler sampler = new Sampler(options);
        return IntStream.range(0, count).map(i -> sampler.next(LOGITS)).toArray();
    }

    private static void assertFrequencies(SamplingOptions options, double... expected) {
        double[] counts = new double[expected.length];
        Arrays.stream(draw(options, DRAWS)).forEach(token -> counts[token]++);
        for (int token = 0; token < expected.length; token++) {
            assertThat(counts[token] / DRAWS).as("token %d", token).isCloseTo(expected[token], within(0.015));
        }
    }
}
