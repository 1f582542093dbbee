package org.weft.engine.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.config.ModelConfig;

/**
 * Keys and values of texts that grow, a row each, for every block. Memory grows by doubling with the longest text: 8 L G K
 * bytes a token and row, in float32. Owned by the replica's thread.
 *
 * <p>R rows, C capacity, S longest row in use, G heads of keys and values, K width of a head, L blocks.
 */
final class KeyValueCache implements AutoCloseable {
    private static final int FIRST_CAPACITY = 64;

    private final Tensor like;
    private final int rows;
    private final int limit;
    private final long heads;
    private final long headWidth;
    private final List<Tensor> keys = new ArrayList<>(); // each (R, C, G, K)
    private final List<Tensor> values = new ArrayList<>(); // each (R, C, G, K)
    private final int[] lengths;
    private int capacity;

    /** @param like says on which device and in which type it is kept */
    KeyValueCache(ModelConfig config, int rows, Tensor like) {
        this(config, config.layers(), rows, like);
    }

    /** @param blocks L, of a part of the model */
    KeyValueCache(ModelConfig config, int blocks, int rows, Tensor like) {
        this.like = like;
        this.rows = rows;
        this.limit = config.context();
        this.heads = config.keyValueHeads();
        this.headWidth = config.headWidth();
        this.lengths = new int[rows];
        for (int block = 0; block < blocks; block++) {
            keys.add(null);
            values.add(null);
        }
        grow(Math.min(limit, FIRST_CAPACITY));
    }

    int rows() {
        return rows;
    }

    /** The longest that a text may be. */
    int limit() {
        return limit;
    }

    int length(int row) {
        return lengths[row];
    }

    void setLength(int row, int length) {
        lengths[row] = length;
    }

    /** Makes room for texts of a length. */
    void reserve(int length) {
        if (length > capacity) {
            grow(Math.min(limit, Math.max(length, 2 * capacity)));
        }
    }

    /** All of it, or nothing where an allocation fails: rows are found by the capacity, which must be that of the tensors. */
    private void grow(int larger) {
        List<Tensor> grown = new ArrayList<>();
        try {
            for (int i = 0; i < 2 * keys.size(); i++) {
                Tensor room = torch.zeros(new long[] {rows, larger, heads, headWidth}, like.options()); // (R, C, G, K)
                room.retainReference(); // past the scope of this call
                grown.add(room);
                Tensor old = kept(i);
                if (old != null) {
                    try (PointerScope scope = new PointerScope()) {
                        room.narrow(1, 0, capacity).copy_(old);
                    }
                }
            }
        } catch (RuntimeException | Error failure) {
            grown.forEach(Tensor::releaseReference);
            throw failure;
        }
        for (int i = 0; i < grown.size(); i++) {
            Tensor old = kept(i);
            (i % 2 == 0 ? keys : values).set(i / 2, grown.get(i));
            if (old != null) {
                old.releaseReference();
            }
        }
        capacity = larger;
    }

    /** How many tensors there are: two a block. */
    int tensors() {
        return 2 * keys.size();
    }

    /** Of a token in a row: 2 L G K. */
    long elementsOfToken() {
        return tensors() * heads * headWidth;
    }

    /** The tensors in one row, each (R, C, G, K): a block's keys, its values, the next block's keys. */
    Tensor kept(int i) {
        return (i % 2 == 0 ? keys : values).get(i / 2);
    }

    /** A text that begins a row: its own keys and values are all there is to look at. */
    PastKeysAndValues beginning(int row) {
        return (block, window, k, v) -> {
            try (PointerScope scope = new PointerScope()) {
                long tokens = k.size(2);
                keys.get(block)
                        .select(0, row)
                        .narrow(0, 0, tokens)
                        .copy_(k.select(0, 0).transpose(0, 1));
                values.get(block)
                        .select(0, row)
                        .narrow(0, 0, tokens)
                        .copy_(v.select(0, 0).transpose(0, 1));
            }
            return new PastKeysAndValues.Seen(k, v, null);
        };
    }

    /** Row i goes on with the text of {@code sources[i]}. */
    void reorder(int[] sources) {
        int[] held = lengths.clone();
        int longest = 0;
        boolean same = true;
        for (int row = 0; row < sources.length; row++) {
            lengths[row] = held[sources[row]];
            longest = Math.max(longest, lengths[row]);
            same &= sources[row] == row;
        }
        if (same) {
            return;
        }
        try (PointerScope scope = new PointerScope();
                AutoGradMode off = new AutoGradMode(false)) {
            Tensor from = onDevice(Arrays.stream(sources).asLongStream().toArray()); // (B)
            for (int i = 0; i < 2 * keys.size(); i++) {
                Tensor seen = kept(i).narrow(1, 0, longest); // (R, S, G, K)
                seen.narrow(0, 0, sources.length).copy_(seen.index_select(0, from));
            }
        }
    }

    /** One token for each of some rows: it looks at its whole row and at itself. */
    PastKeysAndValues next(int[] chosen) {
        int longest = 0;
        int shortest = limit;
        long[] places = new long[chosen.length];
        long[] last = new long[chosen.length];
        for (int i = 0; i < chosen.length; i++) {
            int length = lengths[chosen[i]];
            places[i] = (long) chosen[i] * capacity + length;
            last[i] = length;
            longest = Math.max(longest, length + 1);
            shortest = Math.min(shortest, length + 1);
        }
        Tensor at = onDevice(places); // (B)
        Tensor lasts = shortest == longest ? null : onDevice(last); // (B)
        Rows looked = new Rows(chosen[0], chosen.length, scattered(chosen), longest);
        Map<Integer, Tensor> masks = new HashMap<>(); // by window: blocks of one kind share theirs
        return (block, window, k, v) -> {
            Tensor allKeys = keep(keys.get(block), k, at, looked); // (B, G, S, K)
            Tensor allValues = keep(values.get(block), v, at, looked); // (B, G, S, K)
            long seen = allKeys.size(2);
            if (lasts != null) {
                return new PastKeysAndValues.Seen(
                        allKeys, allValues, masks.computeIfAbsent(window, own -> mask(lasts, seen, own)));
            }
            long from = window > 0 ? Math.max(0, seen - window) : 0;
            return new PastKeysAndValues.Seen(
                    allKeys.narrow(2, from, seen - from), allValues.narrow(2, from, seen - from), null);
        };
    }

    /** What rows hold, of each block, to which nothing is added: keys and values given are left alone. */
    PastKeysAndValues held(int[] chosen) {
        int longest = Arrays.stream(chosen).map(row -> lengths[row]).max().orElseThrow();
        boolean equal = Arrays.stream(chosen).allMatch(row -> lengths[row] == longest);
        long[] last = Arrays.stream(chosen).mapToLong(row -> lengths[row] - 1L).toArray();
        Tensor mask = equal ? null : mask(onDevice(last), longest, 0); // (B, 1, 1, S)
        Rows looked = new Rows(chosen[0], chosen.length, scattered(chosen), longest);
        return (block, window, k, v) -> new PastKeysAndValues.Seen(
                looked.of(keys.get(block).narrow(1, 0, longest)).transpose(1, 2),
                looked.of(values.get(block).narrow(1, 0, longest)).transpose(1, 2),
                mask);
    }

    /** (B), or null where rows follow each other. */
    private Tensor scattered(int[] chosen) {
        return areConsecutive(chosen)
                ? null
                : onDevice(Arrays.stream(chosen).asLongStream().toArray());
    }

    /** (B, G, 1, K) into the cache; (B, G, S, K) out of it. */
    private Tensor keep(Tensor cache, Tensor fresh, Tensor at, Rows rows) {
        cache.view(-1, heads, headWidth).index_copy_(0, at, fresh.view(fresh.size(0), heads, headWidth));
        return rows.of(cache.narrow(1, 0, rows.seen)).transpose(1, 2); // (B, G, S, K)
    }

    /**
     * Rows of the cache that are looked at.
     *
     * @param scattered (B), their indices; null where they are {@code count} rows from {@code first} on, of which a view
     *     is enough
     * @param seen S
     */
    private record Rows(int first, int count, Tensor scattered, int seen) {
        /** (R, S, G, K) to (B, S, G, K) */
        Tensor of(Tensor all) {
            return scattered == null ? all.narrow(0, first, count) : all.index_select(0, scattered);
        }
    }

    private static boolean areConsecutive(int[] chosen) {
        for (int i = 1; i < chosen.length; i++) {
            if (chosen[i] != chosen[i - 1] + 1) {
                return false;
            }
        }
        return true;
    }

    /**
     * What rows of different lengths look at: what there is of each, of a window the last W. (B, 1, 1, S)
     *
     * @param lasts (B), where each row's last token stands
     */
    private Tensor mask(Tensor lasts, long longest, int window) {
        Tensor positions = torch.arange(new Scalar((double) longest)).to(like.device(), ScalarType.Long); // (S)
        Tensor places = positions.view(1, 1, 1, longest);
        Tensor ends = lasts.view(-1, 1, 1, 1);
        Tensor there = places.le(ends); // (B, 1, 1, S)
        return window == 0 ? there : there.logical_and(places.gt(ends.sub(new Scalar((double) window))));
    }

    private Tensor onDevice(long[] indices) {
        return Tensor.create(indices).to(like.device(), ScalarType.Long);
    }

    @Override
    public void close() {
        for (int block = 0; block < keys.size(); block++) {
            keys.get(block).releaseReference();
            values.get(block).releaseReference();
        }
        keys.clear();
        values.clear();
    }
}
