package org.weft.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.weft.core.tokens.TextTokens;

/** Texts that grow side by side, against each one alone and computed anew for every token. */
class TokenGeneratorTest {
    private static final int CONTEXT = 9;
    private static final int STOP = 3;
    private static final SamplingOptions GREEDY = SamplingOptions.greedy();
    private static final SamplingOptions SAMPLED = new SamplingOptions(1.3, 20, 0.9, 1.2, 11);

    private final List<int[]> prompts = prompts(100);

    /** Of one token to more than two contexts. */
    private static List<int[]> prompts(int count) {
        Random random = new Random(5);
        List<int[]> prompts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            prompts.add(random.ints(1 + random.nextInt(2 * CONTEXT + 3), 0, HashingReplica.VOCABULARY)
                    .toArray());
        }
        return prompts;
    }

    @Test
    void cachedRecomputedAndUncachedGiveTheSameTokens() {
        for (SamplingOptions sampling : List.of(GREEDY, SAMPLED)) {
            GenerationOptions cached = new GenerationOptions(sampling, 3 * CONTEXT, 8, true);
            GenerationOptions uncached = new GenerationOptions(sampling, 3 * CONTEXT, 8, false);
            List<GeneratedText> expected = generate(new HashingReplica(CONTEXT, false), prompts, uncached);
            assertSame(generate(new HashingReplica(CONTEXT, true), prompts, cached), expected);
            assertSame(generate(new HashingReplica(CONTEXT, false), prompts, cached), expected);
        }
    }

    @Test
    void aBatchGivesWhatEachPromptGivesAlone() {
        for (SamplingOptions sampling : List.of(GREEDY, SAMPLED)) {
            List<GeneratedText> alone = new ArrayList<>();
            for (int i = 0; i < prompts.size(); i++) {
                GenerationOptions one = new GenerationOptions(sampling.ofText(i), 25, 1, true);
                alone.addAll(generate(new HashingReplica(CONTEXT, true), prompts.subList(i, i + 1), one));
            }
            for (int rows : new int[] {1, 7, 100, 1000}) {
                GenerationOptions options = new GenerationOptions(sampling, 25, rows, true);
                assertSame(generate(new HashingReplica(CONTEXT, true), prompts, options), alone);
            }
        }
    }

    @Test
    void textsOfABatchDifferInTheirDraws() {
        List<int[]> equal = java.util.Collections.nCopies(20, new int[] {1, 2});
        Set<String> different = new HashSet<>();
        for (GeneratedText text :
                generate(new HashingReplica(64, true), equal, new GenerationOptions(SAMPLED, 20, 4, true))) {
            different.add(Arrays.toString(text.tokens()));
        }
        assertThat(different).hasSizeGreaterThan(15);
        assertThat(SAMPLED.ofText(0)).isEqualTo(SAMPLED);
    }

    @Test
    void aRowThatIsFreeTakesTheNextPrompt() {
        HashingReplica replica = new HashingReplica(64, true);
        List<Integer> ended = new ArrayList<>();
        int[] running = {0, 0}; // now, most
        Set<Integer> open = new HashSet<>();
        List<GeneratedText> texts = new TokenGenerator(replica, 64, TextTokens.endedBy(STOP))
                .generate(prompts.subList(0, 30), new GenerationOptions(GREEDY, 20, 4, true), new GenerationListener() {
                    @Override
                    public boolean chosen(int text, int token) {
                        open.add(text);
                        running[1] = Math.max(running[1], open.size());
                        return true;
                    }

                    @Override
                    public void ended(int text, GeneratedText generated) {
                        open.remove(text);
                        ended.add(text);
                    }
                });
        assertThat(running[1]).isEqualTo(4);
        assertThat(replica.mostRows).isEqualTo(4);
        assertThat(replica.passes).as("a prompt is read once").isEqualTo(30);
        assertThat(ended)
                .hasSize(30)
                .doesNotHaveDuplicates()
                .isNotEqualTo(ended.stream().sorted().toList());
        assertThat(texts).extracting(GeneratedText::reason).contains(FinishReason.LENGTH, FinishReason.END_OF_TEXT);
        for (GeneratedText text : texts) {
            assertThat(text.tokens()).doesNotContain(STOP);
            assertThat(text.tokens().length == 20).isEqualTo(text.reason() == FinishReason.LENGTH);
        }
    }

    @Test
    void aTextThatOutgrowsTheContextIsSeenThroughItsEnd() {
        int[] prompt = {1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13};
        int[] end = Arrays.copyOfRange(prompt, prompt.length - CONTEXT, prompt.length);
        GenerationOptions options = new GenerationOptions(GREEDY, 5, 1, true);
        assertThat(alone(prompt, options).tokens())
                .isEqualTo(alone(end, options).tokens());
    }

    @Test
    void whoListensMayEndAText() {
        List<Integer> heard = new ArrayList<>();
        List<GeneratedText> texts = new TokenGenerator(new HashingReplica(64, true), 64, TextTokens.endless())
                .generate(prompts.subList(0, 2), new GenerationOptions(GREEDY, 50, 2, true), (text, token) -> {
                    if (text == 0) {
                        heard.add(token);
                    }
                    return text != 0 || heard.size() < 3;
                });
        assertThat(texts.get(0).reason()).isEqualTo(FinishReason.STOP_STRING);
        assertThat(texts.get(0).tokens())
                .isEqualTo(heard.stream().mapToInt(Integer::intValue).toArray())
                .hasSize(3);
        assertThat(texts.get(1).reason()).isEqualTo(FinishReason.LENGTH);
        assertThat(texts.get(1).tokens()).hasSize(50);
        assertThat(FinishReason.END_OF_TEXT.key()).isEqualTo("end_of_text");
    }

    @Test
    void thePenaltyReachesThePromptAndTheText() {
        GenerationOptions options = new GenerationOptions(GREEDY.withRepetitionPenalty(1e6), 30, 1, true);
        int[] prompt = {1, 2, 4, 5};
        GeneratedText text = new TokenGenerator(new HashingReplica(64, true), 64, TextTokens.endless())
                .generate(List.of(prompt), options, GenerationListener.NONE)
                .get(0);
        assertThat(text.tokens()).hasSize(30).doesNotHaveDuplicates().doesNotContain(prompt);
    }

    @Test
    void anyOfSeveralTokensEndsAText() {
        TextTokens tokens = TextTokens.endedBy(STOP);
        for (int id = 0; id < 20; id += 2) {
            tokens.ends().set(id);
        }
        List<GeneratedText> texts = new TokenGenerator(new HashingReplica(64, true), 64, tokens)
                .generate(prompts.subList(0, 20), new GenerationOptions(GREEDY, 50, 3, true), GenerationListener.NONE);
        for (GeneratedText text : texts) {
            assertThat(text.reason()).isEqualTo(FinishReason.END_OF_TEXT);
            assertThat(Arrays.stream(text.tokens())).noneMatch(tokens::end);
        }
    }

    @Test
    void idsThatSpellNothingAreNeverChosen() {
        BitSet spelt = new BitSet();
        spelt.set(1, 4);
        spelt.set(6);
        TextTokens tokens = new TextTokens(spelt, new BitSet());
        for (SamplingOptions sampling : List.of(GREEDY, SAMPLED, new SamplingOptions(1e6, 0, 1, 2, 9))) {
            for (boolean cached : new boolean[] {true, false}) {
                new TokenGenerator(new HashingReplica(CONTEXT, cached), CONTEXT, tokens)
                        .generate(
                                prompts.subList(0, 5),
                                new GenerationOptions(sampling, 30, 2, cached),
                                GenerationListener.NONE)
                        .forEach(text -> assertThat(Arrays.stream(text.tokens()))
                                .hasSize(30)
                                .allMatch(spelt::get));
            }
        }
    }

    @Test
    void nothingToDo() {
        HashingReplica replica = new HashingReplica(CONTEXT, true);
        assertThat(generate(replica, List.of(), new GenerationOptions(GREEDY, 5, 3, true)))
                .isEmpty();
        List<GeneratedText> none = generate(replica, prompts.subList(0, 3), new GenerationOptions(GREEDY, 0, 2, true));
        assertThat(none)
                .extracting(GeneratedText::reason)
                .containsOnly(FinishReason.LENGTH)
                .hasSize(3);
        assertThat(none.get(2).tokens()).isEmpty();
        assertThat(replica.passes).isZero();
    }

    @Test
    void refusesAnEmptyPromptAndNoRows() {
        assertThatThrownBy(() -> generate(
                        new HashingReplica(CONTEXT, true),
                        List.of(new int[] {1}, new int[0]),
                        new GenerationOptions(GREEDY, 5, 3, true)))
                .hasMessage("prompt 1 is a prompt of no tokens: start with the end-of-text token");
        assertThatThrownBy(() -> new GenerationOptions(GREEDY, 5, 0, true)).hasMessage("rows=0 must be at least 1");
    }

    private static GeneratedText alone(int[] prompt, GenerationOptions options) {
        return generate(new HashingReplica(CONTEXT, true), List.of(prompt), options)
                .get(0);
    }

    private static List<GeneratedText> generate(
            HashingReplica replica, List<int[]> prompts, GenerationOptions options) {
        return new TokenGenerator(replica, replica.context(), TextTokens.endedBy(STOP))
                .generate(prompts, options, GenerationListener.NONE);
    }

    private static void assertSame(List<GeneratedText> actual, List<GeneratedText> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i).tokens())
                    .as("text %d", i)
                    .isEqualTo(expected.get(i).tokens());
            assertThat(actual.get(i).reason()).isEqualTo(expected.get(i).reason());
        }
    }

    /** What the server's top_logprobs are made of, and nothing of it changes what is drawn. */
    @Test
    void whoAsksIsToldTheScoresThatARunningBatchTells() {
        for (SamplingOptions sampling : List.of(GREEDY, SAMPLED)) {
            GenerationOptions options = new GenerationOptions(sampling, 12, 1, true);
            TokenGenerator generator =
                    new TokenGenerator(new HashingReplica(CONTEXT, true), CONTEXT, TextTokens.endedBy(STOP));
            for (int[] prompt : prompts.subList(0, 20)) {
                List<TokenScore> told = new ArrayList<>();
                GeneratedText text = generator
                        .generate(List.of(prompt), options, new GenerationListener() {
                            @Override
                            public LogitsListener scores(int index) {
                                return (token, logits) -> told.add(TokenScore.of(token, logits, 3));
                            }

                            @Override
                            public boolean chosen(int index, int token) {
                                assertThat(told.get(told.size() - 1).token()).isEqualTo(token);
                                return true;
                            }
                        })
                        .get(0);
                assertThat(text.tokens())
                        .isEqualTo(generator
                                .generate(List.of(prompt), options, GenerationListener.NONE)
                                .get(0)
                                .tokens());
                boolean ended = text.reason() == FinishReason.END_OF_TEXT;
                assertThat(told).hasSize(text.tokens().length + (ended ? 1 : 0));
                assertThat(told).isEqualTo(ofRunningBatch(prompt, sampling, told.size()));
                if (sampling == GREEDY) {
                    assertThat(told)
                            .allSatisfy(score -> assertThat(score.likeliest().get(0))
                                    .isEqualTo(new TokenScore.Likely(score.token(), score.logProbability())));
                }
            }
        }
    }

    private static List<TokenScore> ofRunningBatch(int[] prompt, SamplingOptions sampling, int tokens) {
        List<TokenScore> told = new ArrayList<>();
        LogitsListener listener = (token, logits) -> told.add(TokenScore.of(token, logits, 3));
        try (RunningBatch batch =
                RunningBatch.open(new HashingReplica(CONTEXT, true), CONTEXT, 1, TextTokens.endedBy(STOP))) {
            batch.begin(0, new RunningBatch.Beginning(prompt, sampling, null, listener));
            while (told.size() < tokens) {
                batch.next(new int[] {0});
            }
        }
        return told;
    }
}
