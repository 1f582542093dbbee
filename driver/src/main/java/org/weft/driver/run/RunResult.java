package org.weft.driver.run;

import org.weft.coordinator.RunListener;
import org.weft.coordinator.RunPlan;
import org.weft.driver.checkpoint.BestStep;
import org.weft.driver.checkpoint.Checkpoint;

/**
 * How far a run came.
 *
 * @param firstLoss of the first step that this process trained, or NaN
 * @param loss of the last step, or NaN
 * @param validationLoss of the last evaluation, or NaN
 * @param checkpoint the newest committed one, or null
 * @param bestStep of the best evaluation, or {@link BestStep#NONE}
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
        boolean stopped) {

    static RunResult startingAt(RunPlan plan) {
        long parameters = plan.layout().size();
        return new RunResult(
                plan.startStep(), Double.NaN, Double.NaN, Double.NaN, 0, 0, parameters, null, BestStep.NONE, false);
    }

    RunResult withStep(RunListener.Step step) {
        double first = Double.isNaN(firstLoss) ? step.loss() : firstLoss;
        return new RunResult(
                step.step(),
                first,
                step.loss(),
                validationLoss,
                tokens + step.tokens(),
                trainMillis + step.stepMillis(),
                parameters,
                checkpoint,
                bestStep,
                stopped);
    }

    RunResult withValidation(double loss) {
        return new RunResult(
                step, firstLoss, this.loss, loss, tokens, trainMillis, parameters, checkpoint, bestStep, stopped);
    }

    /** The same with a checkpoint to name. */
    public RunResult withCheckpoint(Checkpoint committed) {
        return new RunResult(
                step, firstLoss, loss, validationLoss, tokens, trainMillis, parameters, committed, bestStep, stopped);
    }

    RunResult withStopped(boolean early) {
        return new RunResult(
                step, firstLoss, loss, validationLoss, tokens, trainMillis, parameters, checkpoint, bestStep, early);
    }

    RunResult withBestStep(int best) {
        return new RunResult(
                step, firstLoss, loss, validationLoss, tokens, trainMillis, parameters, checkpoint, best, stopped);
    }

    public double tokensPerSecond() {
        return trainMillis == 0 ? 0 : tokens * 1000 / trainMillis;
    }
}
