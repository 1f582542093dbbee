package org.weft.core.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.TrainingConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Bucket;
import org.weft.core.params.Initializer;
import org.weft.core.params.MatrixPart;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.WholeMatrix;

class MuonTest {
    /** Made by bench/peers/muon.py, which says how. */
    private static final Path GOLDEN = Path.of("..", "bench", "peers", "muon_golden.txt");

    private static final int STEPS = 50;

    /** {@code float32} is the same arithmetic; {@code torch} is torch.optim.Muon, which orthogonalises in bfloat16. */
    @ParameterizedTest
    @CsvSource({
        "6, 4, 1e-5, float32",
        "4, 10, 1e-5, float32",
        "5, 5, 1e-5, float32",
        "6, 4, 5e-3, torch",
        "4, 10, 5e-3, torch",
        "5, 5, 5e-3, torch"
    })
    void agreesWithPyTorchOverFiftySteps(int rows, int columns, double tolerance, String peer) throws IOException {
        Run run = new Run(layout(1 << 20, rows, columns, null));
        int compared = 0;
        for (int step = 0; step < STEPS; step++) {
            run.step(step);
            double[] expected = golden(peer, rows + "x" + columns, step + 1);
            for (int i = 0; expected != null && i < expected.length; i++) {
                assertThat((double) run.weights()[i])
                        .as("step %d element %d", step + 1, i)
                        .isCloseTo(expected[i], within(tolerance));
                compared++;
            }
        }
        assertThat(compared).isEqualTo(3 * rows * columns);
    }

    @Test
    void theCutsOfBucketsChangeNoBit() {
        Run whole = new Run(layout(1 << 20, 6, 4, null));
        Run cut = new Run(layout(5, 6, 4, null));
        assertThat(cut.layout.bucketCount()).isEqualTo(5);
        for (int step = 0; step < STEPS; step++) {
            whole.step(step);
            cut.step(step);
        }
        assertThat(cut.weights()).isEqualTo(whole.weights());
    }

    /** Each part of a fused matrix moves as it would if it were a matrix of its own. */
    @Test
    void partsOfAFusedMatrixMoveByThemselves() {
        List<MatrixPart> columns = MatrixPart.sideBySide(1, 2, 3);
        List<MatrixPart> heads = List.of(new MatrixPart(0, 0, 1, 2, 3), new MatrixPart(0, 1, 1, 2, 3));
        for (List<MatrixPart> parts : List.of(columns, heads)) {
            Run fused = new Run(layout(7, 6, 5, parts));
            float[] start = fused.weights();
            fused.step(0);
            for (MatrixPart part : parts) {
                Parameter matrix = fused.layout.parameters().get(0);
                List<Integer> places = new ArrayList<>();
                part.forEach(matrix, (offset, length) -> IntStream.range(0, length)
                        .forEach(i -> places.add((int) offset + i)));
                Run alone = new Run(layout(1 << 20, part.rows(matrix), part.columns(matrix), null));
                alone.set(places.stream().map(i -> start[i]).toList());
                alone.step(0, i -> gradient(0, places.get(i)));
                for (int i = 0; i < places.size(); i++) {
                    assertThat(fused.weights()[places.get(i)]).isEqualTo(alone.weights()[i]);
                }
            }
        }
    }

    /** What is no matrix is AdamW's, of the same bits. */
    @Test
    void allElseIsMovedByAdamw() {
        ParameterLayout layout = ParameterLayout.builder(8)
                .addFactor("h.0.a.weight", List.of(3, 3), true, Initializer.ZEROS)
                .add("vector", List.of(9), true, Initializer.ZEROS)
                .build();
        ParameterLayout served =
                layout.around(List.of(matrix(layout.parameters().get(0), null)));
        Run muon = new Run(served);
        Optimizer adamw = Optimizer.of(training("adamw"));
        Optimizer.State state = Optimizer.State.fresh(adamw, new float[18], muon.weights());
        for (int step = 0; step < STEPS; step++) {
            muon.step(step);
            for (int i = 0; i < 18; i++) {
                state.gradient()[i] = gradient(step, i);
            }
            adamw.update(step, 1f, state, new Optimizer.Segment(9, 18, true, 1));
        }
        assertThat(Arrays.copyOfRange(muon.weights(), 9, 18)).isEqualTo(Arrays.copyOfRange(state.weights(), 9, 18));
    }

    /** A gradient that is zero moves nothing but by the decay, and is no division by zero. */
    @Test
    void aGradientOfZeroOnlyDecays() {
        Run run = new Run(layout(1 << 20, 2, 3, null));
        float[] before = run.weights();
        run.step(0, i -> 0f);
        for (int i = 0; i < before.length; i++) {
            assertThat(run.weights()[i]).isEqualTo(before[i] * (float) (1 - 2e-2 * 0.1));
        }
    }

    /** Queries, keys and values of GPT-2 are columns, of GPT-NeoX rows of each head; experts are matrices of their own. */
    @Test
    void matricesAreThoseOfBlocks() {
        ParameterLayout gpt2 = served("{architecture: gpt2, layers: 1, width: 8, heads: 2, context: 16}");
        assertThat(names(gpt2))
                .containsExactly(
                        "h.0.attn.c_attn.weight x3",
                        "h.0.attn.c_proj.weight x1",
                        "h.0.mlp.c_fc.weight x1",
                        "h.0.mlp.c_proj.weight x1");
        assertThat(gpt2.matrices().get(0).parts()).isEqualTo(MatrixPart.sideBySide(1, 8, 8, 8));
        ParameterLayout neox = served("{architecture: gpt_neox, layers: 1, width: 16, heads: 2, context: 16}");
        assertThat(neox.matrices().get(0).parts())
                .containsExactly(
                        new MatrixPart(0, 0, 8, 24, 2),
                        new MatrixPart(0, 8, 8, 24, 2),
                        new MatrixPart(0, 16, 8, 24, 2));
        assertThat(names(served("{architecture: phi3, layers: 1, width: 8, heads: 2, kv_heads: 1, context: 16}")))
                .contains("model.layers.0.self_attn.qkv_proj.weight x3", "model.layers.0.mlp.gate_up_proj.weight x2");
        assertThat(names(served("{architecture: modernbert, layers: 1, width: 8, heads: 2, context: 16}")))
                .contains("model.layers.0.attn.Wqkv.weight x3", "model.layers.0.mlp.Wi.weight x2")
                .doesNotContain("head.dense.weight x1");
        assertThat(names(served("{architecture: mixtral, layers: 1, width: 8, heads: 2, experts: 2, context: 16}")))
                .contains("model.layers.0.block_sparse_moe.experts.1.w2.weight x1")
                .noneMatch(name -> name.contains("gate."));
    }

    private static List<String> names(ParameterLayout layout) {
        return layout.matrices().stream()
                .map(matrix -> matrix.parameter().name() + " x" + matrix.parts().size())
                .toList();
    }

    private static ParameterLayout served(String model) {
        WeftConfig config =
                ConfigLoader.load("test", "run: {dir: /x}\nmodel: " + model, List.of("training.optimizer=muon"));
        return MuonMatrices.served(config, new ModelShape(config.model(), 32).layout());
    }

    /** Another optimizer has the layout as it is. */
    @Test
    void othersHaveTheirLayout() {
        WeftConfig config = ConfigLoader.load("test", "run: {dir: /x}", List.of());
        ParameterLayout layout = new ModelShape(config.model(), 32).layout();
        assertThat(MuonMatrices.served(config, layout)).isSameAs(layout);
    }

    @Test
    void aRunWithoutMatricesIsRefused() {
        WeftConfig config = ConfigLoader.load("test", "run: {dir: /x}", List.of("training.optimizer=muon"));
        ParameterLayout layout = ParameterLayout.builder()
                .add("0_W", List.of(3, 3), true, Initializer.ZEROS)
                .build();
        assertThatThrownBy(() -> MuonMatrices.require(config, layout))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("training.optimizer=muon: no matrix of a block");
        ParameterLayout large = ParameterLayout.builder()
                .addFactor("h.0.w.weight", List.of(40_000, 40_000), true, Initializer.ZEROS)
                .build();
        assertThatThrownBy(() -> MuonMatrices.require(config, large))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("h.0.w.weight of [40000, 40000] has more than 536870911 elements");
    }

    /** Buckets with their state, updated as a server does. */
    private static final class Run {
        private final ParameterLayout layout;
        private final Optimizer optimizer = Optimizer.of(training("muon"));
        private final NewtonSchulz orthogonal;
        private final List<Bucket> buckets = new ArrayList<>();
        private final List<Optimizer.State> states = new ArrayList<>();

        Run(ParameterLayout layout) {
            this.layout = layout;
            this.orthogonal = new NewtonSchulz(MatrixProducts.PLAIN, layout.matrices());
            for (int i = 0; i < layout.bucketCount(); i++) {
                Bucket bucket = layout.bucket(i);
                buckets.add(bucket);
                float[] weights = new float[bucket.length()];
                for (int at = 0; at < weights.length; at++) {
                    weights[at] = (float) Math.sin(bucket.offset() + at + 1);
                }
                states.add(Optimizer.State.fresh(optimizer, new float[weights.length], weights));
            }
        }

        void set(List<Float> weights) {
            forEach((state, i, at) -> state.weights()[at] = weights.get(i));
        }

        void step(int step) {
            step(step, i -> gradient(step, i));
        }

        void step(int step, java.util.function.IntFunction<Float> gradient) {
            forEach((state, i, at) -> state.gradient()[at] = gradient.apply(i));
            for (int i = 0; i < buckets.size(); i++) {
                for (Optimizer.Segment segment : optimizer.segments(layout, buckets.get(i))) {
                    optimizer.update(step, 1f, states.get(i), segment);
                }
            }
            for (WholeMatrix matrix : layout.matrices()) {
                optimizer.update(step, 1f, matrix, new MatrixBuckets(buckets, states), orthogonal);
            }
        }

        float[] weights() {
            float[] all = new float[(int) layout.size()];
            forEach((state, i, at) -> all[i] = state.weights()[at]);
            return all;
        }

        private interface Element {
            void of(Optimizer.State state, int i, int at);
        }

        private void forEach(Element element) {
            for (int b = 0; b < buckets.size(); b++) {
                for (int at = 0; at < buckets.get(b).length(); at++) {
                    element.of(states.get(b), (int) buckets.get(b).offset() + at, at);
                }
            }
        }
    }

    private static float gradient(int step, int i) {
        return (float) (Math.cos(0.1 * step * (i % 7 + 1)) * (1 + 0.25 * (i % 5)) + 0.3 * Math.sin(0.7 * i + step));
    }

    private static ParameterLayout layout(int bucket, int rows, int columns, List<MatrixPart> parts) {
        ParameterLayout layout = ParameterLayout.builder(bucket)
                .addFactor("h.0.a.weight", List.of(rows, columns), true, Initializer.ZEROS)
                .build();
        return layout.around(List.of(matrix(layout.parameters().get(0), parts)));
    }

    private static WholeMatrix matrix(Parameter parameter, List<MatrixPart> parts) {
        return new WholeMatrix(parameter, parts == null ? List.of(MatrixPart.whole(parameter)) : parts);
    }

    private static double[] golden(String peer, String shape, int step) throws IOException {
        String prefix = "muon=" + peer + " shape=" + shape + " step=" + step + " ";
        return GoldenNumbers.after(prefix, GOLDEN);
    }

    private static TrainingConfig training(String optimizer) {
        return ConfigLoader.load(
                        "test",
                        "run: {dir: /x}",
                        List.of(
                                "training.optimizer=" + optimizer,
                                "training.learning_rate=2e-2",
                                "training.min_learning_rate=2e-2",
                                "training.warmup_steps=0"))
                .training();
    }
}
