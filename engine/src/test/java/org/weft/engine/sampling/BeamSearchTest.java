package org.weft.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;
import org.weft.core.tokens.TextTokens;
import org.weft.engine.sampling.BeamOptions.Ending;

/** The likeliest text, beside a search through all of them. */
class BeamSearchTest {
    /** Tokens that may be chosen; 0 ends a text. */
    private static final int FEW = 4;

    private static final TextTokens TOKENS = new TextTokens(first(FEW), first(1));
    private static final int LENGTH = 4;

    private static BitSet first(int count) {
        BitSet set = new BitSet();
        set.set(0, count);
        return set;
    }

    private static GeneratedText search(
            HashingReplica replica, BeamOptions beams, int length, boolean cached, int... prompt) {
        GenerationOptions options = new GenerationOptions(SamplingOptions.greedy(), beams, length, 8, cached);
        return new TokenGenerator(replica, replica.context(), TOKENS)
                .generate(List.of(prompt), options, GenerationListener.NONE)
                .get(0);
    }

    /** Every text of up to {@link #LENGTH} tokens with its score: ended ones, and those that are as long as may be. */
    private static void all(
            HashingReplica replica, BeamOptions beams, int[] text, double sum, int prompt, List<Found> into) {
        float[] logits = TOKENS.choosable(replica.logits(text, text.length - 1)[0]);
        Softmax softmax = Softmax.of(logits);
        int length = text.length - prompt + 1;
        for (int token = 0; token < FEW; token++) {
            double with = sum + softmax.logProbability(logits[token]);
            int[] longer = Arrays.copyOf(text, text.length + 1);
            longer[text.length] = token;
            if (token == 0 || length == LENGTH) {
                int[] tokens = Arrays.copyOfRange(longer, prompt, token == 0 ? text.length : longer.length);
                into.add(new Found(tokens, with / Math.pow(length, beams.lengthPenalty())));
            } else {
                all(replica, beams, longer, with, prompt, into);
            }
        }
    }

    private record Found(int[] tokens, double score) {}

    @Test
    void withABeamForEachTextItFindsTheBestOfAll() {
        HashingReplica replica = new HashingReplica(64, true);
        for (double penalty : new double[] {-1, 0, 0.5, 1, 2}) {
            BeamOptions beams = new BeamOptions(256, penalty, Ending.NEVER);
            for (int prompt = 1; prompt < 40; prompt++) {
                List<Found> all = new ArrayList<>();
                all(replica, beams, new int[] {prompt, 5}, 0, 2, all);
                assertThat(all).hasSize(1 + 3 + 9 + 27 * FEW);
                Found best = all.stream()
                        .max((a, b) -> Double.compare(a.score(), b.score()))
                        .orElseThrow();
                assertThat(search(replica, beams, LENGTH, true, prompt, 5).tokens())
                        .as("prompt %d, penalty %s", prompt, penalty)
                        .isEqualTo(best.tokens());
            }
        }
    }

    @Test
    void theCacheFollowsItsBeams() {
        for (int context : new int[] {64, 6}) { // in the small one the text outgrows what the model sees
            for (Ending ending : Ending.values()) {
                BeamOptions beams = new BeamOptions(3, 1, ending);
                for (int prompt = 1; prompt < 30; prompt++) {
                    GeneratedText cached = search(new HashingReplica(context, true), beams, 12, true, prompt, 3, 2);
                    GeneratedText anew = search(new HashingReplica(context, false), beams, 12, false, prompt, 3, 2);
                    assertThat(cached.tokens()).isEqualTo(anew.tokens());
                    assertThat(cached.reason()).isEqualTo(anew.reason());
                }
            }
        }
    }

    @Test
    void lengthIsRewardedOrPunished() {
        double shortOnes = 0;
        double longOnes = 0;
        for (int prompt = 1; prompt < 40; prompt++) {
            HashingReplica replica = new HashingReplica(64, true);
            shortOnes += search(replica, new BeamOptions(4, -2, Ending.NEVER), 10, true, prompt)
                    .tokens()
                    .length;
            longOnes += search(replica, new BeamOptions(4, 3, Ending.NEVER), 10, true, prompt)
                    .tokens()
                    .length;
        }
        assertThat(shortOnes).isLessThan(longOnes / 2);
    }

    @Test
    void aWholeTextIsWorthItsLogProbabilityByItsLength() {
        assertThat(new BeamOptions(2, 0, Ending.FALSE).score(-6, 3)).isEqualTo(-6);
        assertThat(new BeamOptions(2, 1, Ending.FALSE).score(-6, 3)).isEqualTo(-2);
        assertThat(new BeamOptions(2, 2, Ending.FALSE).score(-6, 2)).isCloseTo(-1.5, within(1e-12));
    }

    @Test
    void whoListensMayEndAText() {
        HashingReplica replica = new HashingReplica(64, true);
        GenerationOptions options =
                new GenerationOptions(SamplingOptions.greedy(), new BeamOptions(3, 2, Ending.NEVER), 8, 1, true);
        List<Integer> heard = new ArrayList<>();
        GeneratedText text = new TokenGenerator(replica, 64, new TextTokens(first(FEW), new BitSet()))
                .generate(List.of(new int[] {9}), options, (index, token) -> {
                    heard.add(token);
                    return heard.size() < 3;
                })
                .get(0);
        assertThat(heard).hasSize(3);
        assertThat(text.tokens()).hasSize(3);
        assertThat(text.reason()).isEqualTo(FinishReason.STOP_STRING);
    }

    @Test
    void whatIsNoSearchIsRefused() {
        assertThatThrownBy(() -> new BeamOptions(0, 1, Ending.FALSE))
                .isInstanceOf(WeftException.class)
                .hasMessage("beams=0 must be from 1 to 1024");
        assertThatThrownBy(() -> new BeamOptions(2, Double.NaN, Ending.FALSE))
                .isInstanceOf(WeftException.class)
                .hasMessage("length_penalty=NaN must be a number");
    }
}
