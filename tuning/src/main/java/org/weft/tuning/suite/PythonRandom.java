package org.weft.tuning.suite;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.math3.random.MersenneTwister;

/**
 * Python's {@code random.Random} as far as {@code sample} needs it, so that drawn examples are the harness's. Owned by one
 * thread.
 */
final class PythonRandom {
    /** Of a small sample: what CPython takes a list's place to be worth, in entries of a set. */
    private static final int SMALL_SET = 21;

    private final MersenneTwister bits;

    PythonRandom(int seed) {
        bits = new MersenneTwister(new int[] {seed});
    }

    /** {@code sample(range(population), count)}. */
    List<Integer> sample(int population, int count) {
        List<Integer> drawn = new ArrayList<>();
        if (population <= setSize(count)) {
            List<Integer> left = new ArrayList<>();
            for (int i = 0; i < population; i++) {
                left.add(i);
            }
            for (int i = 0; i < count; i++) {
                int at = below(population - i);
                drawn.add(left.get(at));
                left.set(at, left.get(population - i - 1));
            }
            return drawn;
        }
        Set<Integer> seen = new HashSet<>();
        while (drawn.size() < count) {
            int at = below(population);
            if (seen.add(at)) {
                drawn.add(at);
            }
        }
        return drawn;
    }

    private static int setSize(int count) {
        return count <= 5 ? SMALL_SET : SMALL_SET + (1 << 2 * (int) Math.ceil(Math.log(count * 3.0) / Math.log(4)));
    }

    /** {@code _randbelow}: as many bits as the bound has, until they are below it. */
    private int below(int bound) {
        int width = Integer.SIZE - Integer.numberOfLeadingZeros(bound);
        int value = bits.nextInt() >>> (Integer.SIZE - width);
        while (value >= bound) {
            value = bits.nextInt() >>> (Integer.SIZE - width);
        }
        return value;
    }
}
