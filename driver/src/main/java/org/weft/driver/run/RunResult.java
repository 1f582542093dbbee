package org.weft.driver.run;

import org.weft.driver.checkpoint.BestStep;
import org.weft.driver.checkpoint.Checkpoint;

/**
 * How far a run came.
 *
 * @param firstLoss of the first step that this process trained, or NaN
 * @param loss of the last step, or NaN
 * @param validationLoss of the last evaluation, or NaN
 * @param checkpoint the newest committed one, else the one that the run started from; null where there is neither
 * @param bestStep of the best evaluation, or {@link BestStep#NONE}
 * @param bestSaved of the best evaluation of parameters that have a checkpoint, or {@link BestStep#NONE}
 * @param stopped whether it was asked to end early
 */
public record RunResult(
        int step,
        double firstLoss,
        double loss,
        double validationLoss,
        long tokens,
        double trainMillis,
        long parameters,
        Checkpoint checkpoint,
        int bestStep,
        int bestSaved,
        boolean stopped) {

    public double tokensPerSecond() {
        return trainMillis == 0 ? 0 : tokens * 1000 / trainMillis;
    }
}
