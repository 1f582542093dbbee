package org.weft.driver.plan;

import java.util.Optional;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.TrainingConfig.Precision;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.model.Routing;
import org.weft.core.model.T5Family;

/**
 * What forward and backward of one sequence cost: operations of matrix products, and bytes of passes over what is kept. Per token it
 * is T of them that are read, and of an encoder with a decoder those that are written, too. docs/decisions/0012-plan.md says where the
 * constants were measured.
 */
final class SequenceCost {

    /** Width of the shorter side of a product at which half of the peak is reached. Measured. */
    static final double HALF_SPEED_WIDTH = 32;

    /** Windows that a run of queries is multiplied with: its own and the one before. */
    static final double RUNS = 2;

    /** And where it is half a window long and sees those on both sides. */
    static final double RUNS_OF_BOTH_SIDES = 1.5;

    /** How often forward and backward go over what is kept of a token, in bytes read or written. Measured. */
    static final double ACTIVATION_PASSES = 6.5;

    /** How often the head goes over its logits. */
    static final double LOGIT_PASSES = 10;

    /**
     * How often each expert goes over all tokens, whichever it is given: it adds to a copy of their sum; backward clears a gradient of
     * all and adds it to the others'. Counted.
     */
    static final double EXPERT_PASSES = 3;

    /** Of forward and backward, the latter: two products for each of the former, and as much of the passes. */
    private static final double BACKWARD = 2.0 / 3;

    private final ModelShape shape;
    private final ModelConfig model;
    private final WeftConfig config;
    private final boolean narrow; // whether products are in bfloat16
    private final double again; // how often forward and backward are gone through, of which forward is a third
    private final double predicted; // tokens that have logits
    private final Optional<Routing> routing;

    SequenceCost(ModelShape shape, WeftConfig config) {
        this.shape = shape;
        this.config = config;
        model = shape.config();
        narrow = config.training().precision() == Precision.BF16;
        again = config.recomputes() ? 1 + (1 - BACKWARD) : 1;
        predicted = config.targetsPerSequence();
        routing = shape.family().routing(model);
    }

    double productSeconds(MachinePeaks peaks) {
        return model.encodesSource() ? seconds(bothSides(), peaks) : seconds(oneSide(), peaks);
    }

    /**
     * Operations of a sequence.
     *
     * @param blocks of the blocks' matrices
     * @param head of the head's
     * @param attention of attention's two products, never in bfloat16
     * @param attentionWidth the shorter side of these
     */
    private record Operations(double blocks, double head, double attention, int attentionWidth) {}

    private double seconds(Operations operations, MachinePeaks peaks) {
        double peak = narrow ? peaks.narrowFlops() : peaks.flops();
        double wide = (again * operations.blocks() + operations.head()) / rate(peak, model.width());
        return wide + again * operations.attention() / rate(peaks.flops(), operations.attentionWidth());
    }

    private static double rate(double peak, int shorterSide) {
        return peak * shorterSide / (shorterSide + HALF_SPEED_WIDTH);
    }

    /** Attention is explicit: products like the others, of the width of a head. */
    private Operations bothSides() {
        double attention = T5Family.attentionFlops(model, config.spanLengths().source(), predicted);
        double head = 6.0 * shape.vocabSize() * model.width() * predicted;
        double blocks = shape.family().flopsPerSequence(shape, config) - attention - head;
        return new Operations(blocks, head, attention, model.headWidth());
    }

    /**
     * Attention is fused and skips what is masked, but runs at a lower rate: both taken together it counts in full. Of a window
     * the runs that hold it are computed, and what of them is masked counts, too.
     */
    private Operations oneSide() {
        double context = model.context();
        double attention = context * shape.family().attentionFlops(model, model.causal() ? RUNS : RUNS_OF_BOTH_SIDES);
        double allHeads = 6.0 * shape.vocabSize() * model.width() * context;
        double own = context * shape.family().attentionFlops(model, 1);
        double blocks = shape.family().flopsPerSequence(shape, config) - own - allHeads;
        double head = allHeads * predicted / context;
        double balancing = balanced() ? BACKWARD : 0;
        return new Operations(
                blocks + balancing * attentionMatrices(), head, (1 + balancing) * attention, model.width());
    }

    /** Bytes that are passed over, each at the rate at which memory is copied. */
    double passedBytes() {
        double kept = Activations.of(shape, config).keptBytes();
        kept += balanced() ? BACKWARD * attentionKept() : 0;
        double stream = (double) Float.BYTES * model.width() * model.context();
        double routed = routing.map(Routing::experts).orElse(0) * EXPERT_PASSES * stream * model.layers();
        return again * (kept * ACTIVATION_PASSES + routed) + LOGIT_PASSES * Float.BYTES * shape.vocabSize() * predicted;
    }

    /** The balance of a block's experts is gone back through on its own, through the half of the block before them. */
    private boolean balanced() {
        return routing.map(Routing::balanced).orElse(false);
    }

    /** Operations of the projections of queries, keys, values, and of what is attended to. */
    private double attentionMatrices() {
        double wide = 2.0 * (model.heads() + model.keyValueHeads()) * model.headWidth();
        return 6 * wide * model.width() * model.context() * model.layers();
    }

    /** Bytes of that half: its norm, queries, keys and values, what is attended to, the stream. */
    private double attentionKept() {
        double elements = 3.0 * model.width() + 4.0 * model.heads() * model.headWidth();
        return Float.BYTES * elements * model.context() * model.layers();
    }
}
