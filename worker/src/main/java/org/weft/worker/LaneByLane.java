package org.weft.worker;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.weft.core.lanes.LaneSpan;
import org.weft.core.protocol.FigureSum;
import org.weft.core.protocol.Message;
import org.weft.core.transport.Deadline;

/**
 * One lane after the other.
 *
 * @param program what is computed of each
 * @param gradients where that goes
 */
record LaneByLane(LaneProgram program, LaneGradients gradients) implements SpanProgram {

    @Override
    public void run(Message.ComputeLanes work, Deadline deadline, double[] losses, List<FigureSum> figures)
            throws IOException {
        LaneSpan span = work.span();
        gradients.begin(work.generation(), work.step(), span);
        for (int lane = span.first(); lane < span.end(); lane++) {
            gradients.beginLane(lane, deadline);
            LaneLoss loss = program.run(work.step(), work.updates(), lane, gradients);
            losses[lane - span.first()] = loss.part();
            figures.addAll(loss.figures());
        }
    }

    @Override
    public List<CompletableFuture<Void>> end() {
        return gradients.end();
    }

    @Override
    public long pushedBytes() {
        return gradients.pushedBytes();
    }

    @Override
    public long waitedNanos() {
        return gradients.waitedNanos();
    }

    @Override
    public void abandon() {
        gradients.abandon();
    }
}
