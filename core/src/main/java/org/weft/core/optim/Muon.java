package org.weft.core.optim;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.weft.core.config.TrainingConfig;
import org.weft.core.params.Bucket;
import org.weft.core.params.MatrixPart;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.ParameterRule;
import org.weft.core.params.WholeMatrix;

/**
 * Muon (Jordan et al. 2024): a matrix moves by its momentum, looking ahead, {@linkplain NewtonSchulz orthogonalised}; all that is no
 * matrix of a block by AdamW. As {@code torch.optim.Muon} with {@code nesterov=True} and {@code adjust_lr_fn="match_rms_adamw"}: a matrix
 * of R by C moves by 0.2 √max(R, C) times the rate, so that its elements move as far as AdamW's do (Liu et al. 2025, "Muon is scalable",
 * arXiv 2502.16982, equation 4), with decoupled weight decay. Of a {@linkplain WholeMatrix#parts fused} matrix each part moves by itself.
 *
 * <p>Momentum is a mean of gradients that forgets, which is what AdamW's first moment is: both are the same vector, {@code exp_avg}. Of a
 * matrix the second moment stays zero, and takes no memory where a bucket has nothing else.
 */
final class Muon extends Optimizer {
    private static final double RMS = 0.2;

    private final Adam others;
    private final float momentum;

    Muon(TrainingConfig training) {
        super(training, false);
        this.others = new Adam(training);
        this.momentum = (float) training.muonMomentum();
    }

    @Override
    public List<StateVector> state() {
        return others.state();
    }

    /** A matrix has no second moment. */
    @Override
    public boolean keeps(StateVector vector, List<Segment> segments) {
        return vector != StateVector.EXP_AVG_SQ || !segments.isEmpty();
    }

    /** Of what is no matrix. */
    @Override
    public List<Segment> segments(ParameterLayout layout, Bucket bucket) {
        Set<Long> matrices = new HashSet<>();
        layout.matrices().forEach(matrix -> matrices.add(matrix.parameter().offset()));
        return segments(layout, bucket, parameter -> !matrices.contains(parameter.offset()), parameter -> false);
    }

    @Override
    public void update(int step, float scale, WholeMatrix matrix, MatrixBuckets where, NewtonSchulz orthogonal) {
        Parameter parameter = matrix.parameter();
        ParameterRule rule = parameter.rule();
        double rate = rate(step) * rule.rate();
        float keep = keep(rule, rate);
        float news = 1 - momentum;
        where.forEach(parameter, (state, from, to, at) -> {
            float[] m = state.vectors()[0];
            float[] g = state.gradient();
            for (int i = from; i < to; i++) {
                m[i] += news * (g[i] * scale - m[i]);
            }
        });
        for (MatrixPart part : matrix.parts()) {
            int rows = part.rows(parameter);
            int columns = part.columns(parameter);
            orthogonal.begin(rows, columns);
            where.forEach(parameter, part, (state, from, to, at) -> ahead(state, from, to, at, scale, orthogonal));
            orthogonal.run();
            float stepSize = (float) (rate * RMS * Math.sqrt(Math.max(rows, columns)));
            where.forEach(parameter, part, (state, from, to, at) -> {
                float[] w = state.weights();
                int place = orthogonal.place(at);
                for (int i = from; i < to; i++, place += orthogonal.stride()) {
                    w[i] = w[i] * keep - stepSize * orthogonal.get(place);
                }
            });
        }
    }

    /** Where the momentum leads from the gradient. */
    private void ahead(State state, int from, int to, int at, float scale, NewtonSchulz orthogonal) {
        float[] m = state.vectors()[0];
        float[] g = state.gradient();
        int place = orthogonal.place(at);
        for (int i = from; i < to; i++, place += orthogonal.stride()) {
            float gradient = g[i] * scale;
            orthogonal.put(place, gradient + momentum * (m[i] - gradient));
        }
    }

    @Override
    void move(Factors factors, State state, int from, int to) {
        others.move(factors, state, from, to);
    }

    @Override
    void advance(Factors factors, State state, int from, int to) {
        others.advance(factors, state, from, to);
    }
}
