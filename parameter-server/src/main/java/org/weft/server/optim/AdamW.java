package org.weft.server.optim;

import org.weft.core.config.TrainingConfig;

/**
 * AdamW with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2), operation for operation as PyTorch's
 * {@code torch.optim.AdamW}, in float32. Stateless: moments are the caller's. Safe for use by many threads.
 */
public final class AdamW {
    private final double beta1;
    private final double beta2;
    private final double epsilon;
    private final double weightDecay;
    private final LearningRateSchedule schedule;

    public AdamW(TrainingConfig training) {
        this.beta1 = training.beta1();
        this.beta2 = training.beta2();
        this.epsilon = training.epsilon();
        this.weightDecay = training.weightDecay();
        this.schedule = LearningRateSchedule.of(training);
    }

    /**
     * The state of one bucket during an update.
     *
     * @param gradient unscaled gradient
     * @param weights updated in place
     * @param expAvg first moment, updated in place
     * @param expAvgSq second moment, updated in place
     */
    public record State(float[] gradient, float[] weights, float[] expAvg, float[] expAvgSq) {}

    /**
     * Elements [from, to) of a bucket, which are treated alike.
     *
     * @param decay whether weight decay applies to them
     * @param rate factor of the learning rate
     */
    public record Segment(int from, int to, boolean decay, double rate) {}

    /**
     * Updates a segment from version {@code step} to {@code step + 1}.
     *
     * @param scale the gradient's factor from clipping
     */
    public void update(int step, float scale, State state, Segment segment) {
        double rate = schedule.at(step) * segment.rate();
        float keep = segment.decay() ? (float) (1 - rate * weightDecay) : 1f;
        double correction1 = 1 - StrictMath.pow(beta1, step + 1.0);
        double correction2 = 1 - StrictMath.pow(beta2, step + 1.0);
        Coefficients c = new Coefficients(
                scale,
                keep,
                (float) beta1,
                (float) (1 - beta1),
                (float) beta2,
                (float) (1 - beta2),
                (float) (rate / correction1),
                (float) Math.sqrt(correction2),
                (float) epsilon);
        update(c, state, segment.from(), segment.to());
    }

    private record Coefficients(
            float scale,
            float keep,
            float b1,
            float c1,
            float b2,
            float c2,
            float stepSize,
            float rootCorrection2,
            float epsilon) {}

    private static void update(Coefficients c, State state, int from, int to) {
        float[] g = state.gradient();
        float[] w = state.weights();
        float[] m = state.expAvg();
        float[] v = state.expAvgSq();
        float scale = c.scale();
        float keep = c.keep();
        float b1 = c.b1();
        float c1 = c.c1();
        float b2 = c.b2();
        float c2 = c.c2();
        float stepSize = c.stepSize();
        float root2 = c.rootCorrection2();
        float epsilon = c.epsilon();
        for (int i = from; i < to; i++) {
            float gradient = g[i] * scale;
            float first = m[i] * b1 + c1 * gradient;
            float second = v[i] * b2 + c2 * gradient * gradient;
            m[i] = first;
            v[i] = second;
            float denominator = (float) Math.sqrt(second) / root2 + epsilon;
            w[i] = w[i] * keep - stepSize * (first / denominator);
        }
    }
}
