package org.weft.engine.torch;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Some tokens for each of some rows of a {@link KeyValueCache}, behind what each row holds: a token looks at its whole row up to
 * itself. Rows that get fewer tokens than others are filled up behind them with some that nobody looks at and that are not
 * kept. Of one forward pass.
 *
 * <p>B rows, T tokens of the row that gets most, N tokens of all, S tokens of the longest row then, G heads of keys and values,
 * K width of a head.
 */
final class Continuation implements PastKeysAndValues {
    private final KeyValueCache cache;
    private final int first; // row, where rows follow each other
    private final int count; // B
    private final Tensor scattered; // (B), or null where rows follow each other
    private final int longest; // S
    private final boolean fresh; // no row holds anything yet
    private final Tensor from; // (N), which of the (B T) tokens are kept; null for all
    private final Tensor to; // (N), where
    private final Tensor places; // (B, 1, T, 1), where each token stands
    private final Map<Integer, Tensor> masks = new HashMap<>(); // by window, each (B, 1, T, S)

    /**
     * @param cache with room for the longest
     * @param counts tokens of each row, at least 1
     * @param places (B, T), where they stand
     */
    Continuation(KeyValueCache cache, int[] rows, int[] counts, Tensor places) {
        this.cache = cache;
        this.first = rows[0];
        this.count = rows.length;
        int width = Arrays.stream(counts).max().orElseThrow(); // T
        int total = Arrays.stream(counts).sum(); // N
        int capacity = (int) cache.kept(0).size(1);
        long[] sources = new long[total];
        long[] targets = new long[total];
        int at = 0;
        int reach = 0;
        boolean empty = true;
        boolean following = true;
        for (int i = 0; i < rows.length; i++) {
            int held = cache.length(rows[i]);
            for (int t = 0; t < counts[i]; t++) {
                sources[at] = (long) i * width + t;
                targets[at++] = (long) rows[i] * capacity + held + t;
            }
            reach = Math.max(reach, held + counts[i]);
            empty &= held == 0;
            following &= rows[i] == rows[0] + i;
        }
        Tensor like = cache.kept(0);
        this.longest = reach;
        this.fresh = empty && width > 1;
        this.from = total == rows.length * width ? null : onDevice(sources, like);
        this.to = onDevice(targets, like);
        this.scattered =
                following ? null : onDevice(Arrays.stream(rows).asLongStream().toArray(), like);
        this.places = places.view(rows.length, 1, -1, 1);
    }

    private static Tensor onDevice(long[] indices, Tensor like) {
        return Tensor.create(indices).to(like.device(), ScalarType.Long);
    }

    @Override
    public Seen keep(int block, int window, Tensor keys, Tensor values) {
        Tensor allKeys = keep(cache.kept(2 * block), keys); // (B, G, S, K)
        Tensor allValues = keep(cache.kept(2 * block + 1), values); // (B, G, S, K)
        if (fresh) {
            return new Seen(keys, values, null); // What fills up stands behind every token that somebody looks from.
        }
        return new Seen(allKeys, allValues, masks.computeIfAbsent(window, this::mask));
    }

    /** (B, G, T, K) into the cache; (B, G, S, K) out of it, null where nobody asks. */
    private Tensor keep(Tensor kept, Tensor given) {
        long heads = given.size(1);
        long width = given.size(3);
        Tensor rows = given.transpose(1, 2).reshape(-1, heads, width); // (B T, G, K)
        Tensor own = from == null ? rows : rows.index_select(0, from); // (N, G, K)
        kept.view(-1, heads, width).index_copy_(0, to, own);
        if (fresh) {
            return null;
        }
        Tensor seen = kept.narrow(1, 0, longest); // (R, S, G, K)
        Tensor chosen = scattered == null ? seen.narrow(0, first, count) : seen.index_select(0, scattered);
        return chosen.transpose(1, 2); // (B, G, S, K)
    }

    /** (B, 1, T, S) */
    private Tensor mask(int window) {
        Tensor positions = torch.arange(new Scalar((double) longest))
                .to(places.device(), ScalarType.Long)
                .view(1, 1, 1, longest);
        Tensor before = positions.le(places); // (B, 1, T, S)
        return window == 0 ? before : before.logical_and(positions.gt(places.sub(new Scalar((double) window))));
    }
}
