package org.weft.core;

/**
 * SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014) by counter: output n of a
 * sequence is a function of (start, n) alone. What is drawn with it is part of what makes two runs the same.
 */
public final class SplitMix64 {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
    private static final double UNIT = 0x1.0p-53;

    private SplitMix64() {}

    /** The finalizer: a bijection of 64 bits in which every input bit moves every output bit. */
    public static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** Output n, from 0 on, of the sequence that starts at {@code start}. */
    public static long output(long start, long n) {
        return mix(start + (n + 1) * GOLDEN_GAMMA);
    }

    /** Output n as a number in [0, 1). */
    public static double uniform(long start, long n) {
        return (output(start, n) >>> 11) * UNIT;
    }

    /** A start that depends on every one of some numbers and on their order. */
    public static long start(long seed, long... parts) {
        long state = mix(seed);
        for (long part : parts) {
            state = mix(state + GOLDEN_GAMMA + part);
        }
        return state;
    }
}
