package org.weft.worker.data;

import java.io.IOException;

/** Where batches come from; what a batch holds depends on its name alone. */
public interface BatchSource extends AutoCloseable {

    /** Micro-batch {@code microBatch} of a lane of a step. */
    Batch training(int step, int lane, int microBatch) throws IOException;

    /** Validation micro-batch {@code index}; the last one may hold fewer sequences. */
    Batch validation(int index) throws IOException;

    @Override
    void close() throws IOException;
}
