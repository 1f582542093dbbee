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

/**
 * What one bucket owns.
 *
 * @param weights direct memory
 * @param vectors the optimizer's, in the order of {@link Optimizer#state}
 * @param segments runs of elements that are treated alike
 * @param ownGradient whether an update needs a copy of the gradient that it may change
 */
record BucketState(
        Bucket bucket, ByteBuffer weights, float[][] vectors, List<Optimizer.Segment> segments, boolean ownGradient) {

    static BucketState of(ParameterLayout layout, Bucket bucket, Optimizer optimizer) {
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
        return new BucketState(
                bucket,
                ByteBuffer.allocateDirect(bucket.bytes()).order(ByteOrder.LITTLE_ENDIAN),
                new float[optimizer.state().size()][bucket.length()],
                segments,
                segments.stream().anyMatch(segment -> optimizer.changesGradient(segment.rule())));
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
