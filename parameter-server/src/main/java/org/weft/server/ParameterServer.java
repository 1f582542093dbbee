package org.weft.server;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.model.ModelShape;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner;
import org.weft.core.params.RangePartitioner.BucketRange;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.Role;
import org.weft.core.protocol.SavedRange;
import org.weft.core.storage.CheckpointManifest;
import org.weft.core.storage.CheckpointReader;
import org.weft.core.transport.CoordinatorLink;
import org.weft.core.transport.FencedException;
import org.weft.core.transport.SparkTransport;
import org.weft.core.transport.Transport;
import org.weft.server.reduce.LaneReducer;
import org.weft.server.shard.ParameterShard;
import org.weft.server.shard.ShardCheckpointer;

/**
 * One shard of the parameter server, from its start to the run's end: joins, then does what the coordinator orders.
 * {@link #run} is to be called once, by the task's thread, which owns the shard.
 */
public final class ParameterServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ParameterServer.class);

    private final ServerOptions options;
    private final int shardIndex;
    private final ParameterShard shard;
    private final LaneReducer reducer;
    private final ShardCheckpointer checkpointer;
    private final ParameterLayout layout;
    private final Transport transport;
    private final CoordinatorLink coordinator;
    private final ExecutorService reports;

    public ParameterServer(ServerOptions options, int shardIndex) {
        this.options = options;
        this.shardIndex = shardIndex;
        ModelShape shape = options.shape();
        int servers = options.config().cluster().servers();
        this.layout = shape.layout();
        BucketRange range = new RangePartitioner(layout.bucketCount(), servers).range(shardIndex);
        this.shard = new ParameterShard(layout, range, options.config().training());
        this.reducer = new LaneReducer(
                layout,
                range,
                options.config().training().lanes(),
                (generation, step, squares) -> reportReduced(generation, step, range.first(), squares));
        this.checkpointer = new ShardCheckpointer(
                shard, options.store(), options.config().run().checkpointsDir(), shardIndex, servers);
        this.transport = new SparkTransport(options.security());
        this.coordinator =
                new CoordinatorLink(transport, options.coordinator(), Role.SERVER, shardIndex, options.patience());
        this.reports = Executors.newSingleThreadExecutor(task -> new Thread(task, "weft-reports-server-" + shardIndex));
    }

    /**
     * Serves until the run ends or this attempt is replaced.
     *
     * @param host the address that workers reach this process at
     */
    public void run(int attempt, String host, String executor) throws IOException {
        try (Transport.Listener listener = transport.listen(host, new RequestHandler(shard, reducer))) {
            boolean ended;
            do {
                coordinator.join(
                        new Message.JoinServer(shardIndex, attempt, listener.address(), executor, layout.hash()),
                        options.heartbeat());
                LOG.info(
                        "server {} (attempt {}) serves parameters [{}, {}) at {}",
                        shardIndex,
                        attempt,
                        shard.offset(),
                        shard.offset() + shard.length(),
                        listener.address());
                ended = followOrders(attempt);
            } while (!ended);
        } catch (FencedException e) {
            LOG.warn("server {} (attempt {}) ends: {}", shardIndex, attempt, e.getMessage());
        } catch (IOException | RuntimeException e) {
            coordinator.reportFailure(e);
            throw e;
        }
    }

    /** Returns whether the run has ended; if not, the coordinator gave this incarnation up, and it may join again. */
    private boolean followOrders(int attempt) throws IOException {
        int generation = -1;
        int step = -1;
        try {
            while (!Thread.currentThread().isInterrupted()) {
                Message order = coordinator.call(
                        new Message.PollOrder(shardIndex, coordinator.incarnation(), generation, step));
                if (order instanceof Message.LoadParameters load) {
                    load(load);
                    generation = load.generation();
                    step = load.step();
                } else if (order instanceof Message.ApplyStep apply) {
                    apply(apply);
                    step = apply.step() + 1;
                } else if (order instanceof Message.RunEnded) {
                    return true;
                }
            }
            return true;
        } catch (FencedException e) {
            LOG.warn("server {} (attempt {}) was given up: {}", shardIndex, attempt, e.getMessage());
            return false;
        }
    }

    private void load(Message.LoadParameters order) throws IOException {
        shard.beginLoad(order.generation(), order.step());
        if (order.checkpoint().isEmpty()) {
            shard.initialize(options.config().run().seed());
        } else {
            CheckpointManifest manifest = CheckpointManifest.load(options.store(), order.checkpoint());
            shard.load(new CheckpointReader(options.store(), order.checkpoint(), manifest));
        }
        reducer.begin(order.generation(), order.step());
        if (order.save()) {
            save(order.generation(), order.step());
        }
        shard.publishAll();
        coordinator.call(
                new Message.ShardLoaded(shardIndex, coordinator.incarnation(), order.generation(), order.step()));
    }

    private void apply(Message.ApplyStep order) {
        int next = order.step() + 1;
        shard.apply(
                order.generation(),
                order.step(),
                order.scale(),
                reducer::sum,
                () -> reducer.begin(order.generation(), next));
        if (order.save()) {
            save(order.generation(), next);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // Both outcomes become a report to the coordinator.
    private void save(int generation, int step) {
        int incarnation = coordinator.incarnation();
        CompletableFuture<SavedRange> saved = checkpointer.save(generation, step);
        saved.whenComplete((file, failure) -> report(
                failure == null
                        ? new Message.ShardSaved(shardIndex, incarnation, generation, step, file)
                        : new Message.ShardSaveFailed(
                                shardIndex, incarnation, generation, step, failure.getMessage())));
    }

    private void reportReduced(int generation, int step, int firstBucket, double[] squares) {
        report(new Message.ShardReduced(shardIndex, coordinator.incarnation(), generation, step, firstBucket, squares));
    }

    /** Reports leave network threads free: a call may wait for the coordinator. */
    private void report(Message message) {
        reports.execute(() -> {
            try {
                coordinator.call(message);
            } catch (IOException e) {
                LOG.warn("server {} could not report {}: {}", shardIndex, message, e.getMessage());
            }
        });
    }

    @Override
    public void close() {
        checkpointer.close();
        reports.shutdown();
        coordinator.close();
        transport.close();
    }
}
