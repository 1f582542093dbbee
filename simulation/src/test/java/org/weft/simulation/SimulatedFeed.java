package org.weft.simulation;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.weft.core.lanes.TreeNode;
import org.weft.core.params.Bucket;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.Message;

/** {@code BackupFeed}, told as events: passes complete sums on to the backup, one after the other. */
final class SimulatedFeed {
    private static final long FIRST_PAUSE = 10 * VirtualTime.MILLI;
    private static final long LONGEST_PAUSE = 500 * VirtualTime.MILLI;

    private record Sum(Address backup, int generation, int step, int bucket) {}

    private final SimulatedServer server;
    private final Simulation simulation;
    private final ShardSums sums;
    private final TreeNode root;
    private final Deque<Sum> queue = new ArrayDeque<>();
    private List<Address> backups = List.of();

    SimulatedFeed(SimulatedServer server, ShardSums sums) {
        this.server = server;
        this.simulation = server.simulation;
        this.sums = sums;
        int lanes = simulation.scenario.config().training().lanes();
        this.root = new TreeNode(Integer.numberOfTrailingZeros(lanes), 0);
    }

    void passTo(Address[] targets) {
        backups = List.of(targets);
    }

    void bucketReduced(int generation, int step, int bucket) {
        for (Address backup : backups) {
            queue.add(new Sum(backup, generation, step, bucket));
            if (queue.size() == 1) {
                server.later(0, () -> pass(FIRST_PAUSE));
            }
        }
    }

    private void pass(long pause) {
        Sum sum = queue.peek();
        if (!backups.contains(sum.backup()) || !sums.isAt(sum.generation(), sum.step())) {
            next();
            return;
        }
        SimulatedServer to = simulation.spark.serverAt(sum.backup());
        Runnable again = () -> server.later(pause, () -> pass(Math.min(2 * pause, LONGEST_PAUSE)));
        Message here = new Message.AwaitParameters(sum.generation(), sum.step(), server.range.end() - 1);
        simulation.network.request(server, to, () -> to.receive(here), (reply, failure) -> {
            if (reply instanceof Message.ParametersReady) {
                push(to, sum, again);
            } else {
                again.run();
            }
        });
    }

    private void push(SimulatedServer to, Sum sum, Runnable again) {
        Bucket bucket = simulation.scenario.layout().bucket(sum.bucket());
        ByteBuffer data = ByteBuffer.allocate(bucket.bytes());
        if (!sums.copySum(sum.generation(), sum.step(), sum.bucket(), data)) {
            next();
            return;
        }
        ByteBuffer header = new BucketHeader(
                        sum.generation(), sum.step(), root, sum.bucket(), bucket.length(), BucketHeader.checksum(data))
                .encode();
        simulation.network.request(server, to, () -> to.push(header, data), (nothing, failure) -> {
            if (failure == null) {
                next();
            } else {
                again.run();
            }
        });
    }

    private void next() {
        queue.remove();
        if (!queue.isEmpty()) {
            server.later(0, () -> pass(FIRST_PAUSE));
        }
    }
}
