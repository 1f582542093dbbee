package org.weft.core.optim;

import java.util.List;
import org.weft.core.config.TrainingConfig;
import org.weft.core.params.ParameterRule;
import org.weft.core.protocol.BucketKey.Part;

/**
 * From a gradient to the next parameters, in float32, element by element, so that it does not matter how the vector is
 * cut. Stateless: what it keeps between steps is the caller's. Safe for use by many threads.
 */
public sealed interface Optimizer permits Sgd, Nesterov, Adam {

    /** The vectors that it keeps of every bucket, as long as the bucket, zero at the start. */
    List<Part> state();

    /**
     * Updates a segment from version {@code step} to {@code step + 1}.
     *
     * @param scale the gradient's factor from clipping
     */
    void update(int step, float scale, State state, Segment segment);

    /** Whether {@link #update} writes into the gradient of what has this rule. */
    boolean changesGradient(ParameterRule rule);

    /** The optimizer that {@code training.optimizer} names. */
    static Optimizer of(TrainingConfig training) {
        return switch (training.optimizer()) {
            case SGD -> new Sgd(training);
            case NESTEROV -> new Nesterov(training);
            case ADAM, ADAMW, AMSGRAD -> new Adam(training);
        };
    }

    /**
     * The state of one bucket during an update.
     *
     * @param gradient unscaled; changed in place where the segment's rule adds to it
     * @param weights updated in place
     * @param vectors those of {@link #state}, in its order, updated in place
     */
    record State(float[] gradient, float[] weights, float[]... vectors) {

        /** Of an optimizer that starts: its vectors are zero. */
        public static State fresh(Optimizer optimizer, float[] gradient, float[] weights) {
            return new State(gradient, weights, new float[optimizer.state().size()][weights.length]);
        }
    }

    /**
     * Elements [from, to) of a bucket, which are treated alike.
     */
    record Segment(int from, int to, ParameterRule rule) {

        /**
         * @param decay whether weight decay applies to them
         * @param rate factor of the learning rate
         */
        public Segment(int from, int to, boolean decay, double rate) {
            this(from, to, ParameterRule.of(decay, rate));
        }
    }
}
