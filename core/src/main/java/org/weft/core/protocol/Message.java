package org.weft.core.protocol;

import org.weft.core.lanes.LaneSpan;
import org.weft.core.optim.StateVector;

/**
 * Everything that driver, workers and servers say to each other, apart from the buckets themselves. The driver's
 * coordinator never calls anyone: members poll it, and it holds the reply until there is something to do. Every message
 * may be sent twice; the keys in it (generation, step, incarnation) make the second one harmless.
 *
 * <p>A <i>generation</i> is a period between two loadings of the servers; an <i>incarnation</i> is one attempt of one
 * member, so that an attempt that was given up is refused when it comes back.
 *
 * <p>A request declares its answer: whoever calls gets that, or an error where the answer is {@link Refused}.
 */
public sealed interface Message {

    // ---- kinds

    /**
     * What somebody asks of somebody.
     *
     * @param <R> its answer
     */
    sealed interface Request<R extends Message> extends Message {
        Class<R> answerType();
    }

    /** A member has started. */
    sealed interface Join extends Request<Admitted> {
        @Override
        default Class<Admitted> answerType() {
            return Admitted.class;
        }
    }

    /** What a member tells the coordinator. */
    sealed interface Report extends Request<Done> {
        @Override
        default Class<Done> answerType() {
            return Done.class;
        }
    }

    /** What a worker is to do next; {@link Done} where there was nothing for a while. */
    sealed interface Work extends Message {}

    /** What a server is to do next; {@link Done} where there was nothing for a while. */
    sealed interface Order extends Message {}

    // ---- worker to coordinator

    /** A worker task has started. */
    record JoinWorker(
            int worker, int attempt, String host, String executor, String device, String layoutHash, double peakFlops)
            implements Join {}

    /**
     * What is to be done next?
     *
     * @param ticket of the lanes that this worker computed last; where the servers have not acknowledged them yet, their report is
     *     still to come
     */
    record PollWork(int worker, int incarnation, int ticket) implements Request<Work> {
        /** The ticket of no work. */
        public static final int NOTHING = 0;

        @Override
        public Class<Work> answerType() {
            return Work.class;
        }
    }

    /**
     * All gradients of a span were acknowledged by the servers.
     *
     * @param losses the lanes' losses in lane order, each already divided by the global batch's targets
     * @param figures figures of each of the lanes beside its loss, such as what the sequences of a source cost
     */
    record LanesDone(
            int worker,
            int incarnation,
            int generation,
            int step,
            LaneSpan span,
            double[] losses,
            FigureSum[] figures,
            WorkTimes times)
            implements Report {}

    /** What validation batches, from {@code firstBatch} on, say of the parameters. */
    record BatchesEvaluated(int worker, int incarnation, int generation, int step, int firstBatch, BatchScore[] batches)
            implements Report {}

    /** The work at hand could not be finished (a server is gone, say); the worker is well and polls again. */
    record WorkAbandoned(int worker, int incarnation, int generation, int step, String cause) implements Report {}

    // ---- coordinator to worker

    /**
     * Compute these lanes of a step with the parameters that it is computed with, and push their sums.
     *
     * @param ticket of this piece of work and no other
     * @param updates before this step: steps that were not skipped, as far as they are decided
     */
    record ComputeLanes(int ticket, int generation, int step, int updates, LaneSpan span, Address[] servers)
            implements Work {}

    /** Evaluate validation batches [firstBatch, firstBatch + batches) with the parameters of this step. */
    record EvaluateBatches(int generation, int step, int firstBatch, int batches, Address[] servers) implements Work {}

    // ---- server to coordinator

    /** A server task has started and listens. */
    record JoinServer(int server, int attempt, Address address, String executor, String layoutHash) implements Join {}

    /**
     * What is to be done next?
     *
     * @param generation of the parameters that the shard holds, -1 at its start: an order that leads to them has been
     *     carried out, any other is given again
     * @param step version of those parameters
     */
    record PollOrder(int server, int incarnation, int generation, int step) implements Request<Order> {
        @Override
        public Class<Order> answerType() {
            return Order.class;
        }
    }

    /** The shard holds the parameters of this step. */
    record ShardLoaded(int server, int incarnation, int generation, int step) implements Report {}

    /**
     * All lanes of all of the shard's buckets are summed.
     *
     * @param firstPushed index of its first bucket in {@link PushLayout}
     * @param squares float64 sum of squares of each of its pushed buckets, in their order
     */
    record ShardReduced(int server, int incarnation, int generation, int step, int firstPushed, double[] squares)
            implements Report {}

    /** The shard's part of a checkpoint is durable. */
    record ShardSaved(int server, int incarnation, int generation, int step, SavedRange file) implements Report {}

    /** The shard's part of a checkpoint could not be written; training goes on. */
    record ShardSaveFailed(int server, int incarnation, int generation, int step, String cause) implements Report {}

    // ---- coordinator to server

    /**
     * Start a generation from a checkpoint.
     *
     * @param checkpoint directory to load from, or empty for the initial parameters of step 0
     * @param save write these parameters as a checkpoint too
     * @param backups servers that complete sums are to be passed on to from now on
     */
    record LoadParameters(int generation, int step, String checkpoint, boolean save, Address[] backups)
            implements Order {}

    /**
     * Start a generation with the parameters that the server has: those of {@code step}. What was summed is forgotten.
     *
     * @param save write these parameters as a checkpoint too
     * @param backups as in {@link LoadParameters}
     */
    record AdoptGeneration(int generation, int step, boolean save, Address[] backups) implements Order {}

    /**
     * Become the backup of a server that has, or is about to have, the parameters of this step: copy its state.
     *
     * @param updates that led to them: steps that were not skipped
     */
    record CopyShard(int generation, int step, int updates, Address primary) implements Order {}

    /**
     * Update the parameters from version {@code step} to version {@code next}.
     *
     * @param updates done before this one: steps that were not skipped
     * @param scale the gradient's factor from clipping by the global norm
     * @param skip leave parameters and moments as they are: the gradient is not finite
     * @param save write the updated parameters as a checkpoint
     * @param backups as in {@link LoadParameters}
     * @param newBackup whether one of them copies the version that this leads to: it has none of the sums of later steps that are
     *     complete already
     */
    record ApplyStep(
            int generation,
            int step,
            int next,
            int updates,
            float scale,
            boolean skip,
            boolean save,
            Address[] backups,
            boolean newBackup)
            implements Order {}

    // ---- worker to server

    /**
     * Is a bucket of these parameters there? Answered as soon as bucket {@code fromBucket} has version {@code step}.
     *
     * @param part the parameters, what is predicted of them, or another vector of the shard that workers pull with them
     * @param codec name of the {@link BucketCodec} that they are to be pulled in
     */
    record AwaitParameters(int generation, int step, int fromBucket, StateVector part, String codec)
            implements Request<ParametersReady> {
        /** Parameters in plain float32. */
        public AwaitParameters(int generation, int step, int fromBucket) {
            this(generation, step, fromBucket, StateVector.PARAM, BucketCodec.F32.name());
        }

        @Override
        public Class<ParametersReady> answerType() {
            return ParametersReady.class;
        }
    }

    /**
     * Buckets [fromBucket, endBucket) may be pulled.
     *
     * @param checksums CRC32C of the bytes of each of them, in the codec that was asked for
     */
    record ParametersReady(int endBucket, int[] checksums) implements Message {}

    // ---- server to server

    /** CRC32C of the moments at this version, for a backup that has copied them. */
    record AwaitMomentChecksums(int generation, int step) implements Request<Checksums> {
        @Override
        public Class<Checksums> answerType() {
            return Checksums.class;
        }
    }

    /**
     * @param values CRC32C of each bucket's first moment, then of its second, bucket after bucket
     */
    record Checksums(int[] values) implements Message {}

    // ---- anyone

    /** A sign of life; it renews the member's lease. */
    record Heartbeat(Role role, int id, int incarnation) implements Request<Alive> {
        @Override
        public Class<Alive> answerType() {
            return Alive.class;
        }
    }

    /**
     * The answer to a sign of life.
     *
     * @param generation at hand: work and orders of an earlier one are not worth waiting for any longer
     */
    record Alive(int generation) implements Message {}

    /** A member ends with an error of its own; the run fails with this cause unless it can recover. */
    record MemberFailed(Role role, int id, int incarnation, int exitStatus, String cause, String hint)
            implements Report {}

    /** Welcome; use this incarnation from now on. */
    record Admitted(int incarnation) implements Message {}

    /** The run is over for everyone: leave. */
    record RunEnded(String cause) implements Work, Order {}

    /** Received and, where it was new, acted on. */
    record Done() implements Work, Order {}

    /** Not acted on, and why: a stale generation or incarnation, another model's layout. */
    record Refused(String cause) implements Message {}
}
