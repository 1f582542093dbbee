package org.weft.driver.plan;

import org.weft.core.config.TrainingConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.model.Routing;
import org.weft.core.protocol.PushLayout;

/**
 * Seconds of one step of the worker with the most lanes: matrix products at the measured peak less what narrow ones
 * miss, everything else at the rate of memory, a fixed time for each operation, and the exchange. Where driver, workers
 * and servers share the processors of one machine nothing overlaps, for all of them are busy; on a cluster pulling hides
 * behind forward, pushing behind backward, and where gradients are late the exchange behind the next step. docs/decisions/0012-plan.md says where the constants were measured.
 *
 * @param products matrix products and attention
 * @param elementwise norms, nonlinearities, residuals and the loss: passes over activations
 * @param dispatch operations' fixed cost
 * @param pull parameters, from servers that send to all workers at once, as far as forward does not hide them
 * @param push gradients, as far as backward does not hide them
 * @param update sums, AdamW and publication on a server
 */
public record StepTime(double products, double elementwise, double dispatch, double pull, double push, double update) {

    /** Operations of one block forward and backward, and what one costs. */
    static final double BLOCK_OPERATIONS = 60;

    static final double OPERATION_SECONDS = 10e-6;

    /** Operations of one expert more of a block: counted. */
    static final double EXPERT_OPERATIONS = 40;

    /** Copies that a pulled or pushed byte amounts to, both sides together: kernel, checksums, sums. Measured. */
    public static final double EXCHANGE_COPIES = 4;

    /** Bytes of copying that an update amounts to for each parameter: sum, squares, AdamW, checksum. Measured. */
    public static final double UPDATE_BYTES = 16;

    /** The same of a prediction: weights and moments are read, what comes of them is written and checked. */
    static final double PREDICTION_BYTES = 8;

    /** Of a step's time: polls of the coordinator, stragglers among the workers. */
    public static final double FIXED_SECONDS = 0.005;

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
    public static StepTime of(
            ModelShape shape, WeftConfig config, MachinePeaks peaks, int processors, double networkBytes) {
        TrainingConfig training = config.training();
        int sequences = MemoryModel.LaneShares.of(config).mostLanes() * training.laneBatch();
        double share = share(config, processors);
        SequenceCost sequence = new SequenceCost(shape, config);
        double products = share * sequences * sequence.productSeconds(peaks);
        double elementwise = share * sequences * sequence.passedBytes() / peaks.copyBytes();
        double microBatches = (double) sequences / training.microBatch();
        double recomputed = config.recomputes() ? 4.0 / 3 : 1;
        double dispatch = share * recomputed * microBatches * operations(shape) * OPERATION_SECONDS;

        Traffic traffic = Traffic.of(shape, config);
        double byteSeconds = EXCHANGE_COPIES / peaks.copyBytes();
        double pull =
                Math.max(traffic.workerPull(), traffic.serverOut()) * Math.max(share * byteSeconds, 1 / networkBytes);
        double push = Math.max(traffic.workerPush(), traffic.serverIn() + traffic.backup())
                * Math.max(share * byteSeconds, 1 / networkBytes);
        double exchange = pull + push;
        if (processors == 0 && !config.sync().local()) {
            double forward = (products + elementwise) / (config.recomputes() ? 4 : 3);
            pull = config.cluster().streamed() // A block comes while the one before it is computed.
                    ? Math.max(pull - products - elementwise, pull * embeddingShare(shape) / 2)
                    : pull
                            - hidden(
                                    pull,
                                    forward,
                                    embeddingShare(shape),
                                    config.cluster().servers());
            push = Math.max(push - 2.0 / 3 * (products + elementwise), push * embeddingShare(shape));
        }
        double elements = shape.layout().size() / (double) config.cluster().servers();
        double update = share
                * elements
                * updateBytes(shape, config)
                / peaks.copyBytes()
                / config.sync().stride();
        update += share * MatrixWork.of(shape, config).most() / peaks.flops();
        if (config.sync().local()) { // And each lane's own, by its worker.
            double lanes = MemoryModel.LaneShares.of(config).mostLanes();
            update += share * lanes * shape.layout().size() * UPDATE_BYTES / peaks.copyBytes();
        }
        if (processors == 0 && config.sync().delay() > 0) { // The step after computes meanwhile.
            double shown = Math.max(0, exchange + update - products - elementwise - dispatch);
            return new StepTime(products, elementwise, dispatch, shown, 0, 0);
        }
        return new StepTime(products, elementwise, dispatch, pull, push, update);
    }

    /**
     * The same with a teacher that is asked about every sequence: a forward pass of it, which nothing of the exchange hides behind.
     *
     * @param teacher null for none
     * @param processors as in {@link #of}
     */
    StepTime beside(ModelShape teacher, WeftConfig config, MachinePeaks peaks, int processors) {
        if (teacher == null) {
            return this;
        }
        SequenceCost cost = new SequenceCost(teacher, config.withModel(teacher.config()));
        int sequences = MemoryModel.LaneShares.of(config).mostLanes()
                * config.training().laneBatch();
        double forward = share(config, processors) * sequences / (config.recomputes() ? 4 : 3);
        double microBatches = (double) sequences / config.training().microBatch();
        double asked = share(config, processors) * microBatches * operations(teacher) * OPERATION_SECONDS / 3;
        return new StepTime(
                products + forward * cost.productSeconds(peaks),
                elementwise + forward * cost.passedBytes() / peaks.copyBytes(),
                dispatch + asked,
                pull,
                push,
                update);
    }

    /** How many times longer what a worker computes takes for the processors that all of them share. */
    private static double share(WeftConfig config, int processors) {
        double wanted = (double) config.cluster().workers() * config.cluster().threads();
        return processors > 0 ? Math.max(1, wanted / processors) : 1;
    }

    /** Bytes of copying that an update amounts to for each parameter, with what is pushed beside gradients and what is predicted. */
    public static double updateBytes(ModelShape shape, WeftConfig config) {
        double predicted = config.sync().predictsWeights(config.training()) ? PREDICTION_BYTES : 0;
        return UPDATE_BYTES * PushLayout.of(config, shape.layout()).vectors() + predicted;
    }

    /** Of all blocks. */
    private static double operations(ModelShape shape) {
        int experts =
                shape.family().routing(shape.config()).map(Routing::experts).orElse(0);
        return shape.config().blocks() * (BLOCK_OPERATIONS + experts * EXPERT_OPERATIONS);
    }

    /**
     * Seconds of a pull that a forward pass hides, which goes on with what is there. All servers send at once, each its range from its
     * beginning: what follows the first one's range is there when that range is.
     *
     * @param embeddings share of the parameters that have to be there before anything is computed
     */
    static double hidden(double pull, double forward, double embeddings, int servers) {
        double range = Math.max(embeddings, 1.0 / servers);
        double meanwhile = forward * (range - embeddings) / (1 - embeddings);
        return Math.min(meanwhile, pull * (1 - Math.min(1, embeddings * servers)));
    }

    /** The embedding's gradient is complete last: nothing is left to hide its push behind. Its parameters are needed first. */
    public static double embeddingShare(ModelShape shape) {
        return (double) shape.vocabSize()
                * shape.config().width()
                / shape.layout().size();
    }
}
