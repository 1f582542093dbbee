package org.weft.corpus.dedup;

import org.weft.core.SplitMix64;

/** Hashes, 64 bits, of all runs of some lengths in a text, one length beside the other. Owned by one thread. */
final class RunHashes {
    private static final long BASE = 0x9E3779B97F4A7C15L;

    private final TextUnits units = new TextUnits();

    /** Told each hash; false ends the search. */
    @FunctionalInterface
    interface Taker {
        boolean take(long hash);
    }

    /** @param lengths ascending */
    void of(byte[] utf8, int[] lengths, Taker taker) {
        if (lengths.length == 0) {
            return;
        }
        int longest = lengths[lengths.length - 1];
        long[] window = new long[longest];
        long[] rolling = new long[lengths.length];
        long[] outgoing = new long[lengths.length];
        for (int i = 0; i < lengths.length; i++) {
            outgoing[i] = power(lengths[i]);
        }
        units.begin(utf8);
        for (long seen = 0; units.next(); seen++) {
            for (int i = 0; i < lengths.length; i++) {
                long left = seen < lengths[i] ? 0 : window[(int) ((seen - lengths[i]) % longest)];
                rolling[i] = rolling[i] * BASE + units.hash() - left * outgoing[i];
                if (seen + 1 >= lengths[i] && !taker.take(SplitMix64.mix(rolling[i] + lengths[i]))) {
                    return;
                }
            }
            window[(int) (seen % longest)] = units.hash();
        }
    }

    private static long power(int exponent) {
        long power = 1;
        for (int i = 0; i < exponent; i++) {
            power *= BASE;
        }
        return power;
    }
}
