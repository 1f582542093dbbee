package org.weft.worker;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.weft.core.config.WeftConfig;
import org.weft.core.optim.Optimizer;
import org.weft.core.optim.StateVector;
import org.weft.core.params.Bucket;
import org.weft.core.params.ParameterLayout;
import org.weft.core.protocol.PushLayout;

/**
 * What the optimizer of a lane that takes steps of its own keeps, by vector and bucket in direct memory: 4 P bytes a vector for the
 * lane at hand; where it is kept from round to round, as many for the means that the round's version has, which each of its lanes
 * begins with. The lane's vectors are sent from where they are. Owned by the worker's thread.
 */
final class InnerState {
    private final PushLayout pushes;
    private final ByteBuffer[][] means;
    private final ByteBuffer[][] lane;
    /** What a bucket begins with where nothing is kept. */
    private final ByteBuffer zeros;

    /**
     * @param pushes the gradient, and what is kept from round to round: all vectors of the optimizer, in their order, or none
     * @param vectors of the optimizer; 0 where lanes take no steps
     */
    InnerState(PushLayout pushes, int vectors) {
        this.pushes = pushes;
        this.lane = allocate(pushes.layout(), vectors);
        this.means = allocate(pushes.layout(), pushes.inner().size());
        this.zeros = ByteBuffer.allocate(vectors == 0 ? 0 : pushes.layout().longestBucket() * Float.BYTES);
    }

    static InnerState of(WeftConfig config, ParameterLayout layout) {
        int vectors =
                config.sync().local() ? Optimizer.of(config.training()).state().size() : 0;
        return new InnerState(PushLayout.of(config, layout), vectors);
    }

    private static ByteBuffer[][] allocate(ParameterLayout layout, int vectors) {
        ByteBuffer[][] all = new ByteBuffer[vectors][layout.bucketCount()];
        for (ByteBuffer[] buckets : all) {
            for (int i = 0; i < buckets.length; i++) {
                Bucket bucket = layout.bucket(i);
                buckets[i] = ByteBuffer.allocateDirect(bucket.bytes()).order(ByteOrder.LITTLE_ENDIAN);
            }
        }
        return all;
    }

    PushLayout pushes() {
        return pushes;
    }

    /** What is pulled with a version of the parameters. */
    List<StateVector> pulledWith(int version) {
        return pushes.inner(version);
    }

    /** What is pulled with the parameters, and pushed beside gradients, as soon as lanes take rounds. */
    List<StateVector> kept() {
        return pushes.inner();
    }

    /** Where the mean of one of {@link #kept} is to arrive, by bucket. */
    ByteBuffer[] means(int vector) {
        return means[vector];
    }

    /** A vector of the lane at hand. */
    ByteBuffer lane(int vector, int bucket) {
        return lane[vector][bucket];
    }

    /** Vectors of the optimizer. */
    int vectors() {
        return lane.length;
    }

    /** Starts a lane's round: from the means, or from zero. */
    void begin() {
        for (int vector = 0; vector < lane.length; vector++) {
            for (int i = 0; i < lane[vector].length; i++) {
                ByteBuffer into = lane[vector][i].duplicate().clear();
                into.put(
                        kept().isEmpty()
                                ? zeros.slice(0, into.capacity())
                                : means[vector][i].duplicate().clear());
            }
        }
    }
}
