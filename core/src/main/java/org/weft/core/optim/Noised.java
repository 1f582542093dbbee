package org.weft.core.optim;

import java.util.List;
import org.weft.core.config.WeftConfig;
import org.weft.core.params.Bucket;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.WholeMatrix;
import org.weft.core.privacy.GradientNoise;

/** An optimizer that sees a private run's sums after their noise was added, and nothing else of them: what it keeps is private, too. */
final class Noised extends Optimizer {
    private final Optimizer inner;
    private final GradientNoise noise;

    Noised(WeftConfig config, Optimizer inner, GradientNoise noise) {
        super(config.training(), false);
        this.inner = inner;
        this.noise = noise;
    }

    @Override
    public List<StateVector> state() {
        return inner.state();
    }

    @Override
    public boolean keeps(StateVector vector, List<Segment> segments) {
        return inner.keeps(vector, segments);
    }

    /** The noise is added to a copy, of whole matrices too: the sum itself is what a backup is told, which adds the same. */
    @Override
    public boolean changesGradient(List<Segment> segments) {
        return true;
    }

    @Override
    public List<Segment> segments(ParameterLayout layout, Bucket bucket) {
        return inner.segments(layout, bucket);
    }

    @Override
    public void addNoise(int step, long offset, float[] gradient, int length) {
        noise.add(step, offset, gradient, length);
    }

    @Override
    public void update(int step, int updates, float scale, State state, Segment segment) {
        inner.update(step, updates, scale, state, segment);
    }

    @Override
    public void update(int step, float scale, WholeMatrix matrix, MatrixBuckets where, NewtonSchulz orthogonal) {
        inner.update(step, scale, matrix, where, orthogonal);
    }

    @Override
    void move(Factors factors, State state, int from, int to) {
        inner.move(factors, state, from, to);
    }

    @Override
    void advance(Factors factors, State state, int from, int to) {
        inner.advance(factors, state, from, to);
    }
}
