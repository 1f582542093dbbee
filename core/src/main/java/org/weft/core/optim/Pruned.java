package org.weft.core.optim;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.PruningConfig;
import org.weft.core.config.PruningConfig.Method;
import org.weft.core.config.WeftConfig;
import org.weft.core.params.Bucket;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.ParameterRule;

/**
 * An optimizer whose zeros stay. The mask is nothing beside the weights: an element of a {@linkplain PrunedMatrices matrix that is pruned}
 * whose weight is zero before an update is zero after it, and so is all that the optimizer keeps of it. So any copy of the weights has the
 * mask: checkpoints, backups, a fine-tuning's start.
 *
 * <p>How many are zero is counted in each part of a matrix that lies in one bucket, whose borders are the same for any number of servers:
 * of n of them {@link PruningConfig#zeros}, the least by score, of equal ones the first. A version that lacks zeros, because the step that
 * was to make them was skipped, gets them with the next.
 *
 * <p>Scores are |w| (magnitude), or the sum over updates of -w g, which grows where a weight moves away from zero (movement: Sanh, Wolf, Rush
 * 2020, arXiv 2005.07683, equation 3, without its learning rate): a vector of its own, behind the optimizer's.
 */
final class Pruned extends Optimizer {
    private static final int WORD = Long.SIZE;

    private final Optimizer inner;
    private final ModelConfig model;
    private final PruningConfig pruning;
    /** How many vectors are its own. */
    private final int kept;

    Pruned(WeftConfig config, Optimizer inner) {
        super(config.training(), false);
        this.inner = inner;
        this.model = config.model();
        this.pruning = config.training().pruning();
        this.kept = state().size();
    }

    @Override
    public List<StateVector> state() {
        List<StateVector> state = new ArrayList<>(inner.state());
        if (moves()) {
            state.add(StateVector.MOVEMENT);
        }
        return state;
    }

    private boolean moves() {
        return pruning.method() == Method.MOVEMENT;
    }

    @Override
    boolean changesGradient(ParameterRule rule) {
        return inner.changesGradient(rule);
    }

    @Override
    public List<Segment> segments(ParameterLayout layout, Bucket bucket) {
        Set<Parameter> matrices = new HashSet<>(PrunedMatrices.of(model, layout).parameters());
        return segments(layout, bucket, parameter -> true, matrices::contains);
    }

    @Override
    public void update(int step, int updates, float scale, State state, Segment segment) {
        if (!segment.pruned() || segment.rule().direct()) {
            inner.update(step, updates, scale, state, segment);
            return;
        }
        if (moves()) {
            move(scale, state, segment);
        }
        long[] zeros = zeros(state.weights(), segment);
        inner.update(step, updates, scale, state, segment);
        int there = keepZero(zeros, state, segment);
        int wanted = pruning.zeros(step + 1, segment.to() - segment.from());
        if (there < wanted) {
            clearLeast(wanted, state, segment);
        }
    }

    /** Before the weights change, and before anything is added to the gradient. */
    private void move(float scale, State state, Segment segment) {
        float[] w = state.weights();
        float[] g = state.gradient();
        float[] score = score(state);
        for (int i = segment.from(); i < segment.to(); i++) {
            score[i] -= w[i] * (g[i] * scale);
        }
    }

    private float[] score(State state) {
        return state.vectors()[kept - 1];
    }

    /** A bit for each element of a segment: whether its weight is zero. */
    private static long[] zeros(float[] weights, Segment segment) {
        int length = segment.to() - segment.from();
        long[] zeros = new long[(length + WORD - 1) / WORD];
        for (int i = 0; i < length; i++) {
            if (weights[segment.from() + i] == 0) {
                zeros[i / WORD] |= 1L << i % WORD;
            }
        }
        return zeros;
    }

    /**
     * @return how many weights are zero
     */
    private int keepZero(long[] zeros, State state, Segment segment) {
        int count = 0;
        for (int at = segment.from(); at < segment.to(); at++) {
            int i = at - segment.from();
            if ((zeros[i / WORD] >>> i % WORD & 1) != 0) {
                clear(state, at);
            }
            count += state.weights()[at] == 0 ? 1 : 0;
        }
        return count;
    }

    private void clear(State state, int at) {
        state.weights()[at] = 0f;
        for (int vector = 0; vector < kept; vector++) {
            state.vectors()[vector][at] = 0f;
        }
    }

    private void clearLeast(int wanted, State state, Segment segment) {
        int[] keys = keys(state, segment);
        LeastKeys least = LeastKeys.of(keys, wanted);
        int equal = least.equal();
        for (int i = 0; i < keys.length; i++) {
            int order = Integer.compareUnsigned(keys[i], least.largest());
            if (order < 0 || order == 0 && equal-- > 0) {
                clear(state, segment.from() + i);
            }
        }
    }

    /** In the order of their unsigned values: weights that are zero come first. */
    private int[] keys(State state, Segment segment) {
        int[] keys = new int[segment.to() - segment.from()];
        for (int i = 0; i < keys.length; i++) {
            float weight = state.weights()[segment.from() + i];
            if (moves()) {
                int bits = Float.floatToIntBits(score(state)[segment.from() + i]);
                keys[i] = weight == 0 ? 0 : bits < 0 ? ~bits : bits | Integer.MIN_VALUE;
            } else {
                keys[i] = Float.floatToIntBits(Math.abs(weight));
            }
        }
        return keys;
    }

    @Override
    void move(Factors factors, State state, int from, int to) {
        inner.move(factors, state, from, to);
    }

    /** Of what is zero nothing is kept that would lead elsewhere. */
    @Override
    void advance(Factors factors, State state, int from, int to) {
        inner.advance(factors, state, from, to);
    }
}
