package org.weft.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.weft.core.tokens.TextTokens;

/** Texts that come and go at any token are the texts that each prompt gives alone. */
class RunningBatchTest {
    private static final int CONTEXT = 24;
    private static final int NEW_TOKENS = 30; // more than the context

    private final HashingReplica replica = new HashingReplica(CONTEXT, true);

    private int[] alone(int[] prompt, SamplingOptions sampling) {
        TokenGenerator generator = new TokenGenerator(replica, CONTEXT, TextTokens.endless());
        GenerationOptions options = new GenerationOptions(sampling, NEW_TOKENS, 1, true);
        return generator
                .generate(List.of(prompt), options, GenerationListener.NONE)
                .get(0)
                .tokens();
    }

    @Test
    void textsThatComeAndGoAreThoseOfEachPromptAlone() {
        Random random = new Random(11);
        List<int[]> prompts = new ArrayList<>();
        List<SamplingOptions> samplings = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            prompts.add(random.ints(1 + random.nextInt(9), 0, HashingReplica.VOCABULARY)
                    .toArray());
            samplings.add(new SamplingOptions(i % 3 == 0 ? 0 : 0.9, 0, 0.95, i));
        }
        try (RunningBatch batch = RunningBatch.open(replica, CONTEXT, 4, TextTokens.endless())) {
            Map<Integer, Integer> textOfRow = new HashMap<>();
            List<List<Integer>> tokens = new ArrayList<>();
            prompts.forEach(prompt -> tokens.add(new ArrayList<>()));
            int waiting = 0;
            while (waiting < prompts.size() || !textOfRow.isEmpty()) {
                if (waiting < prompts.size() && batch.freeRow() >= 0 && random.nextInt(3) > 0) {
                    int row = batch.freeRow();
                    tokens.get(waiting).add(batch.begin(row, prompts.get(waiting), samplings.get(waiting)));
                    textOfRow.put(row, waiting++);
                }
                int[] rows = textOfRow.keySet().stream()
                        .filter(row -> random.nextInt(4) > 0)
                        .mapToInt(row -> row)
                        .toArray();
                if (rows.length > 0) {
                    int[] next = batch.next(rows);
                    for (int i = 0; i < rows.length; i++) {
                        List<Integer> grown = tokens.get(textOfRow.get(rows[i]));
                        grown.add(next[i]);
                        if (grown.size() == NEW_TOKENS) {
                            textOfRow.remove(rows[i]);
                            batch.end(rows[i]);
                        }
                    }
                }
            }
            for (int i = 0; i < prompts.size(); i++) {
                assertThat(tokens.get(i))
                        .as("prompt %d", i)
                        .containsExactlyElementsOf(Arrays.stream(alone(prompts.get(i), samplings.get(i)))
                                .boxed()
                                .toList());
            }
        }
    }

    @Test
    void idsThatSpellNothingAreNotChosenWhoeverListens() {
        int[] prompt = {3, 1, 4, 1, 5};
        float[] logits = replica.nextTokenLogits(prompt);
        int likeliest =
                IntStream.range(0, logits.length).reduce(0, (best, id) -> logits[id] > logits[best] ? id : best);
        BitSet spelt = new BitSet();
        spelt.set(0, logits.length);
        spelt.clear(likeliest);
        List<float[]> said = new ArrayList<>();
        LogitsListener listener = (token, from) -> said.add(from.clone());
        try (RunningBatch batch = RunningBatch.open(replica, CONTEXT, 2, new TextTokens(spelt, new BitSet()))) {
            int heard =
                    batch.begin(0, new RunningBatch.Beginning(prompt, SamplingOptions.greedy(), listener, listener));
            int unheard = batch.begin(1, prompt, SamplingOptions.greedy());
            assertThat(heard).isNotEqualTo(likeliest).isEqualTo(unheard);
            for (int i = 0; i < prompt.length; i++) { // one softmax for the prompt and what follows it: the model's own
                assertThat(said.get(i)).isEqualTo(replica.nextTokenLogits(Arrays.copyOf(prompt, i + 1)));
            }
        }
    }

    @Test
    void whoListensHearsOfEachToken() {
        int[] prompt = {3, 1, 4, 1, 5};
        List<Integer> heard = new ArrayList<>();
        List<float[]> logits = new ArrayList<>();
        LogitsListener listener = (token, from) -> {
            heard.add(token);
            logits.add(from.clone());
        };
        try (RunningBatch batch = RunningBatch.open(replica, CONTEXT, 1, TextTokens.endless())) {
            int first =
                    batch.begin(0, new RunningBatch.Beginning(prompt, SamplingOptions.greedy(), listener, listener));
            int second = batch.next(new int[] {0})[0];
            assertThat(heard).containsExactly(1, 4, 1, 5, first, second);
            for (int i = 0; i < 5; i++) {
                assertThat(logits.get(i)).isEqualTo(replica.nextTokenLogits(Arrays.copyOf(prompt, i + 1)));
            }
            batch.end(0);
            heard.clear();
            batch.begin(0, prompt, SamplingOptions.greedy());
            batch.next(new int[] {0});
            assertThat(heard).isEmpty();
        }
    }

    @Test
    void whatIsNoNumberIsOneRowsOwn() {
        SamplingOptions greedy = SamplingOptions.greedy();
        replica.poison = 9;
        try (RunningBatch batch = RunningBatch.open(replica, CONTEXT, 3, TextTokens.endless())) {
            batch.place(0, new RunningBatch.Beginning(new int[] {1, 2}, greedy, null, null));
            batch.place(1, new RunningBatch.Beginning(new int[] {5, 9}, greedy, null, null));
            Map<Integer, RunningBatch.Begun> begun = new HashMap<>();
            batch.read(100).forEach(each -> begun.put(each.row(), each));
            assertThat(begun.get(1).token()).isEqualTo(Sampler.NONE);
            assertThat(begun.get(1).failure()).hasMessage("logit of token 3 is NaN");
            assertThat(begun.get(0).failure()).isNull();
            batch.end(1);
            assertThat(batch.failure(1)).isNull();

            int second = batch.begin(1, new int[] {7}, greedy);
            assertThat(second).isNotEqualTo(begun.get(0).token());
            replica.poison = second;
            int[] tokens = batch.next(new int[] {0, 1});
            assertThat(tokens[1]).isEqualTo(Sampler.NONE);
            assertThat(batch.failure(1)).hasMessage("logit of token 3 is NaN");
            assertThat(tokens[0]).isNotEqualTo(Sampler.NONE);
            assertThat(batch.failure(0)).isNull();
        }
    }

    @Test
    void aPassThatFailsIsTriedTextByText() {
        SamplingOptions sampling = new SamplingOptions(0.9, 0, 0.95, 3);
        List<int[]> prompts = List.of(new int[] {1, 2}, new int[] {5}, new int[] {7, 8, 9});
        try (RunningBatch batch = RunningBatch.open(replica, CONTEXT, 3, TextTokens.endless())) {
            List<List<Integer>> grown = new ArrayList<>();
            for (int row = 0; row < 3; row++) {
                grown.add(new ArrayList<>(List.of(batch.begin(row, prompts.get(row), sampling))));
            }
            replica.room = 1;
            for (int step = 0; step < 5; step++) {
                int[] next = batch.next(new int[] {0, 1, 2});
                for (int row = 0; row < 3; row++) {
                    grown.get(row).add(next[row]);
                }
            }
            for (int row = 0; row < 3; row++) {
                assertThat(Arrays.stream(alone(prompts.get(row), sampling)).boxed())
                        .startsWith(grown.get(row).toArray(Integer[]::new));
            }

            replica.heavy = grown.get(1).get(5);
            int[] next = batch.next(new int[] {0, 1, 2});
            assertThat(batch.failure(1)).hasMessage("no memory for 1");
            assertThat(next[1]).isEqualTo(Sampler.NONE);
            assertThat(batch.failure(0)).isNull();
            assertThat(next[2]).isEqualTo(alone(prompts.get(2), sampling)[6]);
        }
    }

    @Test
    void aRowHasOneTextAtATime() {
        try (RunningBatch batch = RunningBatch.open(replica, CONTEXT, 2, TextTokens.endless())) {
            assertThat(batch.rows()).isEqualTo(2);
            assertThat(batch.freeRow()).isZero();
            batch.begin(0, new int[] {1}, SamplingOptions.greedy());
            assertThat(batch.freeRow()).isOne();
            assertThatThrownBy(() -> batch.begin(0, new int[] {1}, SamplingOptions.greedy()))
                    .hasMessage("row 0 has a text");
            assertThatThrownBy(() -> batch.begin(1, new int[0], SamplingOptions.greedy()))
                    .hasMessageContaining("a prompt of no tokens");
            batch.begin(1, new int[] {2}, SamplingOptions.greedy());
            assertThat(batch.freeRow()).isEqualTo(-1);
            batch.end(0);
            assertThat(batch.freeRow()).isZero();
        }
    }
}
