package org.weft.driver.plan;

import org.weft.core.model.ModelShape;
import org.weft.core.model.PieceLengths;

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
        PieceLengths lengths = PieceLengths.of(shape.family(), shape.config(), shape.layout(), true);
        return new StreamedRanges(lengths.embeddings(), lengths.longestBlock(), lengths.tail(), lengths.allBlocks());
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
