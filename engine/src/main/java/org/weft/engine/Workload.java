package org.weft.engine;

import java.io.IOException;
import java.io.Serializable;
import org.weft.core.batches.BatchSource;
import org.weft.core.batches.MicroBatch;
import org.weft.core.params.ParameterLayout;

/**
 * What a run trains, and on what: all in which pre-training, fine-tuning and other libraries' networks differ. It travels
 * to every worker's task.
 *
 * @param <B> what its replicas compute with
 */
public interface Workload<B extends MicroBatch> extends Serializable {

    /** The parameters that servers own and workers pull. */
    ParameterLayout layout();

    /**
     * Opens a replica; the calling thread owns it. What is no server's (frozen parameters) is loaded here.
     *
     * @param device {@code cpu}, or {@code cuda:N} for the Nth GPU that this process sees
     */
    Replica<B> open(String device) throws IOException;

    /**
     * Loads what a process loads once, classes, native libraries and kernels, so that {@link #open} and the first pass take less
     * time later. Holds nothing when it returns, and needs little memory, whatever the size of what is trained. Nothing by default.
     */
    default void warm(String device) throws IOException {}

    /** Opens the batches; the caller closes them. */
    BatchSource<B> batches() throws IOException;

    /** Tokens of a step's global batch, on the average where steps differ; padding does not count. */
    double tokensPerStep();

    /** Floating-point operations of one of {@code tokens} forward and backward; NaN where it is not known. */
    double flopsPerToken();
}
