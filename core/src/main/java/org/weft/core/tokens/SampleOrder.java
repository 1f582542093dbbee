package org.weft.core.tokens;

import org.weft.core.SplitMix64;

/**
 * The order in which training sees the samples of a split: a permutation of [0, n) for each epoch, computed from
 * (seed, epoch) and stored nowhere, so that any worker finds the sample of any position alone and a resumed run needs
 * no state.
 *
 * <p>A balanced Feistel network of {@value #ROUNDS} rounds permutes the numbers of 2h bits, where 2^(2h) is the
 * smallest such power that is at least n (Luby and Rackoff, "How to construct pseudorandom permutations", 1988).
 * Results of n or more are permuted again until one is below n: cycle walking, which keeps the map a bijection of
 * [0, n) (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002, section 3) and takes fewer than 4 turns on
 * average because 2^(2h) is less than 4n. The round function is the finalizer of {@link SplitMix64}. It is no
 * cipher and need not be one.
 *
 * <p>The numbers are part of what makes two runs the same: changing them changes every run's samples.
 */
public final class SampleOrder {
    private static final int ROUNDS = 8;
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private final long seed;
    private final long n;
    private final int halfBits;
    private final long halfMask;

    /**
     * @param n samples, at least 1 and at most 2^62
     */
    public SampleOrder(long seed, long n) {
        if (n < 1 || n > 1L << 62) {
            throw new IllegalArgumentException("samples: n=" + n + " must be in [1, 2^62]");
        }
        this.seed = seed;
        this.n = n;
        int bits = Long.SIZE - Long.numberOfLeadingZeros(n - 1);
        this.halfBits = Math.max(1, (bits + 1) / 2);
        this.halfMask = (1L << halfBits) - 1;
    }

    public long samples() {
        return n;
    }

    /** The sample at a position of the endless sequence of epochs. */
    public long sample(long position) {
        return sample(position / n, position % n);
    }

    /** The sample at an index of an epoch. */
    public long sample(long epoch, long index) {
        if (epoch < 0 || index < 0 || index >= n) {
            throw new IndexOutOfBoundsException("epoch=" + epoch + " index=" + index + " samples=" + n);
        }
        long key = SplitMix64.mix(seed + GOLDEN_GAMMA * (epoch + 1));
        long value = index;
        do {
            value = permute(key, value);
        } while (value >= n);
        return value;
    }

    private long permute(long key, long value) {
        long left = value >>> halfBits;
        long right = value & halfMask;
        for (int round = 1; round <= ROUNDS; round++) {
            long next = left
                    ^ (SplitMix64.mix(key + GOLDEN_GAMMA * round + SplitMix64.mix(right + GOLDEN_GAMMA)) & halfMask);
            left = right;
            right = next;
        }
        return left << halfBits | right;
    }
}
