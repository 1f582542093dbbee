package org.weft.parameterserver.reduce;

import java.util.ArrayDeque;
import java.util.Deque;
import org.weft.core.lanes.LaneSum;
import org.weft.core.lanes.TreeNode;
import org.weft.core.protocol.BucketHeader;

/**
 * The lane tree of one bucket during one step. Nodes come in any order, more than once, and in any cut of the lanes;
 * the sum is always the tree's.
 *
 * <p>Of the nodes that have come, those that no other covers are kept. A node meets its sibling: both become their
 * parent. A node that is covered already is a duplicate and is dropped; one that covers kept nodes replaces them, for
 * it is their sum. Nodes nest or are disjoint, so there is no third case.
 *
 * <p>Arrays are taken from {@link #borrow()} and given back by the accumulator itself, so that a steady run allocates
 * nothing; kept arrays never exceed the nodes that workers push for a bucket. Safe for use by many threads.
 */
final class BucketAccumulator {
    private static final int ROOT = 1;

    private final int lanes;
    private final int length;
    /** Kept sums by heap index: the root is 1, the children of n are 2n and 2n + 1, lane l is {@code lanes + l}. */
    private final float[][] kept;

    private final Deque<float[]> spare = new ArrayDeque<>();
    private int generation = -1;
    private int step = -1;

    BucketAccumulator(int lanes, int length) {
        this.lanes = lanes;
        this.length = length;
        this.kept = new float[2 * lanes][];
    }

    /** An array for one node's bucket; its content is arbitrary. */
    synchronized float[] borrow() {
        float[] array = spare.poll();
        return array == null ? new float[length] : array;
    }

    synchronized void giveBack(float[] array) {
        spare.push(array);
    }

    /**
     * Takes a node's sum. One of another generation or step is dropped.
     *
     * @param sum from {@link #borrow()}; belongs to the accumulator from now on
     * @return whether this completed the root
     */
    synchronized boolean add(BucketHeader header, float[] sum) {
        int at = heapIndex(header.node());
        if (header.generation() != generation || header.step() != step || isCovered(at)) {
            giveBack(sum);
            return false;
        }
        dropCoveredBy(at);
        while (at > ROOT && kept[at ^ 1] != null) {
            float[] sibling = kept[at ^ 1];
            kept[at ^ 1] = null;
            LaneSum.add(sibling, sum, length);
            giveBack(sum);
            sum = sibling;
            at >>= 1;
        }
        kept[at] = sum;
        return at == ROOT;
    }

    /** The sum over all lanes; only after {@link #add} has returned true. */
    synchronized float[] root() {
        return kept[ROOT];
    }

    /** Forgets everything: the start of a step. */
    synchronized void begin(int newGeneration, int newStep) {
        generation = newGeneration;
        step = newStep;
        for (int i = ROOT; i < kept.length; i++) {
            release(i);
        }
    }

    private boolean isCovered(int at) {
        for (int ancestor = at; ancestor >= ROOT; ancestor >>= 1) {
            if (kept[ancestor] != null) {
                return true;
            }
        }
        return false;
    }

    private void dropCoveredBy(int at) {
        for (int first = 2 * at, count = 2; first < kept.length; first *= 2, count *= 2) {
            for (int i = first; i < first + count; i++) {
                release(i);
            }
        }
    }

    private void release(int i) {
        if (kept[i] != null) {
            giveBack(kept[i]);
            kept[i] = null;
        }
    }

    private int heapIndex(TreeNode node) {
        int width = lanes >> node.level();
        if (node.index() >= width) {
            throw new IllegalArgumentException(
                    "no such node in a tree of " + lanes + " lanes: level=" + node.level() + " index=" + node.index());
        }
        return width + node.index();
    }
}
