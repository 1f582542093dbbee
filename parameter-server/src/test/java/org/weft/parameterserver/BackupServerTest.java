package org.weft.parameterserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.lanes.TreeNode;
import org.weft.core.optim.MatrixProducts;
import org.weft.core.optim.StateVector;
import org.weft.core.params.Bucket;
import org.weft.core.params.ParameterLayout;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.Message;
import org.weft.core.storage.HadoopStore;
import org.weft.core.transport.Link;
import org.weft.core.transport.SparkTransport;
import org.weft.core.transport.Transport;
import org.weft.core.transport.WireSecurity;

/** Two copies of one shard, over loopback: sums are passed on, the backup takes over, a newcomer copies the state. */
@Timeout(120)
class BackupServerTest {
    private static final ParameterLayout LAYOUT = ServerFixture.layout();
    private static final Address[] NOBODY = {};

    @TempDir
    Path directory;

    private final WireSecurity security = WireSecurity.fresh(false);
    private final FakeCoordinator coordinator = new FakeCoordinator();
    private final List<CompletableFuture<Void>> servers = new ArrayList<>();
    private final List<Link> links = new ArrayList<>();
    private final List<Address> addresses = new ArrayList<>();
    private Transport transport;
    private Transport.Listener listener;

    @BeforeEach
    void startBoth() throws Exception {
        transport = new SparkTransport(security);
        listener = transport.listen("127.0.0.1", coordinator);
        start(0);
        start(1);
        coordinator.order(0, new Message.LoadParameters(1, 0, "", false, new Address[] {addresses.get(1)}));
        coordinator.order(1, new Message.LoadParameters(1, 0, "", false, NOBODY));
        coordinator.report(Message.ShardLoaded.class);
        coordinator.report(Message.ShardLoaded.class);
    }

    @AfterEach
    void close() {
        listener.close();
        links.forEach(Link::close);
        transport.close();
    }

    private void start(int server) throws Exception {
        ServerOptions options = new ServerOptions(
                ServerFixture.config(directory.toString(), 1, 2),
                ServerFixture.layout(),
                listener.address(),
                security,
                HadoopStore.local());
        servers.add(CompletableFuture.runAsync(
                () -> {
                    try (ParameterServer created = new ParameterServer(options, server, MatrixProducts.PLAIN)) {
                        created.run(0, "127.0.0.1", "executor");
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                task -> new Thread(task, "test-server-" + server).start()));
        addresses.add(coordinator.join());
        links.add(transport.connect(addresses.get(addresses.size() - 1)));
    }

    private void end() throws Exception {
        coordinator.order(0, new Message.RunEnded("done"));
        coordinator.order(1, new Message.RunEnded("done"));
        for (CompletableFuture<Void> server : servers) {
            server.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void theBackupGetsTheSumsAndStaysTheSameBits() throws Exception {
        stepOnBoth();
        assertSameState(0, 1, 1, 1);
        end();
    }

    @Test
    void theBackupGoesOnInANewGenerationWithWhatItHas() throws Exception {
        stepOnBoth();
        push(links.get(0), 1, 1, 0); // A sum that is under way when the server is lost.
        coordinator.order(1, new Message.AdoptGeneration(2, 1, false, NOBODY));
        assertThat(coordinator.report(Message.ShardLoaded.class).generation()).isEqualTo(2);
        push(links.get(1), 2, 1, 0);
        push(links.get(1), 2, 1, 1);
        assertThat(coordinator.report(Message.ShardReduced.class).server()).isEqualTo(1);
        coordinator.order(1, new Message.ApplyStep(2, 1, 2, 1, 1f, false, false, NOBODY, false));
        pull(links.get(1), 2, 2, StateVector.PARAM);
        end();
    }

    @Test
    void aNewcomerCopiesTheStateAndThenDoesTheSame() throws Exception {
        stepOnBoth();
        coordinator.order(
                1, new Message.CopyShard(1, 1, 1, addresses.get(0))); // It has the state; it takes it once more.
        assertThat(coordinator.report(Message.ShardLoaded.class).server()).isEqualTo(1);
        assertSameState(0, 1, 1, 1);
        push(links.get(0), 1, 1, 0);
        push(links.get(0), 1, 1, 1);
        decide(1);
        assertSameState(0, 1, 1, 2);
        end();
    }

    @Test
    void aCopyFromAServerThatIsGoneIsTriedAgainAndGivenUpWithItsGeneration() throws Exception {
        stepOnBoth();
        Address nobody = new Address("127.0.0.1", 1);
        coordinator.order(1, new Message.CopyShard(1, 1, 1, nobody));
        // It asks again, holding nothing new.
        coordinator.order(1, new Message.CopyShard(1, 1, 1, addresses.get(0)));
        assertThat(coordinator.report(Message.ShardLoaded.class).server()).isEqualTo(1);
        end();
    }

    @Test
    void aSkippedStepChangesTheVersionAlone() throws Exception {
        stepOnBoth();
        byte[] before = pull(links.get(0), 1, 1, StateVector.PARAM);
        push(links.get(0), 1, 1, 0);
        push(links.get(0), 1, 1, 1);
        coordinator.report(Message.ShardReduced.class);
        coordinator.report(Message.ShardReduced.class);
        for (int server = 0; server < 2; server++) {
            coordinator.order(server, new Message.ApplyStep(1, 1, 2, 1, 0, true, false, NOBODY, false));
        }
        assertThat(pull(links.get(0), 1, 2, StateVector.PARAM)).isEqualTo(before);
        assertSameState(0, 1, 1, 2);
        end();
    }

    /** Step 0: lanes are pushed to the serving copy alone; both report and both apply. */
    private void stepOnBoth() throws Exception {
        push(links.get(0), 1, 0, 1);
        push(links.get(0), 1, 0, 0);
        decide(0);
    }

    private void decide(int step) throws Exception {
        Message.ShardReduced first = coordinator.report(Message.ShardReduced.class);
        Message.ShardReduced second = coordinator.report(Message.ShardReduced.class);
        assertThat(List.of(first.server(), second.server())).containsExactlyInAnyOrder(0, 1);
        assertThat(first.squares()).isEqualTo(second.squares()).doesNotContain(0.0);
        Address[] backup = {addresses.get(1)};
        coordinator.order(0, new Message.ApplyStep(1, step, step + 1, step, 0.5f, false, false, backup, false));
        coordinator.order(1, new Message.ApplyStep(1, step, step + 1, step, 0.5f, false, false, NOBODY, false));
    }

    private void assertSameState(int one, int other, int generation, int step) throws Exception {
        for (StateVector part : List.of(StateVector.PARAM, StateVector.EXP_AVG, StateVector.EXP_AVG_SQ)) {
            assertThat(pull(links.get(one), generation, step, part))
                    .as(part.name())
                    .isEqualTo(pull(links.get(other), generation, step, part));
        }
    }

    private static byte[] pull(Link link, int generation, int step, StateVector part) throws Exception {
        ByteBuffer all = ByteBuffer.allocate((int) LAYOUT.size() * Float.BYTES);
        for (int index = 0; index < LAYOUT.bucketCount(); index++) {
            link.call(new Message.AwaitParameters(generation, step, index)).get(20, TimeUnit.SECONDS);
            ByteBuffer into = ByteBuffer.allocate(LAYOUT.bucket(index).bytes());
            link.pull(new BucketKey(generation, step, index, part), into).get(20, TimeUnit.SECONDS);
            all.put(into.flip());
        }
        return all.array();
    }

    private static void push(Link link, int generation, int step, int lane) throws Exception {
        for (int index = 0; index < LAYOUT.bucketCount(); index++) {
            link.call(new Message.AwaitParameters(generation, step, index)).get(20, TimeUnit.SECONDS);
        }
        for (int index = 0; index < LAYOUT.bucketCount(); index++) {
            Bucket bucket = LAYOUT.bucket(index);
            ByteBuffer bytes = ServerFixture.bytes(ServerFixture.gradient(lane, bucket));
            BucketHeader header = new BucketHeader(
                    generation, step, TreeNode.lane(lane), index, bucket.length(), ServerFixture.checksum(bytes));
            link.push(header, bytes).get(20, TimeUnit.SECONDS);
        }
    }
}
