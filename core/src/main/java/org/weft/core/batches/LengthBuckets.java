package org.weft.core.batches;

import java.util.Arrays;
import java.util.Comparator;
import org.weft.core.SplitMix64;
import org.weft.core.examples.ExampleSet;
import org.weft.core.tokens.SampleOrder;

/**
 * Which examples each step sees, so that those of a step are of about one length. The examples of a group of
 * some steps are those at the group's positions of {@link SampleOrder}: as many as the steps need, every one
 * once an epoch. They are sorted by length and cut into the steps' batches, whose order within the group is drawn:
 *
 * <pre>
 *   positions   [ group g: buckets * global_batch examples                       ]
 *   sorted      [ shortest: one batch ][ a batch ] ...            [ longest      ]
 *   steps         g*buckets + 2         g*buckets    ...            g*buckets + 1
 * </pre>
 *
 * Arithmetic on (seed, step) and the lengths: who asks and what was asked before change nothing. The last group is kept, as
 * one immutable object, so it is safe for use by many threads.
 */
final class LengthBuckets {
    private static final long GROUP_ORDER = 0x6c656e67746873L;

    private final ExampleSet examples;
    private final SampleOrder order;
    private final int globalBatch;
    private final int buckets;
    private final long seed;
    private volatile Group last;

    /** @param chosen (buckets, global batch): numbers of examples, step after step */
    private record Group(long number, int[] chosen) {}

    /** @param buckets steps of a group; at most an epoch's, or an example would stand beside itself */
    LengthBuckets(ExampleSet examples, long seed, int globalBatch, int buckets) {
        this.examples = examples;
        this.order = new SampleOrder(seed, examples.size());
        this.globalBatch = globalBatch;
        this.buckets = Math.max(1, Math.min(buckets, examples.size() / globalBatch));
        this.seed = seed;
    }

    /** The examples of a step, by length. (global batch) */
    int[] step(int step) {
        long number = step / buckets;
        Group group = last;
        if (group == null || group.number() != number) {
            group = new Group(number, group(number));
            last = group;
        }
        int from = step % buckets * globalBatch;
        return Arrays.copyOfRange(group.chosen(), from, from + globalBatch);
    }

    private int[] group(long number) {
        int size = Math.multiplyExact(buckets, globalBatch);
        Integer[] sorted = new Integer[size];
        for (int i = 0; i < size; i++) {
            sorted[i] = Math.toIntExact(order.sample(number * size + i));
        }
        Arrays.sort(sorted, Comparator.comparingInt(examples::length)); // stable: ties stay in order of position
        int[] chosen = new int[size];
        int[] places = shuffled(SplitMix64.start(seed, GROUP_ORDER, number));
        for (int batch = 0; batch < buckets; batch++) {
            for (int i = 0; i < globalBatch; i++) {
                chosen[places[batch] * globalBatch + i] = sorted[batch * globalBatch + i];
            }
        }
        return chosen;
    }

    /** A permutation of the group's steps (Fisher-Yates). */
    private int[] shuffled(long key) {
        int[] places = new int[buckets];
        for (int i = 0; i < buckets; i++) {
            int other = (int) (SplitMix64.uniform(key, i) * (i + 1));
            places[i] = places[other];
            places[other] = i;
        }
        return places;
    }
}
