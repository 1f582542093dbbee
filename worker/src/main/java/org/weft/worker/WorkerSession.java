package org.weft.worker;

import java.io.IOException;
import java.util.List;
import java.util.function.IntConsumer;
import org.weft.core.Threads;
import org.weft.core.protocol.BatchScore;
import org.weft.core.protocol.FigureSum;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.Role;
import org.weft.core.protocol.WorkTimes;
import org.weft.core.transport.CoordinatorLink;
import org.weft.core.transport.SparkTransport;
import org.weft.core.transport.Transport;

/** A worker's conversation with the coordinator: join, ask for work, report. */
public final class WorkerSession implements AutoCloseable {
    private final int worker;
    private final Transport transport;
    private final Threads threads;
    private final CoordinatorLink coordinator;
    private final WorkerOptions options;

    public WorkerSession(WorkerOptions options, int worker) {
        this(options, worker, new SparkTransport(options.security()), Threads.MACHINE);
    }

    /**
     * @param transport ends with this session
     */
    public WorkerSession(WorkerOptions options, int worker, Transport transport, Threads threads) {
        this.options = options;
        this.worker = worker;
        this.transport = transport;
        this.threads = threads;
        this.coordinator = new CoordinatorLink(
                transport,
                threads,
                options.coordinator(),
                Role.WORKER,
                worker,
                options.config().cluster().patience());
    }

    /**
     * Joins the run.
     *
     * @param peakFlops measured floating-point operations a second of this worker's device
     */
    public void join(int attempt, String host, String executor, String device, double peakFlops) throws IOException {
        coordinator.join(
                new Message.JoinWorker(worker, attempt, host, executor, device, options.layoutHash(), peakFlops),
                options.config().cluster().heartbeat());
    }

    /** Who is told the generation at hand now and then; see {@link CoordinatorLink#onGeneration}. */
    void onGeneration(IntConsumer listener) {
        coordinator.onGeneration(listener);
    }

    Transport transport() {
        return transport;
    }

    Threads threads() {
        return threads;
    }

    /**
     * Waits for work; {@link Message.Done} means that there was none for a while.
     *
     * @param ticket of what was computed last
     */
    Message.Work nextWork(int ticket) throws IOException {
        return coordinator.call(new Message.PollWork(worker, coordinator.incarnation(), ticket));
    }

    void lanesDone(Message.ComputeLanes work, double[] losses, List<FigureSum> figures, WorkTimes times)
            throws IOException {
        coordinator.call(new Message.LanesDone(
                worker,
                coordinator.incarnation(),
                work.generation(),
                work.step(),
                work.span(),
                losses,
                figures.toArray(FigureSum[]::new),
                times));
    }

    void batchesEvaluated(Message.EvaluateBatches work, BatchScore[] batches) throws IOException {
        coordinator.call(new Message.BatchesEvaluated(
                worker, coordinator.incarnation(), work.generation(), work.step(), work.firstBatch(), batches));
    }

    /** Says that work was dropped; of the cause the first line, for failed requests bring their stack along. */
    void abandoned(int generation, int step, String cause) throws IOException {
        String line = String.valueOf(cause).lines().findFirst().orElse("");
        coordinator.call(new Message.WorkAbandoned(worker, coordinator.incarnation(), generation, step, line));
    }

    /** Says why this worker ends. */
    public void reportFailure(Exception failure) {
        coordinator.reportFailure(failure);
    }

    @Override
    public void close() {
        coordinator.close();
        transport.close();
    }

    @Override
    public String toString() {
        return Role.WORKER.name(worker);
    }
}
