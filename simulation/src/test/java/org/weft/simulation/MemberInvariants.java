package org.weft.simulation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.weft.core.optim.Optimizer;
import org.weft.core.optim.StateVector;
import org.weft.core.params.Bucket;
import org.weft.core.params.RangePartitioner.BucketRange;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.ParameterVersion;
import org.weft.simulation.Violation.Invariant;

/** What has to hold of workers and servers: of what they say, hear, serve, take and acknowledge. */
final class MemberInvariants {
    private final Simulation simulation;
    private final Invariants invariants;

    MemberInvariants(Simulation simulation, Invariants invariants) {
        this.simulation = simulation;
        this.invariants = invariants;
    }

    /** What a member says to the coordinator, or to a server. */
    void said(MemberProcess member, Message request) {
        simulation.trace(() -> member + " says " + shown(request));
        if (request instanceof Message.Heartbeat) {
            invariants.require(
                    !member.taskEnded(),
                    Invariant.LEASES_OF_THE_LIVING,
                    "%s gives a sign of life after the end of its task",
                    member);
        } else if (request instanceof Message.ShardReduced done) {
            reduced(member, done);
        } else if (request instanceof Message.ShardLoaded loaded) {
            member.loadedGeneration = loaded.generation();
            published(member, loaded.generation(), loaded.step(), member.range());
        } else if (request instanceof Message.PollOrder poll && member.claims(poll)) {
            published(member, poll.generation(), poll.step(), member.range());
        } else if (request instanceof Message.MemberFailed failed) {
            invariants.memberFailed(member, failed);
        }
    }

    /** What a member hears. */
    void heard(MemberProcess member, Message request, Message reply) {
        simulation.trace(() -> member + " hears " + shown(reply));
        if (!(request instanceof Message.PollOrder poll)) {
            return;
        }
        if (reply instanceof Message.ApplyStep order) {
            invariants.require(
                    order.generation() == poll.generation() && order.step() == poll.step(),
                    Invariant.ONE_UPDATE_A_STEP,
                    "%s applies the update of generation %d version %d to generation %d version %d",
                    member,
                    order.generation(),
                    order.step(),
                    poll.generation(),
                    poll.step());
        } else if (reply instanceof Message.LoadParameters order) {
            member.orderedGeneration = order.generation();
        } else if (reply instanceof Message.AdoptGeneration order) {
            member.orderedGeneration = order.generation();
        } else if (reply instanceof Message.CopyShard order) {
            member.orderedGeneration = order.generation();
        }
    }

    /** Kinds alone: some messages carry measurements of this machine. */
    private static String shown(Message message) {
        return message instanceof Message.Refused
                ? message.toString()
                : message.getClass().getSimpleName();
    }

    /** A server's answer. */
    void served(MemberProcess server, Message request, Message answer) {
        if (request instanceof Message.AwaitParameters await && answer instanceof Message.ParametersReady ready) {
            int first = Math.max(await.fromBucket(), server.range().first());
            BucketRange range = new BucketRange(first, Math.max(first, ready.endBucket()));
            if (await.part() == StateVector.PREDICTED) { // Of a version before the newest there is nothing else.
                publishedWeights(server, await.generation(), new ParameterVersion(await.step(), await.part()), range);
            } else {
                published(server, await.generation(), await.step(), range);
            }
        }
    }

    private void published(MemberProcess server, int publishedGeneration, int version, BucketRange range) {
        publishedWeights(server, publishedGeneration, ParameterVersion.of(version), range);
        if (simulation.scenario.predicts()) {
            ParameterVersion predicted = new ParameterVersion(version, StateVector.PREDICTED);
            publishedWeights(server, publishedGeneration, predicted, range);
        }
        for (int index = range.first(); index < range.end(); index++) {
            List<StateVector> inner = Optimizer.innerState(simulation.scenario.config());
            for (int i = 0; i < inner.size(); i++) {
                BucketKey mean = new BucketKey(publishedGeneration, version, index, inner.get(i));
                published(server, mean, simulation.reference.mean(version, i));
            }
        }
    }

    private void publishedWeights(
            MemberProcess server, int publishedGeneration, ParameterVersion version, BucketRange range) {
        for (int index = range.first(); index < range.end(); index++) {
            BucketKey key = new BucketKey(publishedGeneration, version.step(), index, version.part());
            published(server, key, simulation.reference.weights(version));
        }
    }

    private void published(MemberProcess server, BucketKey key, float[] expected) {
        Bucket bucket = simulation.scenario.layout().bucket(key.bucket());
        ByteBuffer bytes = server.service.openPull(key);
        float[] actual = new float[bucket.length()];
        bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(actual);
        float[] wanted = Arrays.copyOfRange(expected, (int) bucket.offset(), (int) bucket.end());
        invariants.require(
                Arrays.equals(actual, wanted),
                Invariant.SAME_BITS,
                "%s publishes %s: actual=%s expected=%s",
                server,
                key,
                Arrays.toString(actual),
                Arrays.toString(wanted));
    }

    void computesWith(MemberProcess worker, int step, int lane, float[] weights) {
        invariants.require(
                Arrays.equals(weights, simulation.reference.weightsFor(step, lane)),
                Invariant.SAME_BITS,
                "%s uses other parameters for lane %d of step %d",
                worker,
                lane,
                step);
    }

    private void reduced(MemberProcess server, Message.ShardReduced done) {
        for (int i = 0; i < done.squares().length; i++) {
            int pushed = done.firstPushed() + i;
            invariants.requireSame(
                    simulation.reference.square(done.step(), pushed),
                    done.squares()[i],
                    server + ": the sum of squares of pushed bucket " + pushed + " of step " + done.step());
        }
    }

    /** A server takes a push. */
    void pushOpened(MemberProcess server, BucketHeader header) {
        invariants.require(
                header.generation() >= server.loadedGeneration && header.generation() <= server.orderedGeneration,
                Invariant.STALE_CHANGES_NOTHING,
                "%s takes %s though it sums generation %d",
                server,
                header,
                server.loadedGeneration);
    }

    /** A push is in the sums, or is one that they have already. */
    void summed(MemberProcess server, BucketHeader header) {
        server.summed.add(header);
    }

    void acknowledged(MemberProcess server, BucketHeader header) {
        invariants.require(
                server.summed.contains(header),
                Invariant.WHAT_IS_ACKNOWLEDGED_IS_SUMMED,
                "%s acknowledges %s, which is in no sum",
                server,
                header);
    }
}
