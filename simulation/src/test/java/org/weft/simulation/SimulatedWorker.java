package org.weft.simulation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.weft.core.lanes.LaneSpan;
import org.weft.core.lanes.LaneSum;
import org.weft.core.lanes.TreeNode;
import org.weft.core.model.ClassTally;
import org.weft.core.params.Bucket;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner.BucketRange;
import org.weft.core.params.RangePartitioner;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.BatchScore;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.Role;
import org.weft.core.protocol.WorkTimes;

/** A worker: {@code WorkerLoop}, {@code ParameterClient} and {@code LaneGradients}, told as events. */
final class SimulatedWorker extends SimulatedMember {
    private static final long LANE_MICROS = 8 * VirtualTime.MILLI;
    /** {@code WorkerLoop.FIRST_REST_MILLIS} and {@code LONGEST_REST_MILLIS}. */
    private static final long FIRST_REST = 100 * VirtualTime.MILLI;

    private static final long LONGEST_REST = 2 * VirtualTime.SECOND;

    private final ParameterLayout layout;
    private final RangePartitioner partitioner;
    private final float[] weights;
    private final Map<TreeNode, float[]> kept = new HashMap<>();
    /** Version of the weights, -1 for none. */
    private int generation = -1;

    private int step = -1;
    /** Number of the piece of work at hand: answers to an earlier one's requests are of no account. */
    private int errand;

    /** Requests of the errand that have no answer yet. */
    private int open;

    private Errand work;
    private long rest = FIRST_REST;

    SimulatedWorker(Simulation simulation, int id, int attempt) {
        super(simulation, Role.WORKER, id, attempt);
        layout = simulation.scenario.layout();
        partitioner = new RangePartitioner(layout.bucketCount(), simulation.scenario.servers());
        weights = new float[Math.toIntExact(layout.size())];
    }

    @Override
    Message joinRequest() {
        return new Message.JoinWorker(id, attempt, "host", name, "cpu", simulation.scenario.layoutHash(), 1e9);
    }

    /** {@code WorkerLoop.run}, with a parameter client of its own. */
    @Override
    void joined() {
        step = -1;
        poll();
    }

    /** {@code ParameterClient.endStaleWork}. */
    @Override
    void generationAtHand(int present) {
        if (work != null && work.wantedGeneration < present) {
            work.abandon("the connections were closed");
        }
    }

    private void poll() {
        errand++;
        call(new Message.PollWork(id, incarnation), work -> {
            if (work instanceof Message.ComputeLanes compute) {
                compute(compute);
            } else if (work instanceof Message.EvaluateBatches evaluate) {
                evaluate(evaluate);
            } else if (work instanceof Message.RunEnded) {
                leave("the run has ended");
            } else {
                poll();
            }
        });
    }

    /** {@code WorkerLoop.attempt}: drops the work, says so, rests. */
    private void drop(int droppedGeneration, int droppedStep, String cause) {
        errand++;
        kept.clear();
        step = -1;
        simulation.trace(() -> this + " drops step " + droppedStep + ": " + cause);
        call(new Message.WorkAbandoned(id, incarnation, droppedGeneration, droppedStep, cause), reply -> {
            later(rest, this::poll);
            rest = Math.min(2 * rest, LONGEST_REST);
        });
    }

    private void evaluate(Message.EvaluateBatches work) {
        new Errand(work.generation(), work.step(), work.servers()).pull(() -> {
            BatchScore[] scores = new BatchScore[work.batches()];
            for (int i = 0; i < scores.length; i++) {
                double loss = Arithmetic.loss(work.step(), 1000 + work.firstBatch() + i, weights);
                scores[i] = new BatchScore(loss, 1, new ClassTally[0]);
            }
            rest = FIRST_REST;
            call(
                    new Message.BatchesEvaluated(
                            id, incarnation, work.generation(), work.step(), work.firstBatch(), scores),
                    reply -> poll());
        });
    }

    private void compute(Message.ComputeLanes work) {
        Errand compute = new Errand(work.generation(), work.step(), work.servers());
        double[] losses = new double[work.span().count()];
        compute.pull(() -> compute.lane(work.span(), work.span().first(), losses));
    }

    /** One piece of work, from the pull to the report. */
    private final class Errand {
        private final int number = errand;
        private final int wantedGeneration;
        private final int wantedStep;
        private final Address[] servers;

        Errand(int wantedGeneration, int wantedStep, Address[] servers) {
            this.wantedGeneration = wantedGeneration;
            this.wantedStep = wantedStep;
            this.servers = servers;
            open = 0;
            work = this;
            later(simulation.scenario.stepTimeoutMicros(), () -> abandon("gave up waiting for the servers"));
        }

        private void abandon(String cause) {
            if (number == errand) {
                drop(wantedGeneration, wantedStep, cause);
            }
        }

        private SimulatedServer server(int index) {
            return simulation.spark.serverAt(servers[index]);
        }

        /** {@code ParameterClient.pull}. */
        void pull(Runnable then) {
            if (generation == wantedGeneration && step == wantedStep) {
                then.run();
                return;
            }
            step = -1;
            for (int server = 0; server < servers.length; server++) {
                BucketRange range = partitioner.range(server);
                if (range.count() > 0) {
                    pullFrom(server, range, range.first(), then);
                }
            }
        }

        private void pullFrom(int server, BucketRange range, int fromBucket, Runnable then) {
            open++;
            Message.AwaitParameters request = new Message.AwaitParameters(wantedGeneration, wantedStep, fromBucket);
            SimulatedServer to = server(server);
            simulation.network.request(SimulatedWorker.this, to, () -> to.receive(request), (reply, failure) -> {
                if (number != errand) {
                    return;
                }
                if (!(reply instanceof Message.ParametersReady ready)) {
                    abandon(to + ": " + (failure == null ? reply : failure.getMessage()));
                    return;
                }
                for (int bucket = fromBucket; bucket < ready.endBucket(); bucket++) {
                    pullBucket(to, bucket, ready.checksums()[bucket - fromBucket], then);
                }
                if (ready.endBucket() < range.end()) {
                    pullFrom(server, range, ready.endBucket(), then);
                }
                answered(() -> pulled(then));
            });
        }

        private void pullBucket(SimulatedServer to, int bucket, int checksum, Runnable then) {
            open++;
            String streamId = new BucketKey(wantedGeneration, wantedStep, bucket).streamId();
            simulation.network.request(SimulatedWorker.this, to, () -> to.pull(streamId), (pulled, failure) -> {
                if (number != errand) {
                    return;
                }
                ByteBuffer bytes = failure == null ? pulled.received() : null;
                if (failure != null || BucketHeader.checksum(bytes) != checksum) {
                    abandon(failure != null ? failure.getMessage() : "pulled bucket is damaged: " + streamId);
                    return;
                }
                Bucket b = layout.bucket(bucket);
                bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(weights, (int) b.offset(), b.length());
                answered(() -> pulled(then));
            });
        }

        private void answered(Runnable whenAll) {
            if (--open == 0) {
                whenAll.run();
            }
        }

        private void pulled(Runnable then) {
            generation = wantedGeneration;
            step = wantedStep;
            simulation.invariants.pulled(SimulatedWorker.this, step, weights);
            then.run();
        }

        /** {@code WorkerLoop.computeLanes}: a lane, its pushes acknowledged before the next begins. */
        void lane(LaneSpan span, int lane, double[] losses) {
            if (lane == span.end()) {
                rest = FIRST_REST;
                WorkTimes times = new WorkTimes(0, 0, 0, 0, 0);
                call(
                        new Message.LanesDone(id, incarnation, wantedGeneration, wantedStep, span, losses, times),
                        reply -> poll());
                return;
            }
            later(simulation.faults.duration(LANE_MICROS), () -> {
                if (number != errand) {
                    return;
                }
                losses[lane - span.first()] = Arithmetic.loss(wantedStep, lane, weights);
                open = 1;
                climb(span, lane, () -> lane(span, lane + 1, losses));
                answered(() -> lane(span, lane + 1, losses));
            });
        }

        /** {@code LaneGradients.climb}, a whole vector at a time. */
        private void climb(LaneSpan span, int lane, Runnable then) {
            TreeNode node = TreeNode.lane(lane);
            float[] value = Arithmetic.gradient(wantedStep, lane, weights);
            while (!node.isLeft() && span.contains(node.parent())) {
                float[] left = kept.remove(node.sibling());
                LaneSum.add(left, value, left.length);
                value = left;
                node = node.parent();
            }
            if (span.contains(node.parent())) {
                kept.put(node, value);
                return;
            }
            for (int bucket = layout.bucketCount() - 1; bucket >= 0; bucket--) {
                push(node, layout.bucket(bucket), value, then);
            }
        }

        /** {@code ParameterClient.push}. */
        private void push(TreeNode node, Bucket bucket, float[] value, Runnable then) {
            ByteBuffer data = ByteBuffer.allocate(bucket.bytes()).order(ByteOrder.LITTLE_ENDIAN);
            data.asFloatBuffer().put(value, (int) bucket.offset(), bucket.length());
            int checksum = BucketHeader.checksum(data);
            ByteBuffer header = new BucketHeader(
                            wantedGeneration, wantedStep, node, bucket.index(), bucket.length(), checksum)
                    .encode();
            SimulatedServer to = server(partitioner.shardOf(bucket.index()));
            open++;
            simulation.network.request(SimulatedWorker.this, to, () -> to.push(header, data), (nothing, failure) -> {
                if (number != errand) {
                    return;
                }
                if (failure != null) {
                    abandon(failure.getMessage());
                } else {
                    answered(then);
                }
            });
        }
    }
}
