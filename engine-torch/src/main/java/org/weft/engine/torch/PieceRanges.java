package org.weft.engine.torch;

import java.util.ArrayList;
import java.util.List;
import org.weft.core.model.ModelShape;
import org.weft.core.model.PieceLengths;
import org.weft.core.params.ParameterLayout;

/**
 * Which run of the flat vector each piece of a pass is computed with: what is looked up, the blocks, and what comes after them.
 * Together they are the vector.
 *
 * @param embeddings from the vector's beginning; nothing where they do not learn
 * @param blocks nothing where none of a block's parameters learns
 */
record PieceRanges(FlatRange embeddings, List<FlatRange> blocks, FlatRange tail) {

    static PieceRanges of(ModelShape shape, ParameterLayout layout, boolean embeddingsLearn) {
        PieceLengths lengths = PieceLengths.of(shape.family(), shape.config(), layout, embeddingsLearn);
        FlatRange embeddings = new FlatRange(0, lengths.embeddings());
        List<FlatRange> blocks = new ArrayList<>();
        long end = embeddings.end();
        for (long length : lengths.blocks()) {
            FlatRange range = new FlatRange(end, length);
            blocks.add(range);
            end = range.end();
        }
        return new PieceRanges(embeddings, blocks, new FlatRange(end, lengths.tail()));
    }

    /** The first block of which something learns. */
    int firstLearning() {
        int block = 0;
        while (embeddings.length() == 0
                && block < blocks.size()
                && blocks.get(block).length() == 0) {
            block++;
        }
        return block;
    }

    /** Of the largest block. */
    long longestBlock() {
        return blocks.stream().mapToLong(FlatRange::length).max().orElse(0);
    }
}
