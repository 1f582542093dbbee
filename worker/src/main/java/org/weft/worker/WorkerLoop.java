package org.weft.worker;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.Threads;
import org.weft.core.WeftException;
import org.weft.core.batches.BatchSource;
import org.weft.core.batches.MicroBatch;
import org.weft.core.config.SyncConfig;
import org.weft.core.model.ClassTally;
import org.weft.core.optim.MuonMatrices;
import org.weft.core.protocol.BatchScore;
import org.weft.core.protocol.BucketCodec;
import org.weft.core.protocol.BucketCodecs;
import org.weft.core.protocol.FigureSum;
import org.weft.core.protocol.LayoutCodec;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.ParameterVersion;
import org.weft.core.protocol.WorkTimes;
import org.weft.core.transport.Deadline;
import org.weft.core.transport.FencedException;
import org.weft.engine.Evaluated;
import org.weft.engine.Replica;

/**
 * What training is. A worker asks the coordinator for work; all work says which step it is of, and with that which version
 * of the parameters it is to be done with. The worker pulls that version unless it has it, computes its lanes as its buckets
 * arrive, pushes their sums while backward still runs, and reports the lanes' losses once every bucket is acknowledged. Then it asks again; where
 * gradients are late, before that.
 *
 * <p>A worker that joins late, takes over a lost one's lanes, or goes back to a checkpoint does nothing else. Owned by
 * the task's thread.
 */
public final class WorkerLoop<B extends MicroBatch> {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerLoop.class);
    /** First and longest rest after work that had to be dropped; a server that comes back takes seconds. */
    private static final long FIRST_REST_MILLIS = 100;

    private static final long LONGEST_REST_MILLIS = 2_000;
    /** Of gradients that are streamed: enough to fill a link while a block is computed. */
    private static final int BUCKETS_IN_FLIGHT = 16;

    private final WorkerOptions options;
    private final WorkerSession session;
    private final Threads threads;
    private final Replica<B> replica;
    private final BatchSource<B> batches;
    private final BucketCodecs codecs;
    private final ServerClient parameters;
    private final SpanProgram lanes;
    private final SyncConfig sync;
    private final LaneReports reports;
    /** Whether passes wait for what they need of the parameters; rounds of local steps need all from their start. */
    private final boolean follows;
    /** Of what was computed last, though the servers may not have acknowledged it. */
    private int ticket = Message.PollWork.NOTHING;

    private long restMillis = FIRST_REST_MILLIS;

    public WorkerLoop(WorkerOptions options, WorkerSession session, Replica<B> replica, BatchSource<B> batches) {
        this.options = options;
        this.session = session;
        this.threads = session.threads();
        this.replica = replica;
        this.batches = batches;
        this.sync = options.config().sync();
        this.reports = new LaneReports(session, sync.delay() > 0);
        this.codecs = BucketCodecs.of(options.config(), replica.layout());
        if (options.config().cluster().streamed()) {
            this.parameters = streamedParameters();
            this.lanes = blockByBlock();
        } else {
            InnerState inner = InnerState.of(options.config(), replica.layout());
            this.parameters = wholeParameters(inner);
            this.lanes = laneByLane(inner);
        }
        this.follows = !sync.local() && replica.follow(parameters.pages());
        session.onGeneration(parameters::endStaleWork);
    }

    private ServerClient wholeParameters(InnerState inner) {
        int servers = options.config().cluster().servers();
        return new ParameterClient(session.transport(), replica, inner, servers, pulled(), sync.delay() > 0);
    }

    /** What parameters are pulled in. */
    private LayoutCodec pulled() {
        return replica.roundsFactors() ? codecs.parameters() : BucketCodec.F32;
    }

    private SpanProgram laneByLane(InnerState inner) {
        LaneProgram single = options.privacy() == null
                ? new OneGradient<>(options.config(), replica, batches)
                : new PrivateGradient<>(options.config(), replica, batches, options.privacy());
        LaneProgram program = sync.local() ? afterWarmup(single, inner) : single;
        LaneGradients gradients = new LaneGradients(replica, inner, parameters, codecs, sync.delay() > 0);
        return new LaneByLane(program, gradients);
    }

    private LaneProgram afterWarmup(LaneProgram single, InnerState inner) {
        LaneProgram round = new LocalSteps<>(options.config(), replica, inner, batches);
        return (step, updates, lane, pushed) ->
                (sync.takesRound(step) ? round : single).run(step, updates, lane, pushed);
    }

    private ServerClient streamedParameters() {
        return new StreamedClient(
                session.transport(),
                replica,
                MuonMatrices.served(options.config(), replica.layout()),
                options.config().cluster().servers(),
                pulled());
    }

    private SpanProgram blockByBlock() {
        if (replica.spans() == null) {
            throw WeftException.usage(
                    "cluster.residency=streamed: what is trained here is not computed block by block",
                    "set cluster.residency=whole");
        }
        BlockGradients gradients = new BlockGradients(replica, parameters, codecs, BUCKETS_IN_FLIGHT);
        return new BlockByBlock<>(options.config(), replica.spans(), batches, gradients);
    }

    /**
     * Works until the run ends or the coordinator gives this incarnation up.
     *
     * @return whether the run has ended; if not, the worker may join again
     */
    public boolean run() throws IOException {
        try {
            while (true) {
                reports.rethrow();
                Message.Work work = session.nextWork(ticket);
                if (work instanceof Message.ComputeLanes compute) {
                    attempt(compute.generation(), compute.step(), () -> computeLanes(compute));
                } else if (work instanceof Message.EvaluateBatches evaluate) {
                    attempt(evaluate.generation(), evaluate.step(), () -> evaluate(evaluate));
                } else if (work instanceof Message.RunEnded) {
                    return true;
                }
            }
        } catch (FencedException e) {
            LOG.warn("{} was given up: {}", session, e.getMessage());
            return false;
        } finally {
            reports.close();
            parameters.close();
        }
    }

    /** Servers in trouble are the coordinator's business: drop the work, and ask what is to be done now. */
    private void attempt(int generation, int step, Work work) throws IOException {
        try {
            work.run();
            restMillis = FIRST_REST_MILLIS;
        } catch (FencedException e) {
            throw e;
        } catch (IOException e) {
            drop(generation, step, e);
        } catch (ParametersMissing e) {
            drop(generation, step, e.getCause());
        }
    }

    private void drop(int generation, int step, IOException cause) throws IOException {
        LOG.warn("{} drops its work on step {}: {}", session, step, cause.getMessage());
        lanes.abandon();
        parameters.reset();
        session.abandoned(generation, step, cause.getMessage());
        rest();
    }

    /** The work that was dropped is the next to be handed out: asking at once would ask hundreds of times a second. */
    private void rest() throws IOException {
        threads.pause(restMillis, session.toString());
        restMillis = Math.min(2 * restMillis, LONGEST_REST_MILLIS);
    }

    private void computeLanes(Message.ComputeLanes work) throws IOException {
        Deadline deadline = Deadline.in(threads, options.config().updateTimeout());
        long start = threads.nanoTime();
        ParameterVersion version = ParameterVersion.ofLanes(options.config(), work.step());
        parameters.turnTo(work.generation(), version, work.servers(), deadline);
        parameters.fetchAhead(ParameterVersion.ofLanes(options.config(), work.step() + 1));
        long computing = threads.nanoTime();
        if (!follows) {
            parameters.awaitAll();
        }

        double[] losses = new double[work.span().count()];
        List<FigureSum> figures = new ArrayList<>();
        lanes.run(work, deadline, losses, figures);
        parameters.awaitAll();
        long computed = threads.nanoTime();
        ticket = work.ticket();
        long pushed = lanes.pushedBytes();
        long pulled = parameters.pulledBytes();
        long waited = lanes.waitedNanos() + parameters.waitedNanos();
        reports.whenPushed(work, lanes.end(), deadline, () -> {
            long pushing = sync.delay() > 0 ? 0 : threads.nanoTime() - computed;
            long waitMicros = TimeUnit.NANOSECONDS.toMicros(computing - start + waited + pushing);
            long computeMicros = TimeUnit.NANOSECONDS.toMicros(computed - computing - waited);
            WorkTimes times = new WorkTimes(computeMicros, waitMicros, pushed, pulled, ResidentMemory.peakBytes());
            session.lanesDone(work, losses, figures, times);
        });
    }

    private void evaluate(Message.EvaluateBatches work) throws IOException {
        parameters.turnTo(
                work.generation(),
                ParameterVersion.of(work.step()),
                work.servers(),
                Deadline.in(threads, options.config().cluster().stepTimeout()));
        parameters.awaitAll();
        BatchScore[] scores = new BatchScore[work.batches()];
        for (int i = 0; i < scores.length; i++) {
            int index = work.firstBatch() + i;
            B batch = batches.validation(index);
            Evaluated evaluated = replica.evaluate(batch);
            ClassTally[] classes = evaluated.classes().toArray(ClassTally[]::new);
            scores[i] = new BatchScore(evaluated.loss(), batches.validationTargets(index, batch), classes);
        }
        session.batchesEvaluated(work, scores);
    }

    /** A piece of work that servers take part in. */
    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }
}
