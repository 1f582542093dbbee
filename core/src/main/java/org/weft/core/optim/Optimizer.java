package org.weft.core.optim;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.weft.core.Records;
import org.weft.core.config.SyncConfig;
import org.weft.core.config.TrainingConfig;
import org.weft.core.config.TrainingConfig.OptimizerKind;
import org.weft.core.config.WeftConfig;
import org.weft.core.params.Bucket;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.ParameterRule;
import org.weft.core.params.WholeMatrix;
import org.weft.core.privacy.GradientNoise;

/**
 * From a gradient to the next parameters, in float32, element by element, so that it does not matter how the vector is
 * cut. Stateless: what it keeps between steps is the caller's. Safe for use by many threads.
 */
public abstract sealed class Optimizer permits Sgd, Nesterov, Adam, Muon, WarmedUp, Pruned, Noised {
    private final Regularization regularization;
    private final LearningRateSchedule schedule;
    private final boolean uniform;

    /**
     * @param uniform whether parameters' own rules count for nothing
     */
    Optimizer(TrainingConfig training, boolean uniform) {
        this.uniform = uniform;
        this.regularization = Regularization.of(training);
        this.schedule = LearningRateSchedule.of(training);
    }

    /** The learning rate of a step. */
    public final double rate(int step) {
        return schedule.at(step);
    }

    /** The optimizer that {@code training.optimizer} names. */
    public static Optimizer of(TrainingConfig training) {
        return switch (training.optimizer()) {
            case SGD -> new Sgd(training);
            case NESTEROV -> new Nesterov(training);
            case ADAM, ADAMW, AMSGRAD -> new Adam(training);
            case MUON -> new Muon(training);
        };
    }

    /**
     * What servers of a run update with: its optimizer; where lanes take steps of their own, Nesterov at a constant rate on the
     * mean of what they moved by (Douillard et al. 2023, "DiLoCo", arXiv 2311.08105, algorithm 1); before they do, its optimizer.
     */
    public static Optimizer ofServers(WeftConfig config) {
        SyncConfig sync = config.sync();
        if (!sync.local()) {
            Optimizer own = of(config.training());
            return config.training().pruning().active() ? new Pruned(config, own) : own;
        }
        TrainingConfig outer = Records.with(config.training(), "optimizer", OptimizerKind.NESTEROV);
        outer = Records.with(outer, "momentum", sync.outerMomentum());
        outer = Records.with(outer, "weightDecay", 0.0);
        Optimizer rounds =
                new Nesterov(Records.with(outer, "learningRates", List.of("0:" + sync.outerLearningRate())), true);
        return sync.warmupSteps() == 0 ? rounds : new WarmedUp(config, of(config.training()), rounds);
    }

    /** The same of a run whose sums are noised. */
    public static Optimizer ofServers(WeftConfig config, GradientNoise noise) {
        return new Noised(config, ofServers(config), noise);
    }

    /**
     * What lanes that take steps of their own begin a round with, beside the parameters: the mean, over the lanes, of what their
     * optimizers kept at the end of the round before. Empty where nothing is kept from round to round.
     *
     * @return in the order of the optimizer's {@link #state}
     */
    public static List<StateVector> innerState(WeftConfig config) {
        if (!config.sync().keepsInnerState()) {
            return List.of();
        }
        return innerState(of(config.training()));
    }

    /** What an optimizer keeps, by the names that it has beside the servers' own. */
    static List<StateVector> innerState(Optimizer inner) {
        return inner.state().stream()
                .map(part -> part == StateVector.VELOCITY ? StateVector.INNER_VELOCITY : part)
                .toList();
    }

    /** All that servers of a run keep from version to version beside the parameters: their optimizer's, then the lanes'. */
    public static List<StateVector> keptByServers(WeftConfig config) {
        List<StateVector> kept = new ArrayList<>(ofServers(config).state());
        kept.addAll(innerState(config));
        return kept;
    }

    /** A bucket's elements in runs that are treated alike. */
    public List<Segment> segments(ParameterLayout layout, Bucket bucket) {
        return segments(layout, bucket, parameter -> true, parameter -> false);
    }

    /** The same, of some parameters alone, of which some are pruned. */
    final List<Segment> segments(
            ParameterLayout layout, Bucket bucket, Predicate<Parameter> moved, Predicate<Parameter> pruned) {
        if (uniform) {
            return List.of(new Segment(0, bucket.length(), false, 1));
        }
        List<Segment> segments = new ArrayList<>();
        for (Parameter parameter : layout.parameters()) {
            long from = Math.max(parameter.offset(), bucket.offset());
            long to = Math.min(parameter.end(), bucket.end());
            if (from < to && moved.test(parameter)) {
                int start = (int) (from - bucket.offset());
                int end = (int) (to - bucket.offset());
                segments.add(new Segment(start, end, parameter.rule(), pruned.test(parameter)));
            }
        }
        return segments;
    }

    /** The vectors that it keeps of every bucket, as long as the bucket, zero at the start. */
    public abstract List<StateVector> state();

    /** Whether a vector of {@link #state} is ever other than zero in a bucket of these segments. */
    public boolean keeps(StateVector vector, List<Segment> segments) {
        return true;
    }

    /** Whether {@link #update} writes into the gradient of what has this rule. */
    boolean changesGradient(ParameterRule rule) {
        return regularization.changes(rule);
    }

    /** Whether {@link #addNoise} or {@link #update} writes into the gradient of a bucket of these segments. */
    public boolean changesGradient(List<Segment> segments) {
        return segments.stream().anyMatch(segment -> changesGradient(segment.rule()));
    }

    /**
     * Adds to a bucket's summed gradient, in place, what nobody is to tell it from; nothing where no run asks for it. Comes before the
     * bucket's {@link #update}s, once.
     *
     * @param offset of the bucket in the flat vector
     */
    public void addNoise(int step, long offset, float[] gradient, int length) {
        // Sums are taken as they are.
    }

    /** The same where no step was skipped. */
    public final void update(int step, float scale, State state, Segment segment) {
        update(step, step, scale, state, segment);
    }

    /**
     * Updates a segment from version {@code step} to {@code step + 1}.
     *
     * @param step what the schedule goes by
     * @param updates done before this one, what the optimizer counts: a skipped step is none
     * @param scale the gradient's factor from clipping
     */
    public void update(int step, int updates, float scale, State state, Segment segment) {
        if (segment.rule().direct()) {
            Regularization.subtract(state, segment);
            return;
        }
        double rate = schedule.at(step) * segment.rule().rate();
        float left = regularization.apply(scale, state, segment);
        move(new Factors(updates, rate, left, regularization.keep(segment, rate)), state, segment.from(), segment.to());
    }

    /**
     * Updates one of a layout's {@linkplain ParameterLayout#matrices matrices} from version {@code step} to {@code step + 1}: those are
     * in no segment of an optimizer that moves matrices.
     *
     * @param scale the gradient's factor from clipping
     * @param where the buckets that it is in, in their order
     */
    public void update(int step, float scale, WholeMatrix matrix, MatrixBuckets where, NewtonSchulz orthogonal) {
        throw new IllegalStateException(getClass().getSimpleName() + " moves elements");
    }

    /** What its decoupled weight decay leaves of a matrix's weights. */
    final float keep(ParameterRule rule, double rate) {
        return regularization.keep(new Segment(0, 0, rule, false), rate);
    }

    /** Moves the weights of elements [from, to) and what is kept of them. */
    abstract void move(Factors factors, State state, int from, int to);

    /**
     * Moves a segment's weights from those of version {@code step} to where the next update leads if its gradient is the mean of those
     * before (Chen et al. 2018, "SpecTrain", arXiv 1809.02839; Guan et al. 2019, "XPipe", arXiv 1911.04610): in the direction of what the
     * optimizer keeps, at that update's learning rate, correction of bias and weight decay. Nothing else changes; an optimizer that keeps
     * nothing expects its weights to stay, and so does what no optimizer moves.
     *
     * @param step what the schedule goes by
     * @param updates done so far
     * @param weights moved in place
     * @param vectors those of {@link #state}, in its order
     */
    public final void predict(int step, int updates, float[] weights, float[][] vectors, Segment segment) {
        if (segment.rule().direct() || state().isEmpty()) {
            return;
        }
        double rate = schedule.at(step) * segment.rule().rate();
        Factors factors = new Factors(updates, rate, 1f, regularization.keep(segment, rate));
        advance(factors, new State(null, weights, vectors), segment.from(), segment.to());
    }

    /** Moves the weights of elements [from, to) by what is kept of them, without a gradient. */
    abstract void advance(Factors factors, State state, int from, int to);

    /**
     * What one update takes a segment's elements by.
     *
     * @param updates done before this one
     * @param rate the learning rate
     * @param scale of the gradient
     * @param keep of the weights, 1 without decoupled weight decay
     */
    record Factors(int updates, double rate, float scale, float keep) {}

    /**
     * The state of one bucket during an update.
     *
     * @param gradient unscaled; changed in place where the segment's rule adds to it; null where there is none yet
     * @param weights updated in place
     * @param vectors those of {@link #state}, in its order, updated in place
     */
    public record State(float[] gradient, float[] weights, float[]... vectors) {

        /** Of an optimizer that starts: its vectors are zero. */
        public static State fresh(Optimizer optimizer, float[] gradient, float[] weights) {
            return new State(gradient, weights, new float[optimizer.state().size()][weights.length]);
        }
    }

    /**
     * Elements [from, to) of a bucket, which are treated alike.
     *
     * @param pruned whether what is zero stays zero, and more may become so
     */
    public record Segment(int from, int to, ParameterRule rule, boolean pruned) {

        /**
         * Of which nothing is pruned.
         *
         * @param decay whether weight decay applies to them
         * @param rate factor of the learning rate
         */
        public Segment(int from, int to, boolean decay, double rate) {
            this(from, to, ParameterRule.of(decay, rate), false);
        }
    }
}
