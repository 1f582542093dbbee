package org.weft.trainer.coordinator;

import java.util.List;
import org.weft.core.protocol.SavedRange;

/** What the rest of the driver hears of a run; called on the coordinator's thread, must not block. */
public interface RunListener {

    /**
     * One step, as {@code metrics.jsonl} has it.
     *
     * @param step updates applied, this one included
     * @param tokens target tokens of the step
     * @param waitMillis longest wait of a worker for parameters and acknowledgements
     * @param peakFlops of the workers together
     */
    record Step(
            int step,
            double loss,
            double learningRate,
            double gradientNorm,
            long tokens,
            double stepMillis,
            double waitMillis,
            long pushBytes,
            long pullBytes,
            double peakFlops) {

        public double tokensPerSecond() {
            return tokens * 1000 / stepMillis;
        }
    }

    void stepDone(Step step);

    void evaluated(int step, double validationLoss);

    /** Every shard's part of a checkpoint is durable; {@link Coordinator#checkpointCommitted} is to follow. */
    void checkpointWritten(int generation, int step, List<SavedRange> files);

    void checkpointFailed(int step, String cause);

    /** Something that an operator would want to read: a member joined, was lost, was replaced. */
    void notice(String text);
}
