package org.weft.core.params;

import java.io.Serializable;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Where buckets begin that are not all equally long: anew at a {@linkplain WholeMatrix matrix} for which there is no room in the bucket
 * before. So a matrix is in one bucket, with others perhaps, or is all of several buckets and the beginning of one more.
 */
final class BucketCuts implements Serializable {
    private static final long serialVersionUID = 1L;

    private final int elements;
    private final BitSet within = new BitSet();
    /** Offset of each bucket's first element, rising; the first {@link #count} are there. */
    private long[] starts = new long[16];

    private int count;
    private long end;

    /**
     * @param matrices in the order in which they stand
     * @param elements of the longest bucket
     */
    BucketCuts(long size, List<WholeMatrix> matrices, int elements) {
        this.elements = elements;
        for (WholeMatrix matrix : matrices) {
            fill(matrix.parameter().offset(), false);
            if (room() < matrix.parameter().size()) {
                begin(false);
            }
            fill(matrix.parameter().end(), true);
        }
        fill(size, false);
    }

    /** Elements up to a place go to the bucket at hand while there is room, and to new ones. */
    private void fill(long to, boolean inMatrix) {
        boolean first = true;
        while (end < to) {
            if (room() == 0) {
                begin(inMatrix && !first);
            }
            end += Math.min(room(), to - end);
            first = false;
        }
    }

    private long room() {
        return count == 0 ? 0 : starts[count - 1] + elements - end;
    }

    private void begin(boolean inMatrix) {
        if (room() == elements) {
            return; // Nothing is in it yet.
        }
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, 2 * count);
        }
        within.set(count, inMatrix);
        starts[count++] = end;
    }

    int count() {
        return count;
    }

    Bucket bucket(int index) {
        long next = index + 1 < count ? starts[index + 1] : end;
        return new Bucket(index, starts[index], (int) (next - starts[index]));
    }

    int bucketOf(long offset) {
        int at = Arrays.binarySearch(starts, 0, count, offset);
        return at < 0 ? -at - 2 : at;
    }

    /** Whether a bucket begins within a matrix, which it is of. */
    boolean continues(int index) {
        return within.get(index);
    }
}
