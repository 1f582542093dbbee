package org.weft.parameterserver.shard;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.weft.core.optim.Optimizer;
import org.weft.core.params.Bucket;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.core.protocol.BucketCodec;

/**
 * What one bucket owns.
 *
 * @param versions the weights of the last versions, by version modulo their number, in direct memory
 * @param pulled what workers pull of each of these versions; the weights themselves where they travel as they are
 * @param vectors the optimizer's, in the order of {@link Optimizer#state}
 * @param segments runs of elements that are treated alike
 * @param ownGradient whether an update needs a copy of the gradient that it may change
 */
record BucketState(
        Bucket bucket,
        ByteBuffer[] versions,
        ByteBuffer[] pulled,
        float[][] vectors,
        List<Optimizer.Segment> segments,
        boolean ownGradient) {

    static BucketState of(ParameterLayout layout, Bucket bucket, Optimizer optimizer, int versions) {
        List<Optimizer.Segment> segments = new ArrayList<>();
        for (Parameter parameter : layout.parameters()) {
            long from = Math.max(parameter.offset(), bucket.offset());
            long to = Math.min(parameter.end(), bucket.end());
            if (from < to) {
                int start = (int) (from - bucket.offset());
                int end = (int) (to - bucket.offset());
                segments.add(new Optimizer.Segment(start, end, parameter.rule()));
            }
        }
        ByteBuffer[] weights = new ByteBuffer[versions];
        Arrays.setAll(weights, i -> ByteBuffer.allocateDirect(bucket.bytes()).order(ByteOrder.LITTLE_ENDIAN));
        return new BucketState(
                bucket,
                weights,
                weights.clone(),
                new float[optimizer.state().size()][bucket.length()],
                segments,
                segments.stream().anyMatch(segment -> optimizer.changesGradient(segment.rule())));
    }

    /** Where the weights of a version stand. Its position and limit are the server's thread's. */
    ByteBuffer weights(int version) {
        return versions[Math.floorMod(version, versions.length)];
    }

    /**
     * Encodes the weights of a version for those who pull it.
     *
     * @param draw as in {@link BucketCodec#encode}
     */
    void encode(int version, BucketCodec codec, long draw) {
        pulled[Math.floorMod(version, pulled.length)] = codec.encode(weights(version), draw);
    }

    /** What workers pull of a version. */
    ByteBuffer pulled(int version) {
        return pulled[Math.floorMod(version, pulled.length)];
    }

    /** Makes a version's weights also those of the next. */
    void carry(int version) {
        ByteBuffer from = weights(version);
        ByteBuffer to = weights(version + 1);
        if (from != to) {
            to.clear().put(from.duplicate().clear());
        }
    }

    void zeroVectors() {
        for (float[] vector : vectors) {
            Arrays.fill(vector, 0f);
        }
    }

    /** The gradient that an update may change where it has to. */
    float[] forUpdate(float[] gradient) {
        return ownGradient ? Arrays.copyOf(gradient, bucket.length()) : gradient;
    }
}
