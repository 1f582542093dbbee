package org.weft.driver.plan;

import org.weft.core.config.TrainingConfig;
import org.weft.core.config.TrainingConfig.Precision;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.Family;
import org.weft.core.model.ModelShape;

/**
 * Seconds of one step of the worker with the most lanes: matrix products at the measured peak less what narrow ones
 * miss, everything else at the rate of memory, a fixed time for each operation, and the exchange. Where driver, workers
 * and servers share the processors of one machine nothing overlaps, for all of them are busy; on a cluster pushing hides
 * behind backward. docs/decisions/0012-plan.md says where the constants were measured.
 *
 * @param products matrix products and attention
 * @param elementwise norms, nonlinearities, residuals and the loss: passes over activations
 * @param dispatch operations' fixed cost
 * @param pull parameters, from servers that send to all workers at once
 * @param push gradients, as far as backward does not hide them
 * @param update sums, AdamW and publication on a server
 */
public record StepTime(double products, double elementwise, double dispatch, double pull, double push, double update) {

    /** Width of the shorter side of a product at which half of the peak is reached. Measured. */
    static final double HALF_SPEED_WIDTH = 32;

    /** bfloat16's peak over float32's, AVX-512 and AMX alike. Measured: 381 to 420 against 190 to 212 GFLOP/s. */
    static final double BF16_SPEEDUP = 2.0;

    /** Windows that a run of queries is multiplied with: its own and the one before. */
    static final double RUNS = 2;

    /** And where it is half a window long and sees those on both sides. */
    static final double RUNS_OF_BOTH_SIDES = 1.5;

    /** How often forward and backward go over what is kept of a token, in bytes read or written. Measured. */
    static final double ACTIVATION_PASSES = 6.5;

    /** How often the head goes over its logits. */
    static final double LOGIT_PASSES = 10;

    /** Operations of one block forward and backward, and what one costs. */
    static final double BLOCK_OPERATIONS = 60;

    static final double OPERATION_SECONDS = 10e-6;

    /** Copies that a pulled or pushed byte amounts to, both sides together: kernel, checksums, sums. Measured. */
    static final double EXCHANGE_COPIES = 4;

    /** Bytes of copying that an update amounts to for each parameter: sum, squares, AdamW, checksum. Measured. */
    static final double UPDATE_BYTES = 16;

    /** Of a step's time: polls of the coordinator, stragglers among the workers. */
    static final double FIXED_SECONDS = 0.005;

    public double total() {
        return products + elementwise + dispatch + pull + push + update + FIXED_SECONDS;
    }

    /** Without the exchange. */
    public double compute() {
        return products + elementwise + dispatch;
    }

    /**
     * @param processors of the machine that all tasks share; 0 on a cluster, where each has its own
     * @param networkBytes bytes a second of one machine's network, or infinity
     */
    static StepTime of(ModelShape shape, WeftConfig config, MachinePeaks peaks, int processors, double networkBytes) {
        TrainingConfig training = config.training();
        double tokens = (double) MemoryModel.LaneShares.of(config).mostLanes()
                * training.laneBatch()
                * shape.config().context();
        double share = 1;
        if (processors > 0) {
            share = Math.max(
                    1, (double) config.cluster().workers() * config.cluster().threads() / processors);
        }
        double products = share * tokens * productSeconds(shape, config, peaks);
        double elementwise = share * tokens * elementwiseBytes(shape, config) / peaks.copyBytes();
        double microBatches = tokens / shape.config().context() / training.microBatch();
        double recomputed = training.recompute() ? 4.0 / 3 : 1;
        double dispatch =
                share * recomputed * microBatches * shape.config().blocks() * BLOCK_OPERATIONS * OPERATION_SECONDS;

        Traffic traffic = Traffic.of(shape, config);
        double byteSeconds = EXCHANGE_COPIES / peaks.copyBytes();
        double pull =
                Math.max(traffic.workerPull(), traffic.serverOut()) * Math.max(share * byteSeconds, 1 / networkBytes);
        double push = Math.max(traffic.workerPush(), traffic.serverIn() + traffic.backup())
                * Math.max(share * byteSeconds, 1 / networkBytes);
        if (processors == 0) {
            push = Math.max(push - 2.0 / 3 * (products + elementwise), push * lastShare(shape));
        }
        double elements = shape.layout().size() / (double) config.cluster().servers();
        double update = share * elements * UPDATE_BYTES / peaks.copyBytes();
        return new StepTime(products, elementwise, dispatch, pull, push, update);
    }

    /**
     * Attention is fused and skips what is masked, but runs at a lower rate: both taken together it counts in full. Of a window
     * the runs that hold it are computed, and what of them is masked counts, too.
     */
    private static double productSeconds(ModelShape shape, WeftConfig config, MachinePeaks peaks) {
        int width = shape.config().width();
        double rate = peaks.flops() * width / (width + HALF_SPEED_WIDTH);
        double factor = config.training().precision() == Precision.BF16 ? BF16_SPEEDUP : 1;
        if (shape.config().encodesSource()) { // attention is explicit: products like the others
            double again = config.training().recompute() ? 4.0 / 3 : 1;
            return shape.flopsPerToken() / factor * again / rate;
        }
        Family family = Family.of(shape.config());
        double attention = family.attentionFlops(shape.config(), shape.config().causal() ? RUNS : RUNS_OF_BOTH_SIDES);
        double allHeads = 6.0 * shape.vocabSize() * width;
        double blocks = shape.flopsPerToken() - family.attentionFlops(shape.config(), 1) - allHeads;
        double head = allHeads * predictedShare(config);
        double once = (blocks + head) / factor + attention;
        double again = config.training().recompute() ? (blocks / factor + attention) / 3 : 0;
        return (once + again) / rate;
    }

    private static double elementwiseBytes(ModelShape shape, WeftConfig config) {
        double again = config.training().recompute() ? 4.0 / 3 : 1;
        double kept = shape.config().blocks()
                * (double) Activations.of(shape, config.training()).block();
        return again * kept * ACTIVATION_PASSES
                + LOGIT_PASSES * Float.BYTES * shape.vocabSize() * predictedShare(config);
    }

    /** Of the tokens, those that have logits: all, or a masked language model's fraction. */
    private static double predictedShare(WeftConfig config) {
        return (double) config.targetsPerSequence() / config.model().context();
    }

    /** The embedding's gradient is complete last: nothing is left to hide its push behind. */
    private static double lastShare(ModelShape shape) {
        return (double) shape.vocabSize()
                * shape.config().width()
                / shape.layout().size();
    }
}
