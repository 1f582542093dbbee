package org.weft.simulation;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey.Part;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.Message;
import org.weft.parameterserver.shard.ParameterShard;

/** {@code ShardCopy}, told as events: fills a server's shard with another's state, bucket by bucket. */
final class SimulatedCopy {
    private final Simulation simulation;
    private final SimulatedServer to;
    private final SimulatedServer from;
    private final Message.CopyShard order;
    private final ParameterShard shard;
    private final Consumer<String> over;
    private boolean done;
    private int[] checksums;

    /**
     * @param over told once what went wrong, or null where the copy is whole
     */
    SimulatedCopy(SimulatedServer to, Message.CopyShard order, ParameterShard shard, Consumer<String> over) {
        this.simulation = to.simulation;
        this.to = to;
        this.from = simulation.spark.serverAt(order.primary());
        this.order = order;
        this.shard = shard;
        this.over = over;
    }

    void run() {
        if (to.range.count() == 0) {
            end(null);
            return;
        }
        to.later(simulation.scenario.stepTimeoutMicros(), () -> end("gave up waiting for " + from));
        Message last = new Message.AwaitParameters(order.generation(), order.step(), to.range.end() - 1);
        ask(last, ignored -> {
            Message all = new Message.AwaitParameters(order.generation(), order.step(), to.range.first());
            ask(all, reply -> {
                if (reply instanceof Message.ParametersReady ready && ready.endBucket() == to.range.end()) {
                    checksums = ready.checksums();
                    copy(to.range.first());
                } else {
                    end(reply.toString());
                }
            });
        });
    }

    void end(String failure) {
        if (!done) {
            done = true;
            over.accept(failure);
        }
    }

    private void ask(Message request, Consumer<Message> then) {
        simulation.network.request(to, from, () -> from.receive(request), (reply, failure) -> {
            if (!done && failure != null) {
                end(failure.getMessage());
            } else if (!done) {
                then.accept(reply);
            }
        });
    }

    private void copy(int bucket) {
        if (bucket == to.range.end()) {
            verifyMoments();
            return;
        }
        List<Part> parts = new ArrayList<>(shard.parts());
        parts.add(Part.PARAM);
        int[] open = {parts.size()};
        for (Part part : parts) {
            String id = new BucketKey(order.generation(), order.step(), bucket, part).streamId();
            simulation.network.request(to, from, () -> from.pull(id), (pulled, failure) -> {
                if (done) {
                    return;
                }
                if (failure != null) {
                    end(failure.getMessage());
                    return;
                }
                ByteBuffer bytes = pulled.received();
                if (part == Part.PARAM) {
                    shard.weights(bucket).put(bytes);
                } else {
                    shard.putMoment(bucket, part, bytes);
                }
                if (--open[0] == 0) {
                    verify(bucket);
                }
            });
        }
    }

    private void verify(int bucket) {
        if (BucketHeader.checksum(shard.weights(bucket)) == checksums[bucket - to.range.first()]) {
            copy(bucket + 1);
        } else {
            end("bucket " + bucket + " is damaged");
        }
    }

    private void verifyMoments() {
        ask(new Message.AwaitMomentChecksums(order.generation(), order.step()), reply -> {
            boolean same = reply instanceof Message.Checksums expected
                    && java.util.Arrays.equals(expected.values(), shard.momentChecksums());
            end(same ? null : "moments: " + reply);
        });
    }
}
