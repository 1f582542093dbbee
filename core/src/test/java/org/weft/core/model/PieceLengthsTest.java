package org.weft.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.ModelConfig;
import org.weft.core.params.ParameterLayout;

/** Pieces of a pass against where the family says that each parameter stands. */
class PieceLengthsTest {
    private static final int VOCABULARY = 41;

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama", "mixtral", "gemma2", "gpt_neox", "bert", "distilbert", "modernbert"})
    void piecesAreTheVector(String architecture) {
        ModelConfig model = ConfigLoader.load(
                        "test",
                        "{run: {dir: /none}, model: {architecture: " + architecture
                                + ", layers: 3, width: 16, heads: 2, context: 8, dropout: 0}}",
                        List.of())
                .model();
        ModelShape shape = new ModelShape(model, VOCABULARY);
        ParameterLayout layout = shape.layout();
        PieceLengths lengths = PieceLengths.of(shape.family(), model, layout, true);
        long[] counted = new long[model.blocks() + 2];
        int[] places = shape.family().blocksOf(layout, model);
        for (int i = 0; i < places.length; i++) {
            counted[places[i] + 1] += layout.parameters().get(i).size();
        }
        assertThat(lengths.embeddings()).isEqualTo(counted[0]).isPositive();
        assertThat(lengths.blocks()).containsExactly(counted[1], counted[2], counted[3]);
        assertThat(lengths.tail()).isEqualTo(counted[4]);
        assertThat(lengths.embeddings() + lengths.allBlocks() + lengths.tail()).isEqualTo(layout.size());
        assertThat(lengths.blocks()).contains(lengths.longestBlock());
    }
}
