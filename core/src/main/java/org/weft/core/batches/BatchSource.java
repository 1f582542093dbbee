package org.weft.core.batches;

import java.io.IOException;
import java.util.List;

/**
 * Where batches come from; what a batch holds depends on its name alone.
 *
 * @param <B> what the run's replicas compute with
 */
public interface BatchSource<B extends MicroBatch> extends AutoCloseable {

    /** Micro-batch {@code microBatch} of a lane of a step. */
    B training(int step, int lane, int microBatch) throws IOException;

    /** Whose each sequence of that micro-batch is, by the source's name; empty where the data are one whole. */
    default List<String> sources(int step, int lane, int microBatch) throws IOException {
        return List.of();
    }

    /** Things to predict in the whole global batch of a step: what its loss is a mean over. */
    double targets(int step) throws IOException;

    /** Validation micro-batch {@code index}; the last one may hold fewer sequences. */
    B validation(int index) throws IOException;

    /** What the loss of a validation micro-batch is a mean over, counted as {@link #targets} counts. */
    default double validationTargets(int index, B batch) {
        return batch.targetCount();
    }

    @Override
    void close() throws IOException;
}
