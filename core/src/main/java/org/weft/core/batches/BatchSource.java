package org.weft.core.batches;

import java.io.IOException;
import java.util.List;
import org.weft.core.WeftException;

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

    /** Training examples that {@link #example} knows by number. */
    default long examples() throws IOException {
        throw untold();
    }

    /**
     * One training example by its number, as a micro-batch of its own: of a step that draws its examples by itself.
     *
     * @param step what is drawn about the example, such as which of its tokens are masked, is drawn anew for each
     */
    default B example(int step, long number) throws IOException {
        throw untold();
    }

    private static WeftException untold() {
        return WeftException.usage(
                "privacy: what is trained here is not told apart by examples", "leave the section privacy out");
    }

    /** Validation micro-batch {@code index}; the last one may hold fewer sequences. */
    B validation(int index) throws IOException;

    /** What the loss of a validation micro-batch is a mean over, counted as {@link #targets} counts. */
    default double validationTargets(int index, B batch) {
        return batch.targetCount();
    }

    @Override
    void close() throws IOException;
}
