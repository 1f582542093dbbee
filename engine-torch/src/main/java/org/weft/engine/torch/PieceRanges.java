package org.weft.engine.torch;

import java.util.ArrayList;
import java.util.List;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Parameter;
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
        long end = embeddingsLearn ? offsetOf(shape.family().blockPrefix(shape.config(), 0), layout) : 0;
        FlatRange embeddings = new FlatRange(0, end);
        List<FlatRange> blocks = new ArrayList<>();
        for (int block = 0; block < shape.config().blocks(); block++) {
            FlatRange range = new FlatRange(end, lengthOf(shape.family().blockPrefix(shape.config(), block), layout));
            blocks.add(range);
            end = range.end();
        }
        return new PieceRanges(embeddings, blocks, new FlatRange(end, layout.size() - end));
    }

    private static long offsetOf(String prefix, ParameterLayout layout) {
        return layout.parameters().stream()
                .filter(parameter -> parameter.name().startsWith(prefix))
                .findFirst()
                .orElseThrow()
                .offset();
    }

    private static long lengthOf(String prefix, ParameterLayout layout) {
        return layout.parameters().stream()
                .filter(parameter -> parameter.name().startsWith(prefix))
                .mapToLong(Parameter::size)
                .sum();
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
}
