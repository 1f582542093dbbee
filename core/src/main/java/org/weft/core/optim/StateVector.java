package org.weft.core.optim;

import java.util.Locale;

/** What there is of each parameter: its value, and what is kept of it between steps. */
public enum StateVector {
    PARAM,
    /** adam, adamw, amsgrad: first moment. */
    EXP_AVG,
    /** adam, adamw, amsgrad: second moment. */
    EXP_AVG_SQ,
    /** amsgrad: largest second moment so far. */
    MAX_EXP_AVG_SQ,
    /** nesterov: what the parameters move by. */
    VELOCITY,
    /** sync.mode local with nesterov inside: the lanes' mean velocity; {@link #VELOCITY} is the servers' own. */
    INNER_VELOCITY,
    /** Where gradients are late: what the next one is taken at, the parameters of the step before or where they were expected to go. */
    PREVIOUS,
    /** Where late gradients are taken at what is expected: the parameters after the step that would come next. Never in checkpoints. */
    PREDICTED,
    /** training.pruning.method movement: the sum of what weights moved away from zero by their gradients. */
    MOVEMENT;

    /** The vector's name in checkpoints. */
    public String vector() {
        return name().toLowerCase(Locale.ROOT);
    }
}
