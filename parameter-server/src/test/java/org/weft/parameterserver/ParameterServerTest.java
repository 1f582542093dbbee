package org.weft.parameterserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.Sha256;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.config.WeftConfig;
import org.weft.core.lanes.TreeNode;
import org.weft.core.optim.MatrixProducts;
import org.weft.core.params.Bucket;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner;
import org.weft.core.params.RangePartitioner.BucketRange;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.Message;
import org.weft.core.storage.AtomicOutput;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.core.transport.Link;
import org.weft.core.transport.SparkTransport;
import org.weft.core.transport.Transport;
import org.weft.core.transport.WireSecurity;

/** Whole servers, over loopback, between a coordinator and a worker that the test plays. */
@Timeout(120)
class ParameterServerTest {
    private static final ParameterLayout LAYOUT = ServerFixture.layout();

    @TempDir
    Path directory;

    private final WireSecurity security = WireSecurity.fresh(false);
    private final Store store = HadoopStore.local();
    private final FakeCoordinator coordinator = new FakeCoordinator();
    private final List<CompletableFuture<Void>> servers = new ArrayList<>();
    private final List<Link> links = new ArrayList<>();
    private Transport transport;
    private Transport.Listener listener;

    @BeforeEach
    void listen() {
        transport = new SparkTransport(security);
        listener = transport.listen("127.0.0.1", coordinator);
    }

    @AfterEach
    void close() {
        listener.close();
        transport.close();
    }

    @Test
    void trainsSavesAndLoadsTheSameBitsWithOneServerAndWithTwo() throws Exception {
        String one = trainOneStep(1);
        closeRun();
        String two = trainOneStep(2);
        assertThat(two).isEqualTo(one);

        List<Message.ShardSaved> saved = new ArrayList<>();
        for (int server = 0; server < 2; server++) {
            saved.add(coordinator.report(Message.ShardSaved.class));
        }
        closeRun();
        String checkpoint = commit(saved);
        start(3);
        orderAll(3, new Message.LoadParameters(5, 1, checkpoint, false, new Address[0]));
        awaitLoaded(3);
        assertThat(pull(3, 5, 1)).isEqualTo(one);
        closeRun();
    }

    @Test
    void savesTheInitialParametersWhenAskedTo() throws Exception {
        start(1);
        coordinator.order(0, new Message.LoadParameters(1, 0, "", true, new Address[0]));
        Message first = coordinator.report(Message.class);
        Message second = coordinator.report(Message.class);
        assertThat(List.of(first, second))
                .hasAtLeastOneElementOfType(Message.ShardLoaded.class)
                .hasAtLeastOneElementOfType(Message.ShardSaved.class);
        closeRun();
    }

    @Test
    void saysWhichParametersItHoldsWhenItAsks() throws Exception {
        start(1);
        coordinator.order(0, new Message.LoadParameters(1, 0, "", false, new Address[0]));
        awaitLoaded(1);
        push(1, 0, 1, 0);
        push(1, 0, 1, 1);
        coordinator.report(Message.ShardReduced.class);
        coordinator.order(0, new Message.ApplyStep(1, 0, 1, 0, 1f, false, false, new Address[0], false));
        closeRun();
        assertThat(coordinator.polls)
                .containsExactly(
                        new Message.PollOrder(0, 100, -1, -1),
                        new Message.PollOrder(0, 100, 1, 0),
                        new Message.PollOrder(0, 100, 1, 1));
    }

    @Test
    void aServerWithoutBucketsTakesPartInSilence() throws Exception {
        start(5);
        orderAll(5, new Message.LoadParameters(1, 0, "", false, new Address[0]));
        awaitLoaded(5);
        push(1, 0, 5, 0);
        push(1, 0, 5, 1);
        List<Integer> reduced = new ArrayList<>();
        for (int report = 0; report < 3; report++) {
            reduced.add(coordinator.report(Message.ShardReduced.class).server());
        }
        assertThat(reduced).containsExactlyInAnyOrder(1, 3, 4);
        orderAll(5, new Message.ApplyStep(1, 0, 1, 0, 1f, false, true, new Address[0], false));
        for (int report = 0; report < 5; report++) {
            coordinator.report(Message.ShardSaved.class);
        }
        closeRun();
    }

    @Test
    void aLostCheckpointEndsTheServerAndIsReported() throws Exception {
        start(1);
        coordinator.order(0, new Message.LoadParameters(1, 7, directory + "/step-00000007", false, new Address[0]));
        Message.MemberFailed failed = coordinator.report(Message.MemberFailed.class);
        assertThat(failed.exitStatus()).isEqualTo(3);
        assertThat(failed.cause()).contains("step-00000007 is no committed checkpoint");
        assertThat(failed.hint()).isNotEmpty();
        assertThatThrownBy(() -> servers.get(0).get(20, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
    }

    @Test
    void aCheckpointThatCannotBeWrittenDoesNotEndTheServer() throws Exception {
        try (AtomicOutput file = store.create(directory + "/checkpoints")) {
            file.commit();
        }
        start(1);
        coordinator.order(0, new Message.LoadParameters(1, 0, "", true, new Address[0]));
        List<Message> reports = List.of(coordinator.report(Message.class), coordinator.report(Message.class));
        assertThat(reports)
                .hasAtLeastOneElementOfType(Message.ShardLoaded.class)
                .hasAtLeastOneElementOfType(Message.ShardSaveFailed.class);
        closeRun();
    }

    @Test
    void aServerThatWasGivenUpEndsQuietly() throws Exception {
        start(1);
        coordinator.refuse = true;
        coordinator.order(0, new Message.Done());
        servers.get(0).get(20, TimeUnit.SECONDS);
    }

    @Test
    void otherRequestsAreRefusedByName() throws Exception {
        start(1);
        assertThat(links.get(0).exchange(new Message.PollWork(0, 0, 0)).get(20, TimeUnit.SECONDS))
                .isEqualTo(new Message.Refused("not a request to a server: PollWork"));
        closeRun();
    }

    /** One step of two lanes, saved; returns the parameters' hash. */
    private String trainOneStep(int count) throws Exception {
        start(count);
        orderAll(count, new Message.LoadParameters(1, 0, "", false, new Address[0]));
        awaitLoaded(count);
        CompletableFuture<Message.ParametersReady> early = links.get(0).call(new Message.AwaitParameters(1, 1, 0));
        push(1, 0, count, 1);
        push(1, 0, count, 0);
        push(1, 0, count, 1); // A duplicate changes nothing.
        double[] squares = new double[LAYOUT.bucketCount()];
        for (int server = 0; server < count; server++) {
            Message.ShardReduced report = coordinator.report(Message.ShardReduced.class);
            System.arraycopy(report.squares(), 0, squares, report.firstPushed(), report.squares().length);
        }
        assertThat(squares).doesNotContain(0.0);
        orderAll(count, new Message.ApplyStep(1, 0, 1, 0, 0.25f, false, count > 1, new Address[0], false));
        assertThat(early.get(20, TimeUnit.SECONDS)).isInstanceOf(Message.ParametersReady.class);
        return pull(count, 1, 1);
    }

    private void start(int count) throws Exception {
        WeftConfig config = ServerFixture.config(directory.toString(), count);
        Address driver = listener.address();
        for (int i = 0; i < count; i++) {
            int shard = i;
            ServerOptions options = new ServerOptions(config, ServerFixture.layout(), driver, security, store);
            servers.add(CompletableFuture.runAsync(
                    () -> {
                        try (ParameterServer server = new ParameterServer(options, shard, MatrixProducts.PLAIN)) {
                            server.run(0, "127.0.0.1", "executor");
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    },
                    task -> new Thread(task, "test-server-" + shard).start()));
            links.add(transport.connect(coordinator.join()));
        }
    }

    private void closeRun() throws Exception {
        for (int i = 0; i < servers.size(); i++) {
            coordinator.order(i, new Message.RunEnded("done"));
        }
        for (CompletableFuture<Void> server : servers) {
            server.get(20, TimeUnit.SECONDS);
        }
        links.forEach(Link::close);
        links.clear();
        servers.clear();
    }

    private void orderAll(int count, Message order) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            coordinator.order(i, order);
        }
    }

    private void awaitLoaded(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            coordinator.report(Message.ShardLoaded.class);
        }
    }

    private void push(int generation, int step, int count, int lane) throws Exception {
        RangePartitioner partitioner = new RangePartitioner(LAYOUT.bucketCount(), count);
        for (int index = 0; index < LAYOUT.bucketCount(); index++) {
            Bucket bucket = LAYOUT.bucket(index);
            ByteBuffer bytes = ServerFixture.bytes(ServerFixture.gradient(lane, bucket));
            BucketHeader header = new BucketHeader(
                    generation, step, TreeNode.lane(lane), index, bucket.length(), ServerFixture.checksum(bytes));
            links.get(partitioner.shardOf(index)).push(header, bytes).get(20, TimeUnit.SECONDS);
        }
    }

    private String pull(int count, int generation, int step) throws Exception {
        MessageDigest digest = Sha256.digest();
        RangePartitioner partitioner = new RangePartitioner(LAYOUT.bucketCount(), count);
        for (int server = 0; server < count; server++) {
            BucketRange range = partitioner.range(server);
            for (int index = range.first(); index < range.end(); index++) {
                Message reply = links.get(server)
                        .call(new Message.AwaitParameters(generation, step, index))
                        .get(20, TimeUnit.SECONDS);
                ByteBuffer into = ByteBuffer.allocateDirect(LAYOUT.bucket(index).bytes());
                links.get(server)
                        .pull(new BucketKey(generation, step, index), into)
                        .get(20, TimeUnit.SECONDS);
                assertThat(((Message.ParametersReady) reply).checksums()[0]).isEqualTo(ServerFixture.checksum(into));
                digest.update(into.clear());
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private String commit(List<Message.ShardSaved> saved) throws IOException {
        List<CheckpointManifest.Shard> files = saved.stream()
                .map(Message.ShardSaved::file)
                .map(f -> new CheckpointManifest.Shard(f.file(), f.offset(), f.length(), f.bytes(), f.sha256()))
                .sorted(Comparator.comparingLong(CheckpointManifest.Shard::offset))
                .toList();
        CheckpointManifest manifest = new CheckpointManifest(
                1,
                "",
                1,
                0,
                0,
                1,
                LAYOUT.hash(),
                LAYOUT.size(),
                0,
                "",
                0,
                null,
                files,
                List.of(),
                Map.of(),
                "",
                null,
                null);
        String checkpoint = directory + "/checkpoints/" + RunDirectory.stepName(1);
        manifest.save(store, checkpoint);
        assertThat(new CheckpointReader(store, checkpoint, manifest).verify()).isEmpty();
        return checkpoint;
    }
}
