package org.weft.worker;

import java.io.IOException;
import org.weft.core.WeftException;
import org.weft.core.batches.BatchSource;
import org.weft.core.batches.MicroBatch;
import org.weft.core.config.WeftConfig;
import org.weft.engine.GradientListener;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.Replica;
import org.weft.engine.SequenceLosses;

/**
 * A lane's micro-batches in order, accumulated into one gradient.
 *
 * @param microBatches of a lane
 * @param seed the run's
 */
record OneGradient<B extends MicroBatch>(Replica<B> replica, BatchSource<B> batches, int microBatches, long seed)
        implements LaneProgram {

    OneGradient(WeftConfig config, Replica<B> replica, BatchSource<B> batches) {
        this(
                replica,
                batches,
                config.training().microBatchesPerLane(),
                config.run().seed());
    }

    @Override
    public LaneLoss run(int step, int updates, int lane, GradientListener pushed) throws IOException {
        double targets = targets(batches, step);
        double loss = 0;
        FigureTally tally = new FigureTally(lane);
        for (int m = 0; m < microBatches; m++) {
            B batch = batches.training(step, lane, m);
            MicroBatchKey key = new MicroBatchKey(seed, step, lane, m);
            GradientListener listener = m == microBatches - 1 ? pushed : GradientListener.NONE;
            SequenceLosses told = tally.of(batch, batches.sources(step, lane, m));
            loss += replica.accumulateGradient(batch, targets, key, listener, told);
        }
        replica.figures().forEach(tally::add);
        return new LaneLoss(loss, tally.figures());
    }

    /** What a step has to predict: something. */
    static double targets(BatchSource<?> batches, int step) throws IOException {
        double targets = batches.targets(step);
        if (!(targets > 0)) {
            throw WeftException.invalidData(
                    "step " + step + " has nothing to learn: its global batch has targets=" + targets,
                    "give the data more text or rows that are to be predicted, or a greater training.global_batch");
        }
        return targets;
    }
}
