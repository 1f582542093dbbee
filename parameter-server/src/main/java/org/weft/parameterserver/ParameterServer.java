package org.weft.parameterserver;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.Threads;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.optim.MatrixProducts;
import org.weft.core.params.RangePartitioner;
import org.weft.core.params.RangePartitioner.BucketRange;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.BucketCodecs;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.PushLayout;
import org.weft.core.protocol.Role;
import org.weft.core.protocol.SavedRange;
import org.weft.core.storage.Retries;
import org.weft.core.transport.CoordinatorLink;
import org.weft.core.transport.Deadline;
import org.weft.core.transport.FencedException;
import org.weft.core.transport.Link;
import org.weft.core.transport.SparkTransport;
import org.weft.core.transport.Transport;
import org.weft.parameterserver.reduce.LaneReducer;
import org.weft.parameterserver.replication.BackupFeed;
import org.weft.parameterserver.replication.ShardCopy;
import org.weft.parameterserver.shard.KeptVersions;
import org.weft.parameterserver.shard.ParameterShard;
import org.weft.parameterserver.shard.ShardCheckpointer;
import org.weft.parameterserver.shard.ShardUpdate;

/**
 * One copy of one shard of the parameter server, from its start to the run's end: joins, then does what the coordinator
 * orders. Whether it serves the shard or stands by as its backup is the coordinator's to say, and makes little difference
 * here: sums come from the workers, or whole from the server that serves. {@link #run} is to be called once, by the
 * task's thread, which owns the shard.
 */
public final class ParameterServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ParameterServer.class);
    private static final long COPY_PAUSE_MILLIS = 200;

    private final ServerOptions options;
    private final int server;
    private final int shardIndex;
    private final ParameterShard shard;
    private final LaneReducer reducer;
    private final BackupFeed feed;
    private final ShardCheckpointer checkpointer;
    private final Transport transport;
    private final Threads threads;
    private final CoordinatorLink coordinator;
    private final ExecutorService reports;
    private volatile CopyUnderWay copying;

    /** A copy from another server, and the generation that it is for. */
    private record CopyUnderWay(int generation, Link source) {}

    /**
     * @param server index of the task; copies of a shard follow each other
     * @param products of an optimizer that moves matrices
     */
    public ParameterServer(ServerOptions options, int server, MatrixProducts products) {
        this(options, server, products, new SparkTransport(options.security()), Threads.MACHINE);
    }

    /**
     * @param transport ends with this server
     */
    public ParameterServer(
            ServerOptions options, int server, MatrixProducts products, Transport transport, Threads threads) {
        this.options = options;
        this.server = server;
        this.shardIndex = server / options.config().servers().replicas();
        int shards = options.config().cluster().servers();
        int lanes = options.config().training().lanes();
        PushLayout pushes = PushLayout.of(options.config(), options.layout());
        BucketRange range = RangePartitioner.of(pushes.layout(), shards).range(shardIndex);
        this.transport = transport;
        this.threads = threads;
        BucketCodecs codecs = BucketCodecs.of(options.config(), pushes.layout());
        int openSteps = options.config().sync().openSteps();
        this.shard = new ParameterShard(
                pushes, range, options.optimizer(), KeptVersions.of(options.config()), codecs, products);
        this.feed = new BackupFeed(
                transport,
                threads,
                shard,
                lanes,
                options.config().cluster().patience(),
                (generation, step, squares) ->
                        reportReduced(generation, step, pushes.range(range).first(), squares));
        this.reducer = new LaneReducer(pushes, range, lanes, openSteps, codecs, feed);
        feed.attach(reducer);
        this.checkpointer = new ShardCheckpointer(
                shard,
                options.store(),
                new ShardCheckpointer.Destination(options.config().run().directory(), shardIndex, shards),
                Retries.of(options.config().checkpoint().retries(), threads));
        this.coordinator = new CoordinatorLink(
                transport,
                threads,
                options.coordinator(),
                Role.SERVER,
                server,
                options.config().cluster().patience());
        this.reports = threads.single("weft-reports-server-" + server);
    }

    /**
     * Serves until the run ends or this attempt is replaced.
     *
     * @param host the address that workers reach this process at
     */
    public void run(int attempt, String host, String executor) throws IOException {
        String layout = options.layout().hash();
        coordinator.onGeneration(this::endStaleCopy);
        try (Transport.Listener listener = transport.listen(host, new RequestHandler(shard, reducer))) {
            boolean ended;
            do {
                reducer.close(); // What is acknowledged from here on is for the state that it will be given.
                coordinator.join(
                        new Message.JoinServer(server, attempt, listener.address(), executor, layout),
                        options.config().cluster().heartbeat());
                LOG.info(
                        "server {} (attempt {}) holds parameters [{}, {}) at {}",
                        server,
                        attempt,
                        shard.offset(),
                        shard.offset() + shard.length(),
                        listener.address());
                ended = followOrders(attempt);
            } while (!ended);
        } catch (FencedException e) {
            LOG.warn("server {} (attempt {}) ends: {}", server, attempt, e.getMessage());
        } catch (IOException | RuntimeException e) {
            coordinator.reportFailure(e);
            throw e;
        } catch (VirtualMachineError e) { // Memory, as a rule: the executor's end, whose cause is to be known.
            coordinator.reportFailure(WeftException.failed(
                    "server " + server + " (executor " + executor + ", host " + host + "): " + e,
                    "give executors more memory (spark.executor.memory, cluster.executor_memory)"));
            throw e;
        }
    }

    /** Returns whether the run has ended; if not, the coordinator gave this incarnation up, and it may join again. */
    private boolean followOrders(int attempt) throws IOException {
        int generation = -1;
        int step = -1;
        try {
            while (!Thread.currentThread().isInterrupted()) {
                Message.Order order =
                        coordinator.call(new Message.PollOrder(server, coordinator.incarnation(), generation, step));
                if (order instanceof Message.LoadParameters load) {
                    load(load);
                    generation = load.generation();
                    step = load.step();
                } else if (order instanceof Message.AdoptGeneration adopt) {
                    adopt(adopt);
                    generation = adopt.generation();
                } else if (order instanceof Message.CopyShard copy) {
                    if (copied(copy)) {
                        generation = copy.generation();
                        step = copy.step();
                    }
                } else if (order instanceof Message.ApplyStep apply) {
                    apply(apply);
                    step = apply.next();
                } else if (order instanceof Message.RunEnded) {
                    return true;
                }
            }
            return true;
        } catch (FencedException e) {
            LOG.warn("server {} (attempt {}) was given up: {}", server, attempt, e.getMessage());
            return false;
        }
    }

    private void load(Message.LoadParameters order) throws IOException {
        feed.passTo(order.backups(), order.step());
        shard.beginLoad(order.generation(), order.step());
        if (order.checkpoint().isEmpty()) {
            shard.initialize(options.config().run().seed());
        } else {
            CheckpointManifest manifest = CheckpointManifest.load(options.store(), order.checkpoint());
            shard.load(new CheckpointReader(options.store(), order.checkpoint(), manifest));
        }
        reducer.begin(order.generation(), order.step());
        shard.publishAll();
        if (order.save()) {
            save(order.generation(), order.step());
        }
        reportLoaded(order.generation(), order.step());
    }

    private void adopt(Message.AdoptGeneration order) throws IOException {
        feed.passTo(order.backups(), order.step());
        reducer.begin(order.generation(), order.step());
        shard.adopt(order.generation(), order.step());
        if (order.save()) {
            save(order.generation(), order.step());
        }
        reportLoaded(order.generation(), order.step());
    }

    /** Returns whether the copy is whole; where it is not, the coordinator knows best what comes next. */
    private boolean copied(Message.CopyShard order) throws IOException {
        feed.passTo(new Address[0], 0);
        shard.beginCopy(order.generation(), order.step(), order.updates());
        try (Link source = transport.connect(order.primary())) {
            copying = new CopyUnderWay(order.generation(), source);
            new ShardCopy(shard, source)
                    .run(
                            order.generation(),
                            order.step(),
                            Deadline.in(threads, options.config().cluster().stepTimeout()));
        } catch (FencedException e) {
            throw e;
        } catch (IOException e) {
            LOG.warn("server {} could not become a backup: {}", server, e.getMessage());
            threads.pause(COPY_PAUSE_MILLIS, "server " + server);
            return false;
        } finally {
            copying = null;
        }
        reducer.begin(order.generation(), order.step());
        shard.publishAll();
        reportLoaded(order.generation(), order.step());
        return true;
    }

    /** The source may be out of reach and its generation over: waiting on would be in vain. */
    private void endStaleCopy(int generation) {
        CopyUnderWay present = copying;
        if (present != null && present.generation() < generation) {
            present.source().close();
        }
    }

    private void apply(Message.ApplyStep order) {
        int next = order.next();
        feed.passTo(order.backups(), order.newBackup() ? next : 0);
        Runnable beginNext = () -> reducer.advance(next);
        if (order.skip()) {
            shard.skip(order.generation(), order.step(), next, beginNext);
        } else {
            ShardUpdate update = new ShardUpdate(order.step(), next, order.updates(), order.scale());
            shard.apply(order.generation(), update, reducer::sum, beginNext);
        }
        if (order.newBackup()) {
            reducer.tellAgain(feed);
        }
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
                        ? new Message.ShardSaved(server, incarnation, generation, step, file)
                        : new Message.ShardSaveFailed(server, incarnation, generation, step, failure.getMessage())));
    }

    private void reportLoaded(int generation, int step) throws IOException {
        coordinator.call(new Message.ShardLoaded(server, coordinator.incarnation(), generation, step));
    }

    private void reportReduced(int generation, int step, int firstPushed, double[] squares) {
        report(new Message.ShardReduced(server, coordinator.incarnation(), generation, step, firstPushed, squares));
    }

    /** Reports leave network threads free: a call may wait for the coordinator. */
    private void report(Message.Report message) {
        reports.execute(() -> {
            try {
                coordinator.call(message);
            } catch (IOException e) {
                LOG.warn("server {} could not report {}: {}", server, message, e.getMessage());
            }
        });
    }

    @Override
    public void close() {
        feed.close();
        checkpointer.close();
        reports.shutdown();
        coordinator.close();
        transport.close();
    }
}
