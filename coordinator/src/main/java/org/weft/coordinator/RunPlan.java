package org.weft.coordinator;

import java.util.List;
import org.weft.core.Records;
import org.weft.core.batches.ValidationPart;
import org.weft.core.config.WeftConfig;
import org.weft.core.params.ParameterLayout;

/**
 * What a run is to do, fixed before it starts.
 *
 * @param layout of the parameters
 * @param tokensPerStep on the average
 * @param flopsPerToken of forward and backward; NaN where it is not known
 * @param startStep version of the parameters to start from
 * @param startSkipped how many of the steps up to there were skipped
 * @param checkpoint directory to start from, empty for initial parameters
 * @param firstGeneration greater than that of any earlier attempt of this run
 * @param validation micro-batches of one evaluation, by source; empty where there is no validation text
 * @param startEvaluated whether nothing is left to evaluate of the parameters to start from
 * @param endStep version that this driver ends at, evaluated and saved as a last one is: {@code training.steps}, or one before, from
 *     which another goes on. Learning rates are those of {@code training.steps} all the same
 */
public record RunPlan(
        WeftConfig config,
        ParameterLayout layout,
        double tokensPerStep,
        double flopsPerToken,
        int startStep,
        int startSkipped,
        String checkpoint,
        int firstGeneration,
        List<ValidationPart> validation,
        boolean startEvaluated,
        int endStep) {

    /** The same where it is known whether the parameters to start from were evaluated; initial ones need not be. */
    public RunPlan withStartEvaluated(boolean evaluated) {
        return Records.with(this, "startEvaluated", evaluated || startStep == 0);
    }

    /** The version that an update of this one leads to. */
    int versionAfter(int version) {
        return config.sync().versionAfter(version, config.training().steps());
    }

    /** Micro-batches of one evaluation. */
    public int validationBatches() {
        return ValidationPart.batches(validation);
    }

    /** Model FLOPs utilisation of a speed against the workers' measured matrix-product peak; NaN where none was measured. */
    public double utilisation(double tokensPerSecond, double peakFlops) {
        return peakFlops > 0 ? flopsPerToken * tokensPerSecond / peakFlops : Double.NaN;
    }

    /** Whether the parameters of this version are evaluated. */
    boolean evaluatesAt(int step) {
        int every = config.training().evalEvery();
        boolean due =
                every > 0 && (step % every == 0 || step == config.training().steps() || step == endStep);
        boolean news = step > startStep || step == startStep && !startEvaluated;
        return due && news && !validation.isEmpty();
    }

    /** Whether the parameters of this version are saved; those too from which a longer run goes on before its learning rate decays. */
    boolean savesAt(int step) {
        return step % config.checkpoint().every() == 0
                || step == config.training().decayBegins()
                || step == config.training().steps()
                || step == endStep;
    }

    long tokensAt(int step) {
        return Math.round(step * tokensPerStep);
    }
}
