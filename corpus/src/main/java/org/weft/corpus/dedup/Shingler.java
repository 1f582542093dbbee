package org.weft.corpus.dedup;

import java.util.Arrays;
import org.weft.core.SplitMix64;

/**
 * Texts as sets of shingles. A shingle is {@code ngram} units of {@link TextUnits} in a row, as a hash of 32 bits; a text of
 * fewer units is one shingle. Two texts are as similar as their sets: intersection over union (Jaccard).
 *
 * <p>A set is a sorted array. Of a text with more than {@value #MOST} different shingles it has the smallest, and two sets
 * are compared as far as both reach: a sample of a million, by the same rule for every text. Among n shingles two are the
 * same by chance with a probability of n / 2^32 each, which moves a Jaccard by less than 0.0005. Owned by one thread; memory:
 * 8 MB at most, what a text needs itself apart.
 */
final class Shingler {
    /** Shingles of a set at most. */
    static final int MOST = 1 << 20;

    private static final long BASE = 0x9E3779B97F4A7C15L;
    private static final int[] NONE = new int[0];

    private final TextUnits units = new TextUnits();
    private final long[] window;
    private final long outgoing;
    private int[] found = new int[1 << 10];
    private int count;

    Shingler(int ngram) {
        this.window = new long[ngram];
        long power = 1;
        for (int i = 0; i < ngram; i++) {
            power *= BASE;
        }
        this.outgoing = power;
    }

    /** The text's shingles; none where it has neither letter nor digit. */
    int[] of(byte[] utf8) {
        units.begin(utf8);
        count = 0;
        Arrays.fill(window, 0);
        int slot = 0;
        long seen = 0;
        long rolling = 0;
        while (units.next()) {
            rolling = rolling * BASE + units.hash() - window[slot] * outgoing;
            window[slot] = units.hash();
            slot = slot + 1 == window.length ? 0 : slot + 1;
            if (++seen >= window.length) {
                add((int) SplitMix64.mix(rolling));
            }
        }
        if (seen == 0) {
            return NONE;
        }
        if (seen < window.length) {
            add((int) SplitMix64.mix(rolling));
        }
        condense();
        return Arrays.copyOf(found, count);
    }

    private void add(int shingle) {
        if (count == found.length) {
            if (count == 2 * MOST) {
                condense();
            } else {
                found = Arrays.copyOf(found, 2 * count);
            }
        }
        found[count++] = shingle;
    }

    /** Sorts, and keeps each once and the smallest of too many. */
    private void condense() {
        Arrays.sort(found, 0, count);
        int kept = 0;
        for (int i = 0; i < count && kept < MOST; i++) {
            if (kept == 0 || found[i] != found[kept - 1]) {
                found[kept++] = found[i];
            }
        }
        count = kept;
    }

    /** Intersection over union of two sets; 0 where one is empty. */
    static double jaccard(int[] a, int[] b) {
        int limit = Math.min(reach(a), reach(b));
        int i = 0;
        int j = 0;
        int common = 0;
        int either = 0;
        while (i < a.length && j < b.length) {
            int left = a[i];
            int right = b[j];
            if (Math.min(left, right) > limit) {
                break;
            }
            i += left <= right ? 1 : 0;
            j += right <= left ? 1 : 0;
            common += left == right ? 1 : 0;
            either++;
        }
        either += rest(a, i, limit) + rest(b, j, limit);
        return either == 0 ? 0 : (double) common / either;
    }

    private static int reach(int[] set) {
        return set.length == MOST ? set[MOST - 1] : Integer.MAX_VALUE;
    }

    private static int rest(int[] set, int from, int limit) {
        if (limit == Integer.MAX_VALUE) {
            return set.length - from;
        }
        int more = 0;
        for (int i = from; i < set.length && set[i] <= limit; i++) {
            more++;
        }
        return more;
    }
}
