package org.weft.core.protocol;

import java.util.List;
import org.weft.core.config.WeftConfig;
import org.weft.core.optim.MuonMatrices;
import org.weft.core.optim.Optimizer;
import org.weft.core.optim.StateVector;
import org.weft.core.params.Bucket;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner.BucketRange;

/**
 * What lanes push: of each bucket its gradient, and after it as many elements of each vector that the lanes' mean is kept of. All of
 * them are buckets of a push, numbered bucket by bucket, so that what a shard owns stays one range:
 *
 * <pre>
 *   pushed index   0         1        2           3         4        5
 *   of bucket      0         0        0           1         1        1         ...
 *   it is          gradient  exp_avg  exp_avg_sq  gradient  exp_avg  exp_avg_sq
 * </pre>
 *
 * <p>Where nothing is pushed beside gradients, a push's index is its bucket's. Steps before the first round push gradients alone, under
 * the same numbers.
 *
 * @param inner what is pushed beside gradients, in its order
 * @param firstRound the first step that it is pushed of
 */
public record PushLayout(ParameterLayout layout, List<StateVector> inner, int firstRound) {
    /** Of steps that are all alike. */
    public PushLayout(ParameterLayout layout, List<StateVector> inner) {
        this(layout, inner, 0);
    }

    /** What the lanes of a run push, of a layout {@linkplain MuonMatrices#served as its servers have it}. */
    public static PushLayout of(WeftConfig config, ParameterLayout layout) {
        return new PushLayout(
                MuonMatrices.served(config, layout),
                Optimizer.innerState(config),
                config.sync().warmupSteps());
    }

    /** Gradients alone. */
    public static PushLayout ofGradients(ParameterLayout layout) {
        return new PushLayout(layout, List.of());
    }

    /** What is pushed beside gradients of a step, and pulled with the version that it begins with. */
    public List<StateVector> inner(int step) {
        return step < firstRound ? List.of() : inner;
    }

    /** Whether lanes of a step push what has this index. */
    public boolean isPushed(int index, int step) {
        return step >= firstRound || isGradient(index);
    }

    /** Vectors that are numbered, the gradient first. */
    public int vectors() {
        return 1 + inner.size();
    }

    /** The pushed index of a bucket's vector; 0 is the gradient, 1 the first of {@link #inner}. */
    public int index(int bucket, int vector) {
        return bucket * vectors() + vector;
    }

    /** The bucket that a pushed one is of. */
    public Bucket bucket(int index) {
        return layout.bucket(index / vectors());
    }

    /** Whether a pushed bucket is of the gradient. */
    public boolean isGradient(int index) {
        return index % vectors() == 0;
    }

    /** Pushed indices of all buckets of a range. */
    public BucketRange range(BucketRange buckets) {
        return new BucketRange(buckets.first() * vectors(), buckets.end() * vectors());
    }
}
