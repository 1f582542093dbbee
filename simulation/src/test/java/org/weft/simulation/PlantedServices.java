package org.weft.simulation;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.SavedRange;
import org.weft.core.transport.Service;

/** Mistakes of those who are asked. */
final class PlantedServices {
    private PlantedServices() {}

    /** Takes any push for one of the newest generation that it has heard of. */
    static final class AnyGeneration implements Service {
        private final Service real;
        private int newest = -1;

        AnyGeneration(Service real) {
            this.real = real;
        }

        @Override
        public CompletableFuture<Message> receive(Message request) {
            if (request instanceof Message.AwaitParameters await) {
                newest = Math.max(newest, await.generation());
            }
            return real.receive(request);
        }

        @Override
        public BucketSink openPush(BucketHeader header) {
            int generation = Math.max(newest, header.generation());
            return real.openPush(new BucketHeader(
                    generation,
                    header.step(),
                    header.node(),
                    header.bucket(),
                    header.length(),
                    header.checksum(),
                    header.codec()));
        }

        @Override
        public ByteBuffer openPull(BucketKey key) {
            return real.openPull(key);
        }
    }

    /** A server that gives the version after the one that is asked for, where it has it. */
    static final class NewestParameters implements Service {
        private final Service real;
        private final Set<String> replaced = new HashSet<>();

        NewestParameters(Service real) {
            this.real = real;
        }

        @Override
        public CompletableFuture<Message> receive(Message request) {
            if (request instanceof Message.AwaitParameters await) {
                int later = await.step() + 1;
                CompletableFuture<Message> newest = real.receive(new Message.AwaitParameters(
                        await.generation(), later, await.fromBucket(), await.part(), await.codec()));
                if (newest.isDone() && newest.join() instanceof Message.ParametersReady) {
                    replaced.add(await.generation() + "/" + await.step());
                    return newest;
                }
            }
            return real.receive(request);
        }

        @Override
        public BucketSink openPush(BucketHeader header) {
            return real.openPush(header);
        }

        @Override
        public ByteBuffer openPull(BucketKey key) {
            boolean other = replaced.contains(key.generation() + "/" + key.step());
            return real.openPull(
                    other
                            ? new BucketKey(key.generation(), key.step() + 1, key.bucket(), key.part(), key.codec())
                            : key);
        }
    }

    /** A coordinator that does not wait for the last shard. */
    static final class EarlyCommit implements Service {
        private final Simulation simulation;
        private final Service real;
        private final Map<Integer, List<SavedRange>> saved = new TreeMap<>();

        EarlyCommit(Simulation simulation, Service real) {
            this.simulation = simulation;
            this.real = real;
        }

        @Override
        public CompletableFuture<Message> receive(Message request) {
            if (request instanceof Message.ShardSaved report) {
                List<SavedRange> files = saved.computeIfAbsent(report.step(), step -> new ArrayList<>());
                files.add(report.file());
                if (files.size() == simulation.scenario.servers() - 1) {
                    commit(report, files);
                }
            }
            return real.receive(request);
        }

        private void commit(Message.ShardSaved report, List<SavedRange> files) {
            Scenario scenario = simulation.scenario;
            List<CheckpointManifest.Shard> shards = files.stream()
                    .map(f -> new CheckpointManifest.Shard(f.file(), f.offset(), f.length(), f.bytes(), f.sha256()))
                    .toList();
            CheckpointManifest manifest = new CheckpointManifest(
                    CheckpointManifest.FORMAT_VERSION,
                    "early",
                    report.step(),
                    0,
                    0,
                    report.generation(),
                    scenario.layout().hash(),
                    scenario.layout().size(),
                    8192,
                    "tok",
                    0,
                    null,
                    shards,
                    List.of(),
                    Map.of(),
                    simulation.reference.sha256(report.step()),
                    null,
                    null);
            try {
                manifest.save(
                        new ProcessStore(simulation.files, ProcessStore.Fate.NONE),
                        simulation.invariants.directory(report.step()));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
