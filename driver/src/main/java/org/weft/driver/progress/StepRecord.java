package org.weft.driver.progress;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A step: the numbers of one update.
 *
 * @param step steps done, this one included
 * @param loss mean over the global batch, nats a target; NaN where it is no number
 * @param gradNorm before clipping; NaN where it is no number
 * @param tokens target tokens of the step
 * @param mfu model FLOPs utilisation against the workers' measured matrix-product peak, or NaN
 * @param waitMillis the longest wait of a worker for parameters and acknowledgements
 * @param pushBytes of all workers, as {@code pullBytes}
 * @param skipped whether the parameters were left as they are
 * @param workers one a piece of work, in the order of completion
 * @param figures beside the loss by name, such as {@code loss_NAME}, the mean over the targets of each source that the step has
 */
public record StepRecord(
        int step,
        long timeMillis,
        double loss,
        double learningRate,
        double gradNorm,
        long tokens,
        long tokensPerSecond,
        double mfu,
        double stepMillis,
        double waitMillis,
        long pushBytes,
        long pullBytes,
        boolean skipped,
        List<WorkerShare> workers,
        Map<String, Double> figures)
        implements RunRecord {
    /** The figure that says what all steps so far come to, of a private run. */
    public static final String PRIVACY = "privacy_epsilon";

    /**
     * One piece of work of one worker.
     *
     * @param worker its number
     * @param lanes how many it computed
     * @param computeMillis forward, backward and the worker's part of the lane tree
     * @param waitMillis for parameters and acknowledgements
     * @param peakResidentMib of its whole process so far; 0 where unknown
     */
    public record WorkerShare(int worker, int lanes, double computeMillis, double waitMillis, long peakResidentMib) {}

    public StepRecord {
        workers = List.copyOf(workers);
        figures = Collections.unmodifiableSortedMap(new TreeMap<>(figures));
    }

    /** Lanes of all workers. */
    public int lanes() {
        return workers.stream().mapToInt(WorkerShare::lanes).sum();
    }

    /** Workers that had a part in it. */
    public int workerCount() {
        return (int) workers.stream().mapToInt(WorkerShare::worker).distinct().count();
    }
}
