package org.weft.coordinator;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.weft.core.protocol.SavedRange;

/**
 * What the rest of the driver hears of a run; called on the coordinator's thread, must not block. A step that is computed
 * again after the loss of a server is told again, and so is an evaluation.
 */
public interface RunListener {

    /**
     * One piece of work of one worker.
     *
     * @param computeMillis forward, backward and the worker's part of the lane tree
     * @param waitMillis for parameters and acknowledgements
     * @param peakResidentBytes of its process so far; 0 where unknown
     */
    record WorkerTime(
            int worker,
            int lanes,
            double computeMillis,
            double waitMillis,
            long pushBytes,
            long pullBytes,
            long peakResidentBytes) {}

    /**
     * One step, as {@code metrics.jsonl} has it.
     *
     * @param step steps done, this one included
     * @param tokens target tokens of the step
     * @param workers where the workers' time went, one a piece of work, in the order of completion
     * @param peakFlops of the workers together
     * @param skipped whether the parameters were left as they are, for a loss or the gradient was not finite
     * @param figures means beside the loss, by name: {@code loss_NAME} over the targets of each source that the step has some of, and
     *     what a task tells of its batches
     */
    record Step(
            int step,
            double loss,
            double learningRate,
            double gradientNorm,
            long tokens,
            double stepMillis,
            List<WorkerTime> workers,
            double peakFlops,
            boolean skipped,
            Map<String, Double> figures) {
        public Step {
            figures = Collections.unmodifiableSortedMap(new TreeMap<>(figures));
        }

        public double tokensPerSecond() {
            return tokens * 1000 / stepMillis;
        }

        /** The longest wait of a worker for parameters and acknowledgements. */
        public double waitMillis() {
            return workers.stream().mapToDouble(WorkerTime::waitMillis).max().orElse(0);
        }

        public long pushBytes() {
            return workers.stream().mapToLong(WorkerTime::pushBytes).sum();
        }

        public long pullBytes() {
            return workers.stream().mapToLong(WorkerTime::pullBytes).sum();
        }
    }

    /** A run begins; called on its caller's thread, before anything else. */
    default void begins(Coordinator coordinator) {}

    default void stepDone(Step step) {}

    default void evaluated(int step, Evaluation evaluation) {}

    /**
     * Every shard's part of a checkpoint is durable; {@link Coordinator#checkpointCommitted} is to follow.
     *
     * @param skipped how many of the steps up to there were skipped
     */
    default void checkpointWritten(int generation, int step, int skipped, List<SavedRange> files) {}

    default void checkpointFailed(int step, String cause) {}

    /**
     * A generation begins, before any server has heard of it.
     *
     * @param step that it begins at: of steps beyond, those that were done already are done again
     */
    default void generationBegan(int generation, int step) {}

    /**
     * Everyone is here whom the run cannot do without: there is room for those workers that it can. Told again whenever it
     * has become so.
     */
    default void requiredAreHere() {}

    /** Something that an operator would want to read: a member joined, was lost, was replaced. */
    default void notice(Notice notice) {}
}
