package org.weft.dl4j.data;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.weft.core.batches.MicroBatch;

/**
 * Examples of one micro-batch; owns their memory, which lies outside of the heap.
 *
 * @param data features, labels and masks, examples along dimension 0
 * @param examples along dimension 0; padding and masked time steps count as part of their example
 */
public record ExampleBatch(MultiDataSet data, int examples) implements MicroBatch, AutoCloseable {

    @Override
    public long targetCount() {
        return examples;
    }

    /** Gives the memory back at once: the heap's collector does not see how much it is. */
    @Override
    public void close() {
        free(data);
    }

    static void free(MultiDataSet data) {
        Stream.of(data.getFeatures(), data.getLabels(), data.getFeaturesMaskArrays(), data.getLabelsMaskArrays())
                .filter(Objects::nonNull)
                .flatMap(Arrays::stream)
                .filter(array -> array != null && !array.wasClosed() && array.closeable())
                .forEach(INDArray::close);
    }
}
