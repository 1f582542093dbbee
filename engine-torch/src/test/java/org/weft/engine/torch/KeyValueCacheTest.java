package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.weft.core.config.ModelConfig;

/** What is kept survives that there is no memory for more. */
class KeyValueCacheTest {
    /** Twice the addresses that a process has: (2, 2^30, 1, 2^16) of 4 bytes. */
    private static final int CONTEXT = 1 << 30;

    private static final int WIDTH = 1 << 16;

    private static Tensor filled(double value) {
        return torch.full(new long[] {1, 1, 1, WIDTH}, new Scalar(value)); // (1, G, T, K)
    }

    @Test
    void anAllocationThatFailsLeavesEveryRowItsOwn() {
        try (PointerScope scope = new PointerScope();
                KeyValueCache cache = new KeyValueCache(ModelConfig.gpt2(1, WIDTH, 1, CONTEXT, 0), 2, torch.zeros(1))) {
            for (int row = 0; row < 2; row++) {
                cache.beginning(row).keep(0, 0, filled(10 + row), filled(20 + row));
                cache.setLength(row, 1);
            }
            for (int attempt = 0; attempt < 2; attempt++) {
                assertThatThrownBy(() -> cache.reserve(CONTEXT)).isInstanceOf(RuntimeException.class);
            }
            cache.reserve(2);
            PastKeysAndValues.Seen seen = cache.next(new int[] {0, 1})
                    .keep(
                            0,
                            0,
                            torch.cat(new TensorVector(filled(12), filled(13))),
                            torch.cat(new TensorVector(filled(22), filled(23))));
            for (int row = 0; row < 2; row++) {
                for (int token = 0; token < 2; token++) {
                    assertThat(at(seen.keys(), row, token)).isEqualTo(10 + row + 2 * token);
                    assertThat(at(seen.values(), row, token)).isEqualTo(20 + row + 2 * token);
                }
            }
        }
    }

    /** The last element of (B, 1, S, K) at a row and token. */
    private static float at(Tensor all, int row, int token) {
        return all.select(0, row).select(1, token).select(1, WIDTH - 1).item_float();
    }
}
