package org.weft.core.optim;

import java.util.List;
import org.weft.core.params.Bucket;
import org.weft.core.params.MatrixPart;
import org.weft.core.params.Parameter;

/**
 * Buckets, one after the other, in which a matrix is that is moved as a whole.
 *
 * @param states of each bucket; gradients are not changed
 */
public record MatrixBuckets(List<Bucket> buckets, List<Optimizer.State> states) {

    /** Takes elements that follow one another in one bucket, of a part of a matrix in one row. */
    @FunctionalInterface
    interface Elements {
        /**
         * @param from the first in the bucket
         * @param to after the last
         * @param at how many of the matrix's, or its part's, came before
         */
        void accept(Optimizer.State state, int from, int to, int at);
    }

    /** All elements of a parameter, bucket by bucket. */
    void forEach(Parameter parameter, Elements elements) {
        forRun(parameter.offset(), parameter.size(), 0, elements);
    }

    /** All elements of a part of a matrix, row by row. */
    void forEach(Parameter matrix, MatrixPart part, Elements elements) {
        int[] at = {0};
        part.forEach(matrix, (offset, length) -> {
            forRun(offset, length, at[0], elements);
            at[0] += length;
        });
    }

    private void forRun(long offset, long length, int at, Elements elements) {
        long end = offset + length;
        for (int i = 0; i < buckets.size(); i++) {
            Bucket bucket = buckets.get(i);
            long from = Math.max(offset, bucket.offset());
            long to = Math.min(end, bucket.end());
            if (from < to) {
                elements.accept(
                        states.get(i),
                        (int) (from - bucket.offset()),
                        (int) (to - bucket.offset()),
                        at + (int) (from - offset));
            }
        }
    }
}
