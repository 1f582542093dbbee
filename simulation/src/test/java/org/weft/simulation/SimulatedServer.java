package org.weft.simulation;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.params.RangePartitioner.BucketRange;
import org.weft.core.params.RangePartitioner;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.Role;
import org.weft.core.storage.Retries;
import org.weft.core.transport.Service;
import org.weft.parameterserver.reduce.LaneReducer;
import org.weft.parameterserver.shard.ParameterShard;
import org.weft.parameterserver.shard.ShardCheckpointer;

/**
 * A parameter server over the real shard, reducer and checkpointer: {@code ParameterServer.followOrders} and
 * {@code RequestHandler}, told as events.
 */
final class SimulatedServer extends SimulatedMember {
    private static final long LOAD_MICROS = 30 * VirtualTime.MILLI;
    private static final long APPLY_MICROS = 4 * VirtualTime.MILLI;
    /** {@code ParameterServer.COPY_PAUSE_MILLIS}. */
    private static final long COPY_PAUSE_MICROS = 200 * VirtualTime.MILLI;

    private static final long WRITE_MICROS = 60 * VirtualTime.MILLI;

    final Address address;
    final BucketRange range;
    private final ParameterShard shard;
    private final ShardSums sums;
    private final SimulatedFeed feed;
    private SimulatedCopy copying;
    private int copyingGeneration;
    private final ShardCheckpointer checkpointer;
    private final ProcessStore store;
    private int generation = -1;
    private int step = -1;
    private int summing = -1;
    private boolean saving;
    private Runnable afterSave = () -> {};

    SimulatedServer(Simulation simulation, int id, int attempt) {
        super(simulation, Role.SERVER, id, attempt);
        Scenario scenario = simulation.scenario;
        int shardIndex = id / scenario.config().servers().replicas();
        address = new Address("host", 7000 + 100 * id + attempt);
        range = new RangePartitioner(scenario.layout().bucketCount(), scenario.servers()).range(shardIndex);
        shard = new ParameterShard(scenario.layout(), range, scenario.config().training());
        sums = simulation
                .bug
                .sums()
                .of(scenario.layout(), range, scenario.config().training().lanes(), new Reduced());
        feed = new SimulatedFeed(this, sums);
        store = new ProcessStore(simulation.files, simulation::write);
        checkpointer = new ShardCheckpointer(
                shard,
                store,
                new ShardCheckpointer.Destination(scenario.config().run().directory(), shardIndex, scenario.servers()),
                new Retries(0, Duration.ZERO),
                new VirtualExecutor(this, () -> simulation.faults.duration(WRITE_MICROS)));
    }

    @Override
    void die() {
        super.die();
        checkpointer.close();
    }

    @Override
    Message joinRequest() {
        return new Message.JoinServer(id, attempt, address, name, simulation.scenario.layoutHash());
    }

    /** {@code ParameterServer.followOrders}. */
    @Override
    void joined() {
        generation = -1;
        step = -1;
        poll();
    }

    private void poll() {
        call(new Message.PollOrder(id, incarnation, generation, step), order -> {
            if (order instanceof Message.LoadParameters load) {
                load(load);
            } else if (order instanceof Message.CopyShard copy) {
                copy(copy);
            } else if (order instanceof Message.AdoptGeneration adopt) {
                adopt(adopt);
            } else if (order instanceof Message.ApplyStep apply) {
                apply(apply);
            } else if (order instanceof Message.RunEnded) {
                leave("the run has ended");
            } else {
                poll();
            }
        });
    }

    /** {@code ParameterServer.load}: the manifest is read at its beginning, the files at its end. */
    private void load(Message.LoadParameters order) {
        feed.passTo(order.backups());
        shard.beginLoad(order.generation(), order.step());
        try {
            CheckpointManifest manifest =
                    order.checkpoint().isEmpty() ? null : CheckpointManifest.load(store, order.checkpoint());
            later(simulation.faults.duration(LOAD_MICROS), () -> load(order, manifest));
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
    }

    private void load(Message.LoadParameters order, CheckpointManifest manifest) {
        try {
            if (simulation.faults.failsRead()) {
                throw new IOException("the store did not answer");
            }
            if (manifest == null) {
                shard.initialize(simulation.scenario.config().run().seed());
            } else {
                shard.load(new CheckpointReader(store, order.checkpoint(), manifest));
            }
        } catch (IOException | RuntimeException e) {
            fail(e);
            return;
        }
        summing = order.generation();
        sums.begin(order.generation(), order.step());
        saveIf(order.save(), order.generation(), order.step(), () -> {
            shard.publishAll();
            loaded(order.generation(), order.step());
        });
    }

    /** {@code ParameterServer.adopt}. */
    private void adopt(Message.AdoptGeneration order) {
        feed.passTo(order.backups());
        summing = order.generation();
        sums.begin(order.generation(), order.step());
        try {
            shard.adopt(order.generation(), order.step());
        } catch (RuntimeException e) {
            fail(e);
            return;
        }
        saveIf(order.save(), order.generation(), order.step(), () -> loaded(order.generation(), order.step()));
    }

    /** {@code ParameterServer.copied}. */
    private void copy(Message.CopyShard order) {
        feed.passTo(new Address[0]);
        shard.beginLoad(order.generation(), order.step());
        copyingGeneration = order.generation();
        copying = new SimulatedCopy(this, order, shard, failure -> {
            copying = null;
            if (failure != null) {
                simulation.trace(() -> this + " could not become a backup: " + failure);
                later(COPY_PAUSE_MICROS, this::poll);
                return;
            }
            summing = order.generation();
            sums.begin(order.generation(), order.step());
            shard.publishAll();
            loaded(order.generation(), order.step());
        });
        copying.run();
    }

    /** {@code ParameterServer.endStaleCopy}. */
    @Override
    void generationAtHand(int present) {
        if (copying != null && copyingGeneration < present) {
            copying.end("its generation is over");
        }
    }

    private void loaded(int loadedGeneration, int loadedStep) {
        generation = loadedGeneration;
        step = loadedStep;
        simulation.invariants.published(this, generation, step, shard);
        call(new Message.ShardLoaded(id, incarnation, generation, step), reply -> poll());
    }

    /** {@code ParameterServer.apply}. */
    private void apply(Message.ApplyStep order) {
        simulation.invariants.applies(this, order, generation, step);
        feed.passTo(order.backups());
        later(simulation.faults.duration(APPLY_MICROS), () -> {
            int next = order.step() + 1;
            try {
                shard.apply(
                        order.generation(),
                        order.step(),
                        order.scale(),
                        sums::sum,
                        () -> sums.begin(order.generation(), next));
            } catch (RuntimeException e) {
                fail(e);
                return;
            }
            simulation.invariants.published(this, order.generation(), next, shard);
            saveIf(order.save(), order.generation(), next, () -> {
                step = next;
                poll();
            });
        });
    }

    /** {@code ParameterServer.save}. Where the real one would block until an earlier save is over, this goes on later. */
    @SuppressWarnings("FutureReturnValueIgnored") // Both outcomes become a report to the coordinator.
    private void saveIf(boolean save, int savedGeneration, int savedStep, Runnable then) {
        if (!save) {
            then.run();
            return;
        }
        if (saving) {
            afterSave = () -> saveIf(true, savedGeneration, savedStep, then);
            return;
        }
        saving = true;
        int savedIncarnation = incarnation;
        checkpointer.save(savedGeneration, savedStep).whenComplete((file, failure) -> {
            simulation.trace(
                    () -> this + " saves version " + savedStep + ": " + (failure == null ? file.file() : failure));
            report(
                    failure == null
                            ? new Message.ShardSaved(id, savedIncarnation, savedGeneration, savedStep, file)
                            : new Message.ShardSaveFailed(
                                    id, savedIncarnation, savedGeneration, savedStep, failure.getMessage()));
            saving = false;
            later(0, afterSave);
            afterSave = () -> {};
        });
        then.run();
    }

    private final class Reduced implements LaneReducer.Listener {
        @Override
        public void bucketReduced(int reducedGeneration, int reducedStep, int bucket) {
            feed.bucketReduced(reducedGeneration, reducedStep, bucket);
        }

        @Override
        public void reduced(int reducedGeneration, int reducedStep, double[] squares) {
            SimulatedServer server = SimulatedServer.this;
            simulation.invariants.reduced(server, reducedStep, squares);
            report(new Message.ShardReduced(id, incarnation, reducedGeneration, reducedStep, range.first(), squares));
        }
    }

    /** {@code RequestHandler.receive}. */
    CompletableFuture<Message> receive(Message request) {
        if (request instanceof Message.AwaitMomentChecksums await) {
            return shard.await(new Message.AwaitParameters(await.generation(), await.step(), range.end() - 1))
                    .thenApply(reply -> reply instanceof Message.ParametersReady
                            ? new Message.Checksums(shard.momentChecksums())
                            : reply);
        }
        return shard.await((Message.AwaitParameters) request);
    }

    /** {@code RequestHandler.openPush}; the header travels as bytes. */
    CompletableFuture<Void> push(ByteBuffer header, ByteBuffer data) {
        BucketHeader decoded = BucketHeader.decode(header);
        Service.BucketSink sink = sums.open(decoded);
        simulation.invariants.pushOpened(this, decoded);
        int middle = data.remaining() / 3; // Within a float.
        sink.bytes(data.duplicate().limit(middle));
        sink.bytes(data.duplicate().position(middle));
        sink.complete();
        return CompletableFuture.completedFuture(null);
    }

    /** {@code RequestHandler.openPull}: the network sends from the shard's own memory, the second half of it later. */
    CompletableFuture<Pulled> pull(String streamId) {
        ByteBuffer bytes = shard.bytes(BucketKey.parse(streamId));
        byte[] first = new byte[bytes.remaining() / 2];
        bytes.duplicate().get(first);
        return CompletableFuture.completedFuture(new Pulled(first, bytes.position(first.length)));
    }

    /**
     * A bucket on its way to a worker.
     *
     * @param sent bytes that have left
     * @param rest a window on the shard's memory
     */
    record Pulled(byte[] sent, ByteBuffer rest) {
        ByteBuffer received() {
            return ByteBuffer.allocateDirect(sent.length + rest.remaining())
                    .put(sent)
                    .put(rest.duplicate())
                    .flip();
        }
    }

    /** The generation that pushes have to be of. */
    int summing() {
        return summing;
    }
}
