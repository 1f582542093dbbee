package org.weft.driver.plan.scale;

import org.weft.core.config.SyncConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.protocol.BucketCodecs;
import org.weft.driver.plan.MachinePeaks;
import org.weft.driver.plan.MatrixWork;
import org.weft.driver.plan.MemoryModel;
import org.weft.driver.plan.StepTime;
import org.weft.driver.plan.Traffic;

/**
 * What each piece of a step costs one worker, and all servers together, in the configuration of one cluster. Seconds are of one
 * processor with nothing else to do.
 *
 * @param lanes of the worker with the most
 * @param lane seconds of one lane's forward and backward
 * @param begins share of a pull with which forward begins; 1 where it begins with all of it
 * @param overtaken seconds of that forward that the rest of the pull does not hold up
 * @param tail share of a lane's seconds during whose course its gradient becomes final: the last micro-batch's backward
 * @param laneStep seconds of a lane's own optimizer, for each of a round's steps; 0 without rounds
 * @param encode seconds of encoding one lane's gradient; 0 where it is sent as it is
 * @param byLane whether each lane is pushed by itself; else what a worker pushes is complete with its last lane
 * @param pull bytes that a worker receives for a version
 * @param push bytes that a worker sends for a step, or for a round
 * @param pullCopy seconds of a processor for what a worker pulls, on each side
 * @param pushCopy seconds of a processor for what a worker pushes, on each side
 * @param decode seconds of all servers for what one worker pushes, beside copies
 * @param update seconds of all servers for an update
 * @param backup bytes that all servers send to copies of their shards for an update
 * @param delay steps that gradients are late by
 * @param round steps between two versions
 */
record StepCosts(
        int lanes,
        double lane,
        double begins,
        double overtaken,
        double tail,
        double laneStep,
        double encode,
        boolean byLane,
        double pull,
        double push,
        double pullCopy,
        double pushCopy,
        double decode,
        double update,
        double backup,
        int delay,
        int round) {

    private static final double BACKWARD = 2.0 / 3;

    /**
     * @param codecs of this machine
     */
    static StepCosts of(ModelShape shape, WeftConfig config, MachinePeaks peaks, CodecRates codecs) {
        SyncConfig sync = config.sync();
        MemoryModel.LaneShares shares = MemoryModel.LaneShares.of(config);
        double parameters = shape.layout().size();
        Traffic traffic = Traffic.of(shape, config);
        double steps = sync.stride();
        double compute =
                StepTime.of(shape, config, peaks, 0, Double.POSITIVE_INFINITY).compute();
        double oneSide = StepTime.EXCHANGE_COPIES / 2 / peaks.copyBytes();
        double pull = traffic.workerPull() * steps;
        double push = traffic.workerPush() * steps;
        double embeddings = StepTime.embeddingShare(shape);
        int servers = config.cluster().servers();
        boolean follows = !sync.local() && sync.delay() == 0;
        double forward = compute / shares.mostLanes() / (config.training().recompute() ? 4 : 3);
        double overtaken = forward * (Math.max(embeddings, 1.0 / servers) - embeddings) / (1 - embeddings);
        boolean lossy = BucketCodecs.ofGradients(sync).lossy();
        CodecRates.Rate codec = codecs.of(sync.gradients());
        double updateSeconds = StepTime.UPDATE_BYTES / peaks.copyBytes();
        return new StepCosts(
                shares.mostLanes(),
                compute / shares.mostLanes(),
                follows ? Math.min(1, embeddings * servers) : 1,
                follows ? overtaken / config.training().microBatchesPerLane() : 0,
                BACKWARD / config.training().microBatchesPerLane(),
                sync.local() ? parameters * updateSeconds : 0,
                parameters * codec.encode(),
                lossy,
                pull,
                push,
                pull * oneSide,
                push * oneSide,
                parameters * codec.decode() * shares.mostPushes(),
                parameters * StepTime.updateBytes(shape, config) / peaks.copyBytes()
                        + MatrixWork.of(shape, config).all() / peaks.flops(),
                (double) traffic.backup() * Traffic.owners(shape, config) * steps,
                sync.delay(),
                sync.stride());
    }

    /** Seconds that a worker computes for a version, with nothing in its way. */
    double computing() {
        return lanes * (round * (lane + laneStep) + encode);
    }
}
