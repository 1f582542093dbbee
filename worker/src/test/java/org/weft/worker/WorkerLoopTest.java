package org.weft.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.weft.core.batches.Batch;
import org.weft.core.batches.BatchSource;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.lanes.LaneSpan;
import org.weft.core.lanes.TreeNode;
import org.weft.core.params.Bucket;
import org.weft.core.params.RangePartitioner;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.BatchScore;
import org.weft.core.protocol.Message;
import org.weft.core.transport.Deadline;
import org.weft.core.transport.Service;
import org.weft.core.transport.SparkTransport;
import org.weft.core.transport.Transport;
import org.weft.core.transport.WireSecurity;

/** The step loop against a coordinator and two servers that answer over real sockets. */
class WorkerLoopTest {
    private static final List<String> SETTINGS = List.of(
            "run.dir=/none",
            "cluster.servers=2",
            "training.lanes=8",
            "training.global_batch=8",
            "training.micro_batch=1",
            "model.context=4",
            "cluster.lease_seconds=1",
            "cluster.step_timeout_seconds=300");

    private final WireSecurity security = WireSecurity.fresh(false);
    private final Transport transport = new SparkTransport(security);
    final BlockingQueue<Message> work = new LinkedBlockingQueue<>();
    private final BlockingQueue<Message> reports = new LinkedBlockingQueue<>();
    final List<FakeServer> servers = new ArrayList<>();
    private final List<Transport.Listener> listeners = new ArrayList<>();
    final FakeReplica replica = new FakeReplica();
    volatile int generation = 1;
    private Transport.Listener coordinator;
    private CompletableFuture<Boolean> worker;

    @BeforeEach
    void start() {
        for (int i = 0; i < 2; i++) {
            servers.add(new FakeServer(new RangePartitioner(FakeReplica.LAYOUT.bucketCount(), 2).range(i)));
            listeners.add(transport.listen("127.0.0.1", servers.get(i)));
        }
        coordinator = transport.listen("127.0.0.1", new Coordinator());
        WeftConfig config = ConfigLoader.load("test", "cluster: {residency: " + residency() + "}", SETTINGS);
        WorkerOptions options = new WorkerOptions(config, FakeReplica.LAYOUT.hash(), coordinator.address(), security);
        worker = CompletableFuture.supplyAsync(() -> run(options), task -> new Thread(task, "test-worker").start());
    }

    /** What a worker holds of the model. */
    String residency() {
        return "whole";
    }

    private boolean run(WorkerOptions options) {
        try (WorkerSession session = new WorkerSession(options, 3)) {
            session.join(0, "host", "executor", "cpu", 1);
            return new WorkerLoop<>(options, session, replica, new Batches()).run();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterEach
    void stop() throws Exception {
        work.add(new Message.RunEnded("done"));
        assertThat(worker.get(30, TimeUnit.SECONDS)).isNotNull();
        coordinator.close();
        listeners.forEach(Transport.Listener::close);
        transport.close();
    }

    @Test
    void pushesTheFewestNodesWithTheTreesSums() throws Exception {
        for (LaneSpan span : List.of(new LaneSpan(0, 8), new LaneSpan(3, 3), new LaneSpan(1, 6), new LaneSpan(7, 1))) {
            servers.forEach(server -> server.pushed.clear());
            work.add(new Message.ComputeLanes(0, 1, 5, 5, span, addresses()));
            Message.LanesDone done = report(Message.LanesDone.class);
            assertThat(done.span()).isEqualTo(span);
            assertThat(done.worker()).isEqualTo(3);
            for (int i = 0; i < span.count(); i++) {
                assertThat(done.losses()[i]).isEqualTo(span.first() + i + 0.5);
            }
            assertThat(done.figures()).as("data that are one whole").isEmpty();
            assertThat(done.times().pushBytes())
                    .isEqualTo(span.cover().size() * FakeReplica.LAYOUT.size() * Float.BYTES);
            assertPushed(span, 5);
        }
    }

    final void assertPushed(LaneSpan span, int step) {
        Set<TreeNode> nodes = new HashSet<>(servers.get(0).pushed.keySet());
        nodes.addAll(servers.get(1).pushed.keySet());
        assertThat(nodes).containsExactlyInAnyOrderElementsOf(span.cover());
        RangePartitioner partitioner = new RangePartitioner(FakeReplica.LAYOUT.bucketCount(), 2);
        for (TreeNode node : nodes) {
            for (int b = 0; b < FakeReplica.LAYOUT.bucketCount(); b++) {
                Bucket bucket = FakeReplica.LAYOUT.bucket(b);
                float[] sums =
                        servers.get(partitioner.shardOf(b)).pushed.get(node).get(b);
                for (int i = 0; i < bucket.length(); i += 1009) {
                    assertThat(sums[i]).isEqualTo(naive(node, step, bucket.offset() + i));
                }
            }
        }
    }

    private static float naive(TreeNode node, int step, long index) {
        if (node.level() == 0) {
            return FakeReplica.gradient(step, node.index(), index);
        }
        TreeNode left = new TreeNode(node.level() - 1, 2 * node.index());
        return naive(left, step, index) + naive(left.sibling(), step, index);
    }

    @Test
    void pullsAVersionOnceAndIntoTheReplica() throws Exception {
        work.add(new Message.EvaluateBatches(1, 7, 2, 3, addresses()));
        Message.BatchesEvaluated evaluated = report(Message.BatchesEvaluated.class);
        assertThat(evaluated.batches()).extracting(BatchScore::loss).containsExactly(2.0, 3.0, 4.0);
        assertThat(evaluated.batches()).extracting(BatchScore::targets).containsExactly(4.0, 4.0, 4.0);
        for (long i = 0; i < FakeReplica.LAYOUT.size(); i += 997) {
            assertThat(replica.parameters(i, 1).getFloat(0)).isEqualTo(FakeServer.parameter(7, i));
        }
        work.add(new Message.ComputeLanes(0, 1, 7, 7, new LaneSpan(0, 1), addresses()));
        assertThat(report(Message.LanesDone.class).times().pullBytes()).isZero();
        servers.forEach(server -> server.pushed.clear());
        work.add(new Message.ComputeLanes(0, 1, 8, 8, new LaneSpan(0, 1), addresses()));
        assertThat(report(Message.LanesDone.class).times().pullBytes())
                .isEqualTo(FakeReplica.LAYOUT.size() * Float.BYTES);
    }

    @Test
    void dropsWorkWhenAServerIsGoneAndTakesItUpWithTheNext() throws Exception {
        Address[] before = addresses();
        listeners.get(1).close();
        work.add(new Message.ComputeLanes(0, 1, 2, 2, new LaneSpan(0, 2), before));
        Message.WorkAbandoned abandoned = report(Message.WorkAbandoned.class);
        assertThat(abandoned.step()).isEqualTo(2);
        assertThat(abandoned.cause()).contains(before[1].toString());
        listeners.set(1, transport.listen("127.0.0.1", servers.get(1)));
        work.add(new Message.ComputeLanes(0, 2, 2, 2, new LaneSpan(0, 2), addresses()));
        assertThat(report(Message.LanesDone.class).generation()).isEqualTo(2);
        assertPushed(new LaneSpan(0, 2), 2);
    }

    /** A server that is out of reach may not even break the connection: the next sign of life says that it is over. */
    @Test
    void breaksOffWhatItWaitsForWhenANewGenerationBegins() throws Exception {
        servers.get(1).silent = true;
        work.add(new Message.ComputeLanes(0, 1, 2, 2, new LaneSpan(0, 2), addresses()));
        assertThat(reports.poll(3, TimeUnit.SECONDS)).isNull();
        generation = 2;
        assertThat(report(Message.WorkAbandoned.class).generation()).isEqualTo(1);
        servers.get(1).silent = false;
        work.add(new Message.ComputeLanes(0, 2, 2, 2, new LaneSpan(0, 2), addresses()));
        assertThat(report(Message.LanesDone.class).generation()).isEqualTo(2);
    }

    /** The last bucket is not even published when the first ranges are computed with. */
    @Test
    void aPassBeginsWithWhatIsThere() throws Exception {
        servers.get(1).heldFrom = 2;
        work.add(new Message.ComputeLanes(0, 1, 2, 2, new LaneSpan(0, 2), addresses()));
        await(() -> replica.read.size() == 3);
        assertThat(replica.read).isEqualTo(FakeReplica.readAt(2).subList(0, 3));
        assertThat(reports).isEmpty();
        servers.get(1).release.complete(null);
        Message.LanesDone done = report(Message.LanesDone.class);
        assertThat(done.times().pullBytes()).isEqualTo(FakeReplica.LAYOUT.size() * Float.BYTES);
        assertThat(replica.read).isEqualTo(FakeReplica.readAt(2));
        assertPushed(new LaneSpan(0, 2), 2);
    }

    @Test
    void aPassThatWaitsEndsWhenANewGenerationBegins() throws Exception {
        servers.get(1).heldFrom = 2;
        work.add(new Message.ComputeLanes(0, 1, 2, 2, new LaneSpan(0, 2), addresses()));
        await(() -> replica.read.size() == 3);
        generation = 2;
        Message.WorkAbandoned abandoned = report(Message.WorkAbandoned.class);
        assertThat(abandoned.generation()).isEqualTo(1);
        assertThat(abandoned.cause()).contains("parameters of step 2 from the servers");
        servers.get(1).release.complete(null);
        work.add(new Message.ComputeLanes(0, 2, 3, 3, new LaneSpan(0, 2), addresses()));
        assertThat(report(Message.LanesDone.class).generation()).isEqualTo(2);
        assertThat(replica.read).isEqualTo(FakeReplica.readAt(3));
        assertPushed(new LaneSpan(0, 2), 3);
    }

    @Test
    void aPassThatWaitsEndsWhenItsServerIsGone() throws Exception {
        servers.get(1).heldFrom = 2;
        work.add(new Message.ComputeLanes(0, 1, 2, 2, new LaneSpan(0, 2), addresses()));
        await(() -> replica.read.size() == 3);
        listeners.get(1).close();
        assertThat(report(Message.WorkAbandoned.class).step()).isEqualTo(2);
        assertThat(servers.get(0).pushed).isEmpty();
    }

    static void await(BooleanSupplier condition) {
        Deadline deadline = Deadline.in(Duration.ofSeconds(60));
        while (!condition.getAsBoolean()) {
            assertThat(deadline.passed()).as("waited for a minute").isFalse();
            Thread.onSpinWait();
        }
    }

    @Test
    void neverComputesWithDamagedParameters() throws Exception {
        servers.get(0).damaged = true;
        work.add(new Message.ComputeLanes(0, 1, 1, 1, new LaneSpan(0, 1), addresses()));
        assertThat(report(Message.WorkAbandoned.class).cause()).contains("pulled bucket is damaged");
        assertThat(servers.get(0).pushed).isEmpty();
    }

    @Test
    void leavesTheLoopWhenItWasGivenUp() throws Exception {
        work.add(new Message.Refused("given up"));
        assertThat(worker.get(30, TimeUnit.SECONDS)).isFalse();
    }

    final Address[] addresses() {
        return listeners.stream().map(Transport.Listener::address).toArray(Address[]::new);
    }

    final <T extends Message> T report(Class<T> type) throws InterruptedException {
        Message report = reports.poll(Duration.ofSeconds(60).toMillis(), TimeUnit.MILLISECONDS);
        assertThat(report).isInstanceOf(type);
        return type.cast(report);
    }

    /** Hands out what the test queued. */
    private final class Coordinator implements Service {
        @Override
        public CompletableFuture<Message> receive(Message request) {
            if (request instanceof Message.JoinWorker) {
                return CompletableFuture.completedFuture(new Message.Admitted(1));
            }
            if (request instanceof Message.PollWork) {
                return CompletableFuture.supplyAsync(this::next);
            }
            if (request instanceof Message.Heartbeat) {
                return CompletableFuture.completedFuture(new Message.Alive(generation));
            }
            reports.add(request);
            return CompletableFuture.completedFuture(new Message.Done());
        }

        private Message next() {
            try {
                Message next = work.poll(1, TimeUnit.SECONDS);
                return next == null ? new Message.Done() : next;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return new Message.Done();
            }
        }
    }

    /** The first token names the batch. */
    private static final class Batches implements BatchSource<Batch> {
        @Override
        public Batch training(int step, int lane, int microBatch) {
            return Batch.causal(1, 4, new int[] {lane, 0, 0, 0, 0});
        }

        @Override
        public double targets(int step) {
            return 8 * 4;
        }

        @Override
        public Batch validation(int index) {
            return Batch.causal(1, 4, new int[] {index, 0, 0, 0, 0});
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }
}
