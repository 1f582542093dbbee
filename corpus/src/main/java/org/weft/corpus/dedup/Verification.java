package org.weft.corpus.dedup;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import scala.Tuple2;

/**
 * Shingles, sorted by place, to the pairs that are similar: each candidate's Jaccard is computed, whatever the sketches
 * said. Memory: the shingles of two documents.
 *
 * <pre>
 *   bytes  0..20  the document that stays, a node
 *   bytes 21..41  the one that goes
 *   bytes 42..49  their Jaccard, a double
 * </pre>
 */
final class Verification implements Iterator<Verification.Part> {
    static final int JACCARD = 2 * Nodes.BYTES;
    static final int WIDTH = JACCARD + Double.BYTES;

    /** Steps of the histogram: 0.05 each, the last for what is equal in all shingles too. */
    static final int STEPS = 20;

    private static final int PART_RECORDS = 1024;

    /**
     * Some of a partition's results.
     *
     * @param pairs records of similar pairs
     * @param histogram candidates by their Jaccard
     */
    record Part(byte[] pairs, long[] histogram) implements Serializable {}

    private final Iterator<Tuple2<byte[], int[]>> sorted;
    private final double threshold;
    private byte[] place = new byte[RequestedSets.WIDTH];
    private int[] first;

    Verification(Iterator<Tuple2<byte[], int[]>> sorted, double threshold) {
        this.sorted = sorted;
        this.threshold = threshold;
    }

    @Override
    public boolean hasNext() {
        return sorted.hasNext();
    }

    @Override
    public Part next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        byte[] pairs = new byte[PART_RECORDS * WIDTH];
        long[] histogram = new long[STEPS];
        int used = 0;
        while (used < pairs.length && sorted.hasNext()) {
            Tuple2<byte[], int[]> document = sorted.next();
            byte[] key = document._1();
            if (first == null
                    || !Arrays.equals(key, 0, RequestedSets.DOCUMENT, place, 0, RequestedSets.DOCUMENT)
                    || Nodes.same(key, 0, key, RequestedSets.DOCUMENT)) {
                place = key;
                first = requireFirst(document);
                continue;
            }
            double jaccard = Shingler.jaccard(first, document._2());
            histogram[step(jaccard)]++;
            if (jaccard >= threshold) {
                System.arraycopy(key, 0, pairs, used, Nodes.BYTES);
                System.arraycopy(key, RequestedSets.DOCUMENT, pairs, used + Nodes.BYTES, Nodes.BYTES);
                Nodes.LONG.set(pairs, used + JACCARD, Double.doubleToLongBits(jaccard));
                used += WIDTH;
            }
        }
        return new Part(Arrays.copyOf(pairs, used), histogram);
    }

    private static int[] requireFirst(Tuple2<byte[], int[]> document) {
        if (!Nodes.same(document._1(), 0, document._1(), RequestedSets.DOCUMENT)) {
            throw new IllegalStateException("shingles of a pair's first document are missing");
        }
        return document._2();
    }

    /** The histogram's step of a Jaccard; 0.8 and 1 are steps' beginnings as doubles too. */
    static int step(double jaccard) {
        return Math.min(STEPS - 1, (int) (jaccard * STEPS));
    }
}
