package org.weft.core.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.PruningConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Initializer;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.ParameterRule;

/** Zeros stay, there are as many as the schedule says, and they are the right ones. */
class PrunedTest {
    private static final int ELEMENTS = 40;
    private static final Optimizer.Segment MATRIX = new Optimizer.Segment(4, 36, ParameterRule.DECAYED, true);
    private static final Optimizer.Segment VECTOR = new Optimizer.Segment(0, 4, ParameterRule.PLAIN, false);

    @Test
    void theShareRisesAlongTheCubic() {
        PruningConfig pruning = config("method: magnitude, sparsity: 0.8, begin_step: 10, end_step: 50, every: 10")
                .training()
                .pruning();
        List<Integer> zeros = IntStream.of(0, 9, 10, 19, 20, 29, 30, 40, 49, 50, 1000)
                .mapToObj(version -> pruning.zeros(version, 1000))
                .toList();
        // 0.8 (1 - (1 - x)^3) at x = 0, 1/4, 1/2, 3/4, 1
        assertThat(zeros).containsExactly(0, 0, 0, 0, 462, 462, 700, 787, 787, 800, 800);
        PruningConfig once = config("method: magnitude, sparsity: 0.5, begin_step: 3, end_step: 3")
                .training()
                .pruning();
        assertThat(List.of(once.zeros(2, 9), once.zeros(3, 9))).containsExactly(0, 4);
    }

    @ParameterizedTest
    @CsvSource({
        "adamw, magnitude",
        "adamw, movement",
        "amsgrad, movement",
        "nesterov, magnitude",
        "sgd, movement",
        "adam, magnitude"
    })
    void zerosStayAndGrowAsPlanned(String kind, String method) {
        WeftConfig config = config(
                "method: " + method + ", sparsity: 0.75, begin_step: 2, end_step: 12, every: 3",
                "training.optimizer=" + kind);
        Optimizer optimizer = Optimizer.ofServers(config);
        assertThat(optimizer.state().contains(StateVector.MOVEMENT)).isEqualTo(method.equals("movement"));
        float[] weights = weights();
        float[][] vectors = new float[optimizer.state().size()][ELEMENTS];
        boolean[] zero = new boolean[ELEMENTS];
        for (int step = 0; step < 16; step++) {
            Optimizer.State state = new Optimizer.State(gradient(step), weights, vectors);
            optimizer.update(step, 0.5f, state, VECTOR);
            optimizer.update(step, 0.5f, state, MATRIX);
            int count = 0;
            for (int i = 0; i < ELEMENTS; i++) {
                assertThat(zero[i] && weights[i] != 0)
                        .as("step %d element %d", step, i)
                        .isFalse();
                zero[i] = weights[i] == 0;
                count += zero[i] ? 1 : 0;
                for (float[] vector : zero[i] ? vectors : new float[0][]) {
                    assertThat(vector[i]).isZero();
                }
            }
            assertThat(count).isEqualTo(config.training().pruning().zeros(step + 1, 32));
        }
        assertThat(Arrays.copyOf(weights, 4)).doesNotContain(0f);
    }

    @Test
    void theSmallestGoFirst() {
        Optimizer optimizer = Optimizer.ofServers(config(
                "method: magnitude, sparsity: 0.5, end_step: 1",
                "training.learning_rate=1e-9",
                "training.min_learning_rate=0"));
        float[] weights = {0.1f, -0.9f, 0.3f, -0.2f, 0.3f, 0.3f, 0.8f, 0.7f};
        Optimizer.State state = Optimizer.State.fresh(optimizer, new float[8], weights);
        optimizer.update(0, 1f, state, new Optimizer.Segment(0, 8, ParameterRule.PLAIN, true));
        assertThat(IntStream.range(0, 8).filter(i -> weights[i] == 0))
                .as("of equal ones the first")
                .containsExactly(0, 2, 3, 4);
    }

    /** Two steps with the gradients g and 3 g: w g is what moves a weight towards zero. */
    @Test
    void whatMovesTowardsZeroGoesFirst() {
        Optimizer optimizer = Optimizer.ofServers(config(
                "method: movement, sparsity: 0.5, begin_step: 2, end_step: 2",
                "training.optimizer=sgd",
                "training.weight_decay=0.1"));
        float[] weights = {9, -9, 9, -9};
        float[][] vectors = new float[1][4];
        for (float factor : new float[] {1, 3}) {
            float[] gradient = {factor, factor, -factor, 2 * factor};
            int step = factor == 1 ? 0 : 1;
            optimizer.update(
                    step,
                    1f,
                    new Optimizer.State(gradient, weights, vectors),
                    new Optimizer.Segment(0, 4, ParameterRule.DECAYED, true));
        }
        // -w g summed: -36, 36, 36, 72: of two equal ones the first goes.
        assertThat(IntStream.range(0, 4).filter(i -> weights[i] == 0)).containsExactly(0, 1);
        assertThat(vectors[0][3]).isBetween(71f, 73f);
    }

    @Test
    void whatAStepThatWasSkippedWasToDoTheNextOneDoes() {
        Optimizer optimizer = Optimizer.ofServers(config("method: magnitude, sparsity: 0.5, end_step: 4, every: 4"));
        float[] weights = weights();
        Optimizer.State state = Optimizer.State.fresh(optimizer, gradient(0), weights);
        for (int step : List.of(0, 1, 2, 5)) {
            optimizer.update(step, step, 1f, state, MATRIX);
        }
        assertThat(IntStream.range(0, ELEMENTS).filter(i -> weights[i] == 0).count())
                .isEqualTo(16);
    }

    @Test
    void whatIsZeroIsKept() {
        Optimizer optimizer = Optimizer.ofServers(config("method: keep"));
        assertThat(optimizer.state()).containsExactly(StateVector.EXP_AVG, StateVector.EXP_AVG_SQ);
        float[] weights = weights();
        weights[7] = -0f;
        weights[20] = 0;
        weights[2] = 0;
        Optimizer.State state = Optimizer.State.fresh(optimizer, gradient(1), weights);
        optimizer.update(0, 1f, state, VECTOR);
        optimizer.update(0, 1f, state, MATRIX);
        assertThat(IntStream.range(0, ELEMENTS).filter(i -> weights[i] == 0))
                .as("those of the vector are free")
                .containsExactly(7, 20);
    }

    @Test
    void whatIsExpectedOfZerosIsZero() {
        Optimizer optimizer =
                Optimizer.ofServers(config("method: movement, sparsity: 0.5, end_step: 1", "sync.delay=1"));
        float[] weights = weights();
        float[][] vectors = new float[optimizer.state().size()][ELEMENTS];
        optimizer.update(0, 1f, new Optimizer.State(gradient(0), weights, vectors), MATRIX);
        float[] ahead = weights.clone();
        optimizer.predict(1, 1, ahead, vectors, MATRIX);
        assertThat(ahead).isNotEqualTo(weights);
        assertThat(IntStream.range(0, ELEMENTS).filter(i -> ahead[i] == 0)).hasSize(16);
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "mixtral", "gpt2", "bert", "gpt_neox", "modernbert", "t5"})
    void matricesOfBlocksAreThose(String family) {
        WeftConfig config = ConfigLoader.load(
                "test",
                "run: {dir: here}\ntraining: {pruning: {method: keep}}\nmodel: {architecture: " + family
                        + ", layers: 2, width: 16, heads: 2, context: 8, mlp_width: 24}",
                List.of());
        ParameterLayout layout = new ModelShape(config.model(), 11).layout();
        List<String> names = PrunedMatrices.of(config.model(), layout).parameters().stream()
                .map(Parameter::name)
                .toList();
        assertThat(names)
                .allMatch(name -> name.endsWith(".weight"))
                .noneMatch(name ->
                        name.matches(".*(emb|norm|ln_|wte|wpe|head|cls|shared|bias|block_sparse_moe.gate\\.).*"));
        List<String> flagged = new ArrayList<>();
        Optimizer.ofServers(config).segments(layout, layout.bucket(0)).stream()
                .filter(Optimizer.Segment::pruned)
                .forEach(segment -> flagged.add(layout.parameters().stream()
                        .filter(parameter -> parameter.offset() == segment.from())
                        .findFirst()
                        .orElseThrow()
                        .name()));
        assertThat(flagged).isEqualTo(names).hasSizeGreaterThanOrEqualTo(8);
        PrunedMatrices.require(config, layout);
    }

    @Test
    void nothingToPruneIsRefused() {
        ParameterLayout other = ParameterLayout.builder()
                .add("0_W", List.of(4, 4), true, Initializer.ZEROS)
                .build();
        assertThatThrownBy(() -> PrunedMatrices.require(config("method: keep"), other))
                .hasMessage("training.pruning.method=keep: no matrix of a block is among the parameters that learn");
        PrunedMatrices.require(config("method: none"), other);
    }

    @Test
    void theLeastAreFound() {
        SplittableRandom random = new SplittableRandom(11);
        for (int round = 0; round < 200; round++) {
            int bound = 1 << 1 + random.nextInt(30);
            int[] keys = random.ints(1 + random.nextInt(50), -bound, bound).toArray();
            int count = 1 + random.nextInt(keys.length);
            int[] sorted = IntStream.of(keys)
                    .boxed()
                    .sorted(Integer::compareUnsigned)
                    .mapToInt(key -> key)
                    .toArray();
            LeastKeys least = LeastKeys.of(keys, count);
            assertThat(least.largest()).isEqualTo(sorted[count - 1]);
            long less = IntStream.of(keys)
                    .filter(key -> Integer.compareUnsigned(key, least.largest()) < 0)
                    .count();
            assertThat(less + least.equal()).isEqualTo(count);
        }
    }

    private static WeftConfig config(String pruning, String... settings) {
        List<String> all = new ArrayList<>(List.of("training.pruning={" + pruning + "}", "training.warmup_steps=0"));
        all.addAll(List.of(settings));
        return ConfigLoader.load("test", "run: {dir: here}", all);
    }

    private static float[] weights() {
        float[] weights = new float[ELEMENTS];
        for (int i = 0; i < ELEMENTS; i++) {
            weights[i] = (float) Math.sin(3 * i + 1);
        }
        return weights;
    }

    private static float[] gradient(int step) {
        float[] gradient = new float[ELEMENTS];
        for (int i = 0; i < ELEMENTS; i++) {
            gradient[i] = (float) Math.cos(7 * i + step);
        }
        return gradient;
    }
}
