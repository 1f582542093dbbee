package org.weft.tuning.task;

import java.util.List;

/**
 * The vectors of a row's anchor and positive, to be judged.
 *
 * @param anchor (D)
 * @param positive (D)
 */
public record PairOfVectors(float[] anchor, float[] positive) implements Prediction {
    @Override
    public List<Object> cells() {
        return List.of();
    }
}
