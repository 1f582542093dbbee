package org.weft.simulation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.core.lanes.LaneSum;
import org.weft.core.lanes.TreeNode;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner.BucketRange;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.transport.Service.BucketSink;
import org.weft.parameterserver.reduce.LaneReducer;

/** Mistakes that the simulation has to find: each takes the place of one thing that the real code does. */
enum PlantedBug {
    NONE(ShardSums::real),
    /** Buckets are summed in the order in which they arrive, not in the tree's. */
    ARRIVAL_ORDER(ArrivalOrder::new),
    /** A push of an earlier generation is taken for one of the generation at hand. */
    STALE_GENERATION(AnyGeneration::new),
    /** A push that has come already is added once more. */
    NO_DUPLICATE_CHECK(Duplicates::new),
    /** The manifest is written when all shards but the last have reported. */
    EARLY_COMMIT(ShardSums::real);

    private final ShardSums.Factory sums;

    PlantedBug(ShardSums.Factory sums) {
        this.sums = sums;
    }

    ShardSums.Factory sums() {
        return sums;
    }

    /** The real reducer, and what a bug does beside it. */
    private abstract static class Beside implements ShardSums {
        final ShardSums real;
        int generation;
        int step;

        Beside(ParameterLayout layout, BucketRange range, int lanes, LaneReducer.Listener listener) {
            real = ShardSums.real(layout, range, lanes, listener);
        }

        @Override
        public void begin(int newGeneration, int newStep) {
            generation = newGeneration;
            step = newStep;
            real.begin(newGeneration, newStep);
        }

        @Override
        public float[] sum(int bucket) {
            return real.sum(bucket);
        }

        @Override
        public boolean isAt(int wantedGeneration, int wantedStep) {
            return real.isAt(wantedGeneration, wantedStep);
        }

        @Override
        public boolean copySum(int wantedGeneration, int wantedStep, int bucket, ByteBuffer into) {
            return real.copySum(wantedGeneration, wantedStep, bucket, into);
        }

        @Override
        public BucketSink open(BucketHeader header) {
            return new Copy(header, real.open(header));
        }

        /** A whole bucket of the step at hand has come. */
        void came(BucketHeader header, float[] values) {}

        private final class Copy implements BucketSink {
            private final BucketHeader header;
            private final BucketSink to;
            private final ByteBuffer bytes;

            Copy(BucketHeader header, BucketSink to) {
                this.header = header;
                this.to = to;
                this.bytes = ByteBuffer.allocate(header.length() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            }

            @Override
            public void bytes(ByteBuffer part) {
                bytes.put(part.duplicate());
                to.bytes(part);
            }

            @Override
            public void complete() {
                if (header.generation() == generation && header.step() == step) {
                    float[] values = new float[header.length()];
                    bytes.flip().asFloatBuffer().get(values);
                    came(header, values);
                }
                to.complete();
            }

            @Override
            public void failed(Throwable cause) {
                to.failed(cause);
            }
        }
    }

    private static final class ArrivalOrder extends Beside {
        private record Arrival(TreeNode node, float[] values) {
            boolean covers(TreeNode other) {
                return node.firstLane() <= other.firstLane()
                        && node.firstLane() + node.laneCount() >= other.firstLane() + other.laneCount();
            }
        }

        private final Map<Integer, List<Arrival>> arrivals = new HashMap<>();

        ArrivalOrder(ParameterLayout layout, BucketRange range, int lanes, LaneReducer.Listener listener) {
            super(layout, range, lanes, listener);
        }

        @Override
        public void begin(int newGeneration, int newStep) {
            super.begin(newGeneration, newStep);
            arrivals.clear();
        }

        @Override
        void came(BucketHeader header, float[] values) {
            List<Arrival> kept = arrivals.computeIfAbsent(header.bucket(), bucket -> new ArrayList<>());
            Arrival arrival = new Arrival(header.node(), values);
            if (kept.stream().noneMatch(other -> other.covers(header.node()))) {
                kept.removeIf(other -> arrival.covers(other.node()));
                kept.add(arrival);
            }
        }

        @Override
        public float[] sum(int bucket) {
            float[] sum = new float[real.sum(bucket).length];
            for (Arrival arrival : arrivals.get(bucket)) {
                LaneSum.add(sum, arrival.values(), sum.length);
            }
            return sum;
        }
    }

    private static final class AnyGeneration extends Beside {
        AnyGeneration(ParameterLayout layout, BucketRange range, int lanes, LaneReducer.Listener listener) {
            super(layout, range, lanes, listener);
        }

        @Override
        public BucketSink open(BucketHeader header) {
            return super.open(new BucketHeader(
                    generation, header.step(), header.node(), header.bucket(), header.length(), header.checksum()));
        }
    }

    private static final class Duplicates extends Beside {
        private record Key(int bucket, TreeNode node) {}

        private final Set<Key> seen = new HashSet<>();
        private final Map<Integer, float[]> extra = new HashMap<>();

        Duplicates(ParameterLayout layout, BucketRange range, int lanes, LaneReducer.Listener listener) {
            super(layout, range, lanes, listener);
        }

        @Override
        public void begin(int newGeneration, int newStep) {
            super.begin(newGeneration, newStep);
            seen.clear();
            extra.clear();
        }

        @Override
        void came(BucketHeader header, float[] values) {
            if (!seen.add(new Key(header.bucket(), header.node()))) {
                LaneSum.add(
                        extra.computeIfAbsent(header.bucket(), bucket -> new float[values.length]),
                        values,
                        values.length);
            }
        }

        @Override
        public float[] sum(int bucket) {
            float[] sum = real.sum(bucket).clone();
            float[] more = extra.get(bucket);
            if (more != null) {
                LaneSum.add(sum, more, sum.length);
            }
            return sum;
        }
    }
}
