package org.weft.driver.run;

import org.weft.coordinator.Evaluation;
import org.weft.coordinator.RunListener;
import org.weft.coordinator.RunPlan;
import org.weft.driver.checkpoint.BestStep;
import org.weft.driver.checkpoint.Checkpoint;

/**
 * Counts what becomes a run's result. Steps and evaluations come on the coordinator's thread, checkpoints on that of the
 * files.
 */
final class RunTally implements RunListener {
    private final long parameters;
    private int step;
    private double firstLoss = Double.NaN;
    private double loss = Double.NaN;
    private double validationLoss = Double.NaN;
    private long tokens;
    private double trainMillis;
    private Checkpoint checkpoint;

    /**
     * @param start what the run starts from, or null
     */
    RunTally(RunPlan plan, Checkpoint start) {
        this.parameters = plan.layout().size();
        this.step = plan.startStep();
        this.checkpoint = start;
    }

    @Override
    public synchronized void stepDone(Step done) {
        step = done.step();
        firstLoss = Double.isNaN(firstLoss) ? done.loss() : firstLoss;
        loss = done.loss();
        tokens += done.tokens();
        trainMillis += done.stepMillis();
    }

    @Override
    public synchronized void evaluated(int at, Evaluation evaluation) {
        validationLoss = evaluation.loss();
    }

    /** Steps done. */
    synchronized int step() {
        return step;
    }

    synchronized void committed(Checkpoint newest) {
        checkpoint = newest;
    }

    /** How far the run came. */
    synchronized RunResult result(BestStep best, boolean stopped) {
        return new RunResult(
                step,
                firstLoss,
                loss,
                validationLoss,
                tokens,
                trainMillis,
                parameters,
                checkpoint,
                best.step(),
                best.savedStep(),
                stopped);
    }
}
