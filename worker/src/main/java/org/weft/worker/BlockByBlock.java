package org.weft.worker;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.weft.core.batches.BatchSource;
import org.weft.core.batches.MicroBatch;
import org.weft.core.config.WeftConfig;
import org.weft.core.lanes.LaneSpan;
import org.weft.core.protocol.FigureSum;
import org.weft.core.protocol.Message;
import org.weft.core.transport.Deadline;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.SpanPasses;
import org.weft.engine.SpanPasses.Part;

/**
 * All lanes of a span at once: their micro-batches pass a block before the next one is sent for.
 *
 * @param passes of the replica
 * @param gradients where the lanes' gradients go
 */
record BlockByBlock<B extends MicroBatch>(
        WeftConfig config, SpanPasses<B> passes, BatchSource<B> batches, BlockGradients gradients)
        implements SpanProgram {

    @Override
    public void run(Message.ComputeLanes work, Deadline deadline, double[] losses, List<FigureSum> figures)
            throws IOException {
        double targets = OneGradient.targets(batches, work.step());
        LaneSpan span = work.span();
        List<List<Part<B>>> lanes = new ArrayList<>();
        List<FigureTally> tallies = new ArrayList<>();
        for (int lane = span.first(); lane < span.end(); lane++) {
            FigureTally tally = new FigureTally(lane);
            tallies.add(tally);
            lanes.add(parts(work.step(), lane, tally));
        }
        gradients.begin(work.generation(), work.step(), span, deadline);
        List<SpanPasses.Lane> told = passes.accumulate(lanes, targets, gradients);
        for (int i = 0; i < told.size(); i++) {
            told.get(i).figures().forEach(tallies.get(i)::add);
            losses[i] = told.get(i).loss();
            figures.addAll(tallies.get(i).figures());
        }
    }

    private List<Part<B>> parts(int step, int lane, FigureTally tally) throws IOException {
        List<Part<B>> parts = new ArrayList<>();
        for (int m = 0; m < config.training().microBatchesPerLane(); m++) {
            B batch = batches.training(step, lane, m);
            MicroBatchKey key = new MicroBatchKey(config.run().seed(), step, lane, m);
            parts.add(new Part<>(batch, key, tally.of(batch, batches.sources(step, lane, m))));
        }
        return parts;
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
