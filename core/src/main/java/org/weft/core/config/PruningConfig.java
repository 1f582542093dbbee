package org.weft.core.config;

import java.io.Serializable;

/** Weights of blocks' matrices that become zero while a model is trained, and stay so. */
public record PruningConfig(
        @Doc(
                "none. keep: what is zero stays zero, so that a pruned model can be trained on. magnitude: and more and more of the weights"
                        + " with the least absolute value become zero; movement: of those that moved the least away from zero.")
        Method method,

        @Doc("magnitude, movement: share of each matrix's weights that is zero from end_step on.")
        double sparsity,

        @Doc("magnitude, movement: step from which on the share rises from 0, fast at first (Zhu and Gupta 2017).")
        int beginStep,

        @Doc(
                "magnitude, movement: step from which on the share is sparsity; to be set, and best some time before the run's end.")
        int endStep,

        @Doc("magnitude, movement: steps from one rise to the next.")
        int every)
        implements Serializable {

    /** What chooses the weights. */
    public enum Method implements Word {
        NONE,
        KEEP,
        MAGNITUDE,
        MOVEMENT
    }

    static PruningConfig defaults() {
        return new PruningConfig(Method.NONE, 0.5, 0, 0, 10);
    }

    /** Whether zeros stay. */
    public boolean active() {
        return method != Method.NONE;
    }

    /** Whether there are more and more of them. */
    public boolean rises() {
        return method == Method.MAGNITUDE || method == Method.MOVEMENT;
    }

    /**
     * How many of some weights are zero in a version of the parameters, at least: s (1 - (1 - x)^3) of them, x being the part of the
     * way from begin_step to end_step that the last rise was at (Zhu and Gupta 2017, "To prune, or not to prune", equation 1).
     *
     * @param version steps that led to it
     */
    public int zeros(int version, int weights) {
        if (!rises() || version < beginStep) {
            return 0;
        }
        if (version >= endStep) {
            return (int) Math.floor(sparsity * weights);
        }
        int rise = beginStep + (version - beginStep) / every * every;
        double left = 1 - (double) (rise - beginStep) / (endStep - beginStep);
        return (int) Math.floor(sparsity * (1 - left * left * left) * weights);
    }

    void validate(Problems problems) {
        if (!rises()) {
            PruningConfig usual = defaults();
            requireUnused(problems, "sparsity", sparsity, usual.sparsity);
            requireUnused(problems, "begin_step", beginStep, usual.beginStep);
            requireUnused(problems, "end_step", endStep, usual.endStep);
            requireUnused(problems, "every", every, usual.every);
            return;
        }
        problems.require(
                sparsity > 0 && sparsity < 1,
                "training.pruning.sparsity=%s must be more than 0 and less than 1",
                sparsity);
        problems.require(beginStep >= 0, "training.pruning.begin_step=%d must not be negative", beginStep);
        problems.require(
                endStep >= 1 && endStep >= beginStep,
                "training.pruning.end_step=%d must be at least 1, and training.pruning.begin_step=%d",
                endStep,
                beginStep);
        problems.require(every >= 1, "training.pruning.every=%d must be at least 1", every);
    }

    private void requireUnused(Problems problems, String key, Number value, Number usual) {
        problems.requireUse(
                value.equals(usual),
                "training.pruning.%s=%s has no effect with training.pruning.method=%s: leave it out",
                key,
                value,
                method.word());
    }
}
