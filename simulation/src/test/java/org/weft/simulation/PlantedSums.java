package org.weft.simulation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.weft.core.lanes.LaneSum;
import org.weft.core.lanes.TreeNode;
import org.weft.core.protocol.BucketCodec;
import org.weft.core.protocol.BucketCodecs;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.Message;
import org.weft.core.transport.Service;

/** A server whose pushes are summed in another way; the real reducer is given the sum over all lanes at once. */
abstract class PlantedSums implements Service {
    private final Service real;
    private final Map<String, List<Arrival>> arrivals = new HashMap<>();
    final TreeNode root;

    /** A node's bucket. */
    record Arrival(TreeNode node, float[] values) {
        boolean covers(TreeNode other) {
            return node.firstLane() <= other.firstLane()
                    && node.firstLane() + node.laneCount() >= other.firstLane() + other.laneCount();
        }
    }

    PlantedSums(Simulation simulation, Service real) {
        this.real = real;
        int lanes = simulation.scenario.config().training().lanes();
        this.root = new TreeNode(Integer.numberOfTrailingZeros(lanes), 0);
    }

    /**
     * Takes an arrival.
     *
     * @param before those of this bucket and step so far, in their order
     */
    abstract void take(List<Arrival> before, Arrival arrival);

    abstract float[] sum(List<Arrival> all);

    @Override
    public CompletableFuture<Message> receive(Message request) {
        return real.receive(request);
    }

    @Override
    public ByteBuffer openPull(BucketKey key) {
        return real.openPull(key);
    }

    @Override
    public BucketSink openPush(BucketHeader header) {
        real.openPush(header).failed(null); // Refuses what is stale.
        BucketCodec codec = BucketCodecs.plain().named(header.codec());
        ByteBuffer bytes = ByteBuffer.allocate(codec.bytes(header.length()));
        return new BucketSink() {
            @Override
            public void bytes(ByteBuffer part) {
                bytes.put(part.duplicate());
            }

            @Override
            public void complete() {
                float[] values = new float[header.length()];
                codec.decode(bytes.flip(), values, 0);
                came(header, values);
            }

            @Override
            public void failed(Throwable cause) {
                // Forgotten.
            }
        };
    }

    private void came(BucketHeader header, float[] values) {
        String key = header.generation() + "/" + header.step() + "/" + header.bucket();
        List<Arrival> all = arrivals.computeIfAbsent(key, bucket -> new ArrayList<>());
        take(all, new Arrival(header.node(), values));
        if (all.stream().mapToInt(arrival -> arrival.node().laneCount()).sum() < root.laneCount()) {
            return;
        }
        float[] sum = sum(all);
        ByteBuffer bytes = ByteBuffer.allocate(sum.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(sum);
        BucketSink sink = real.openPush(new BucketHeader(
                header.generation(), header.step(), root, header.bucket(), sum.length, BucketHeader.checksum(bytes)));
        sink.bytes(bytes);
        sink.complete();
    }

    /** Keeps what no other covers; returns the one that covers this arrival. */
    static Arrival keep(List<Arrival> kept, Arrival arrival) {
        for (Arrival other : kept) {
            if (other.covers(arrival.node())) {
                return other;
            }
        }
        kept.removeIf(other -> arrival.covers(other.node()));
        kept.add(arrival);
        return arrival;
    }

    /** Sums as it comes. */
    static final class ArrivalOrder extends PlantedSums {
        ArrivalOrder(Simulation simulation, Service real) {
            super(simulation, real);
        }

        @Override
        void take(List<Arrival> before, Arrival arrival) {
            keep(before, arrival);
        }

        @Override
        float[] sum(List<Arrival> all) {
            float[] sum = new float[all.get(0).values().length];
            all.forEach(arrival -> LaneSum.add(sum, arrival.values(), sum.length));
            return sum;
        }
    }

    /** Adds what comes twice twice; sums by the tree. */
    static final class Duplicates extends PlantedSums {
        Duplicates(Simulation simulation, Service real) {
            super(simulation, real);
        }

        @Override
        void take(List<Arrival> before, Arrival arrival) {
            Arrival kept = keep(before, arrival);
            if (kept != arrival && kept.node().equals(arrival.node())) {
                LaneSum.add(kept.values(), arrival.values(), kept.values().length);
            }
        }

        @Override
        float[] sum(List<Arrival> all) {
            return sum(all, root);
        }

        private float[] sum(List<Arrival> all, TreeNode node) {
            for (Arrival arrival : all) {
                if (arrival.node().equals(node)) {
                    return arrival.values().clone();
                }
            }
            float[] left = sum(all, new TreeNode(node.level() - 1, 2 * node.index()));
            LaneSum.add(left, sum(all, new TreeNode(node.level() - 1, 2 * node.index() + 1)), left.length);
            return left;
        }
    }
}
