package org.weft.driver.plan;

import java.util.List;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Parameter;

/**
 * Elements of what a worker holds of a model that it streams.
 *
 * @param embeddings that stay while a pass lasts
 * @param block the largest: one at a time
 * @param tail what comes after the blocks
 * @param blocks all of them
 */
record StreamedRanges(long embeddings, long block, long tail, long blocks) {

    static StreamedRanges of(ModelShape shape) {
        List<Parameter> parameters = shape.layout().parameters();
        int[] places = shape.family().blocksOf(shape.layout(), shape.config());
        long[] lengths = new long[shape.config().blocks() + 2];
        for (int i = 0; i < places.length; i++) {
            lengths[places[i] + 1] += parameters.get(i).size();
        }
        long largest = 0;
        long blocks = 0;
        for (int block = 1; block <= shape.config().blocks(); block++) {
            largest = Math.max(largest, lengths[block]);
            blocks += lengths[block];
        }
        return new StreamedRanges(lengths[0], largest, lengths[lengths.length - 1], blocks);
    }

    /** At a time. */
    long held() {
        return embeddings + block + tail;
    }

    /** The longest range whose lanes' gradients are summed at a time. */
    long longest() {
        return Math.max(block, Math.max(embeddings, tail));
    }
}
