package org.weft.worker;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.weft.core.protocol.FigureSum;
import org.weft.core.protocol.Message;
import org.weft.core.transport.Deadline;

/** How a worker computes a span of lanes, and pushes what they give. Owned by the worker's thread. */
interface SpanProgram {

    /**
     * Computes lanes with the version of the parameters that was turned to.
     *
     * @param losses of each lane, to be filled
     * @param figures of the lanes, to be added to
     */
    void run(Message.ComputeLanes work, Deadline deadline, double[] losses, List<FigureSum> figures) throws IOException;

    /** Ends a span: what was pushed of it and is, perhaps, not acknowledged yet. */
    List<CompletableFuture<Void>> end();

    /** Bytes pushed in this span. */
    long pushedBytes();

    /** How long this span waited for memory that others' bytes were sent from. */
    long waitedNanos();

    /** Drops a span in the middle. */
    void abandon();
}
