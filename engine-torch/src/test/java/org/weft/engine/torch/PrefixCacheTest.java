package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.weft.core.config.ModelConfig;

/** Keys and values of texts' beginnings, within their bound. */
class PrefixCacheTest {
    private static final int CONTEXT = 256;
    private static final int WIDTH = 4;
    /** Bytes of a piece: a block's keys and values. */
    private static final long PIECE = 2L * PrefixCache.PIECE * WIDTH * Float.BYTES;

    /** So many tokens, other ones for each kind. */
    private static int[] text(int length, int kind) {
        return IntStream.range(0, length).map(i -> 1000 * kind + i).toArray();
    }

    /** A row's element at a token stands for both. */
    private static void fill(KeyValueCache cache, int row, int kind) {
        Tensor tokens = torch.arange(new Scalar((double) CONTEXT)).view(CONTEXT, 1, 1); // (T, G, K)
        cache.reserve(CONTEXT);
        for (int i = 0; i < cache.tensors(); i++) {
            cache.kept(i).select(0, row).copy_(tokens.add(new Scalar(1000.0 * kind + i * 0.25)));
        }
    }

    private static float at(KeyValueCache cache, int tensor, int row, int token) {
        return cache.kept(tensor)
                .select(0, row)
                .select(0, token)
                .select(0, 0)
                .select(0, WIDTH - 1)
                .item_float();
    }

    @Test
    void aBeginningIsReadAsItWasWritten() {
        try (PointerScope scope = new PointerScope();
                KeyValueCache cache = new KeyValueCache(ModelConfig.gpt2(1, WIDTH, 1, CONTEXT, 0), 3, torch.zeros(1));
                PrefixCache prefixes = new PrefixCache(10 * PIECE)) {
            fill(cache, 0, 1);
            prefixes.write(text(70, 1), cache, 0);
            assertThat(prefixes.bytes()).isEqualTo(2 * PIECE);
            int[] longer = Arrays.copyOf(text(64, 1), 200);
            assertThat(prefixes.length(longer)).isEqualTo(64);
            assertThat(prefixes.read(longer, cache, 2)).isEqualTo(64);
            assertThat(cache.length(2)).isEqualTo(64);
            for (int token : new int[] {0, 31, 32, 63}) {
                assertThat(at(cache, 0, 2, token)).isEqualTo(1000 + token);
                assertThat(at(cache, 1, 2, token)).isEqualTo(1000.25f + token);
            }
            assertThat(prefixes.length(text(64, 1))).isEqualTo(32); // The last token is always read.
            assertThat(prefixes.length(text(64, 2))).isZero();
            // The same tokens behind others are another piece.
            int[] moved = new int[80];
            System.arraycopy(text(32, 1), 0, moved, 32, 32);
            assertThat(prefixes.length(moved)).isZero();
            fill(cache, 1, 3);
            int[] branch = Arrays.copyOf(text(32, 1), 64);
            prefixes.write(branch, cache, 1);
            assertThat(prefixes.bytes()).isEqualTo(3 * PIECE); // What both begin with is kept once.
        }
    }

    @Test
    void whatWasNotUsedForLongestGoesAndEndsGoBeforeBeginnings() {
        try (PointerScope scope = new PointerScope();
                KeyValueCache cache = new KeyValueCache(ModelConfig.gpt2(1, WIDTH, 1, CONTEXT, 0), 1, torch.zeros(1));
                PrefixCache prefixes = new PrefixCache(3 * PIECE)) {
            fill(cache, 0, 1);
            prefixes.write(text(64, 1), cache, 0);
            prefixes.write(text(64, 2), cache, 0);
            assertThat(prefixes.bytes()).isEqualTo(3 * PIECE);
            assertThat(prefixes.length(text(65, 1))).isEqualTo(32);
            assertThat(prefixes.length(text(65, 2))).isEqualTo(64);
            assertThat(prefixes.length(text(33, 1))).isEqualTo(32); // used: it stays
            prefixes.write(text(32, 3), cache, 0);
            assertThat(prefixes.length(text(65, 2))).isEqualTo(32);
            assertThat(prefixes.length(text(33, 1))).isEqualTo(32);
            prefixes.write(text(200, 4), cache, 0); // more than there is room for: its beginning stays
            assertThat(prefixes.bytes()).isEqualTo(3 * PIECE);
            assertThat(prefixes.length(text(200, 4))).isEqualTo(96);
        }
        try (PointerScope scope = new PointerScope();
                KeyValueCache cache = new KeyValueCache(ModelConfig.gpt2(1, WIDTH, 1, CONTEXT, 0), 1, torch.zeros(1));
                PrefixCache none = new PrefixCache(PIECE - 1);
                PrefixCache some = new PrefixCache(2 * PIECE + 1)) {
            assertThat(none.most(cache)).isZero();
            assertThat(some.most(cache)).isEqualTo(64);
        }
    }

    @Test
    void ofATextTenTimesTheLimitItsBeginningAloneIsCopied() {
        try (PointerScope scope = new PointerScope();
                KeyValueCache cache = new KeyValueCache(ModelConfig.gpt2(1, WIDTH, 1, CONTEXT, 0), 1, torch.zeros(1));
                PrefixCache prefixes = new PrefixCache(3 * PIECE);
                PrefixCache narrow = new PrefixCache(PIECE - 1)) {
            fill(cache, 0, 1);
            prefixes.write(text(64, 1), cache, 0);
            int[] text = text(30 * PrefixCache.PIECE, 2); // of more tokens than the row has: to read them would fail
            prefixes.write(text, cache, 0);
            assertThat(prefixes.bytes()).isEqualTo(3 * PIECE);
            assertThat(prefixes.length(text)).isEqualTo(96);
            assertThat(prefixes.length(text(64, 1))).isZero();
            long pointers = Pointer.totalCount(); // that hold native memory
            narrow.write(text, cache, 0);
            assertThat(narrow.bytes()).isZero();
            assertThat(Pointer.totalCount()).isLessThanOrEqualTo(pointers);
        }
    }

    @Test
    void whatWasCopiedBeforeAFailureStays() {
        try (PointerScope scope = new PointerScope();
                KeyValueCache cache = new KeyValueCache(ModelConfig.gpt2(1, WIDTH, 1, CONTEXT, 0), 2, torch.zeros(1));
                PrefixCache prefixes = new PrefixCache(20 * PIECE)) {
            fill(cache, 0, 1);
            int[] text = text(CONTEXT + PrefixCache.PIECE, 1);
            assertThatThrownBy(() -> prefixes.write(text, cache, 0)).isInstanceOf(RuntimeException.class);
            assertThat(prefixes.bytes()).isEqualTo(CONTEXT / PrefixCache.PIECE * PIECE);
            assertThat(prefixes.read(text(CONTEXT, 1), cache, 1)).isEqualTo(CONTEXT - PrefixCache.PIECE);
            assertThat(at(cache, 1, 1, 40)).isEqualTo(1040.25f);
        }
    }
}
