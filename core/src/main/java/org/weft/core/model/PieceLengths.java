package org.weft.core.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.weft.core.config.ModelConfig;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;

/**
 * Elements of the flat vector that each piece of a pass is computed with: what is looked up, the blocks, and what comes after them.
 * In this order they are the vector.
 *
 * @param embeddings 0 where they do not learn
 * @param blocks 0 where none of a block's parameters learns
 */
public record PieceLengths(long embeddings, List<Long> blocks, long tail) {

    /** @param layout of the model, adapted or not */
    public static PieceLengths of(Family family, ModelConfig model, ParameterLayout layout, boolean embeddingsLearn) {
        long embeddings = embeddingsLearn ? offsetOf(family.blockPrefix(model, 0), layout) : 0;
        long tail = layout.size() - embeddings;
        List<Long> blocks = new ArrayList<>();
        for (int block = 0; block < model.blocks(); block++) {
            long length = lengthOf(family.blockPrefix(model, block), layout);
            blocks.add(length);
            tail -= length;
        }
        return new PieceLengths(embeddings, Collections.unmodifiableList(blocks), tail);
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

    /** Of the largest block. */
    public long longestBlock() {
        return blocks.stream().mapToLong(Long::longValue).max().orElse(0);
    }

    public long allBlocks() {
        return blocks.stream().mapToLong(Long::longValue).sum();
    }
}
