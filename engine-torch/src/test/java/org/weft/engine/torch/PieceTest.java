package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.core.config.Architecture;
import org.weft.engine.torch.Transformer.BlockOutput;

class PieceTest {
    private static final float[] X = {1, -2, 3};
    private static final float[] UPSTREAM = {10, 20, 30};
    private static final float WEIGHT = 5;
    private static final double AUXILIARY = 0.25;

    /** y = w x, and beside it the sum of squares of y: by the chain rule its gradient by y is 2 y. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anAuxiliaryLossGoesBackWithTheBlock(boolean recompute) {
        try (PointerScope scope = new PointerScope()) {
            Tensor w = weight();
            Tensor before = backward(scope, w, recompute, x -> {
                Tensor y = x.mul(w);
                return new BlockOutput(y, y.mul(y).sum(), null);
            });
            float byWeight = 0;
            for (int i = 0; i < X.length; i++) {
                float byOutput = UPSTREAM[i] + (float) AUXILIARY * 2 * WEIGHT * X[i];
                assertThat(at(before, i)).isEqualTo(byOutput * WEIGHT);
                byWeight += byOutput * X[i];
            }
            assertThat(at(new Tensor(w.mutable_grad()), 0)).isEqualTo(byWeight);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void withoutOneOnlyTheOutputDoes(boolean recompute) {
        try (PointerScope scope = new PointerScope()) {
            Tensor w = weight();
            Tensor before = backward(scope, w, recompute, x -> BlockOutput.of(x.mul(w)));
            assertThat(at(before, 1)).isEqualTo(UPSTREAM[1] * WEIGHT);
        }
    }

    @Test
    void theEngineComputesEveryFamily() {
        assertThat(Transformer.FAMILIES.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        Architecture.all().stream().map(Architecture::name).toList());
    }

    private static Tensor backward(
            PointerScope scope, Tensor w, boolean recompute, Function<Tensor, BlockOutput> part) {
        Piece piece = Piece.block(Tensor.create(X), scope, recompute, AUXILIARY, part);
        return piece.backward(Tensor.create(UPSTREAM), scope);
    }

    private static Tensor weight() {
        Tensor w = torch.full(new long[] {1}, new Scalar(WEIGHT));
        w.set_requires_grad(true);
        return w;
    }

    private static float at(Tensor tensor, long index) {
        return tensor.index_select(0, Tensor.create(index)).item_float();
    }
}
