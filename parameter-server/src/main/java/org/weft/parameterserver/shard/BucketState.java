package org.weft.parameterserver.shard;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.weft.core.optim.Optimizer;
import org.weft.core.params.Bucket;
import org.weft.core.params.ParameterLayout;
import org.weft.core.protocol.BucketCodec;
import org.weft.core.protocol.BucketHeader;

/**
 * What one bucket owns.
 *
 * @param versions the weights of the last versions, by version modulo their number, in direct memory
 * @param pulled what workers pull of each of these versions; the weights themselves where they travel as they are
 * @param vectors the optimizer's, in the order of {@link Optimizer#state}; after them, where several versions are kept, the
 *     weights before the newest
 * @param pulledVectors those of the vectors that workers pull, as they do, in direct memory; null for the others
 * @param segments runs of elements that are treated alike
 * @param ownGradient whether an update needs a copy of the gradient that it may change
 */
record BucketState(
        Bucket bucket,
        ByteBuffer[] versions,
        ByteBuffer[] pulled,
        float[][] vectors,
        ByteBuffer[] pulledVectors,
        List<Optimizer.Segment> segments,
        boolean ownGradient) {

    static BucketState of(ParameterLayout layout, Bucket bucket, Optimizer optimizer, int vectors, int versions) {
        List<Optimizer.Segment> segments = optimizer.segments(layout, bucket);
        ByteBuffer[] weights = new ByteBuffer[versions];
        Arrays.setAll(weights, i -> ByteBuffer.allocateDirect(bucket.bytes()).order(ByteOrder.LITTLE_ENDIAN));
        return new BucketState(
                bucket,
                weights,
                new ByteBuffer[versions],
                new float[vectors][bucket.length()],
                new ByteBuffer[vectors],
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
        int at = Math.floorMod(version, pulled.length);
        pulled[at] = codec.encode(versions[at], draw, pulled[at]);
    }

    /** What workers pull of a version. */
    ByteBuffer pulled(int version) {
        return pulled[Math.floorMod(version, pulled.length)];
    }

    /** Makes a version's weights also those of the next. */
    void carry(int version, int next) {
        ByteBuffer from = weights(version);
        ByteBuffer to = weights(next);
        if (from != to) {
            to.clear().put(from.duplicate().clear());
        }
    }

    /** Whether the weights before are kept as the last of the vectors, too. */
    boolean keepsPrevious() {
        return versions.length > 1;
    }

    /** Keeps the weights of a version as those before; nothing where that is not done. */
    void keepPrevious(int version) {
        if (keepsPrevious()) {
            weights(version)
                    .duplicate()
                    .clear()
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(vectors[vectors.length - 1]);
        }
    }

    /** Makes of the weights before, which were loaded or copied, those of a version. */
    void restorePrevious(int version) {
        weights(version)
                .duplicate()
                .clear()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .put(vectors[vectors.length - 1]);
    }

    void zeroVectors() {
        for (float[] vector : vectors) {
            Arrays.fill(vector, 0f);
        }
    }

    /** A copy of a vector, as little-endian float32. */
    ByteBuffer vectorBytes(int vector) {
        float[] values = vectors[vector];
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }

    /** What workers pull of a vector from now on, in the memory that they have pulled it from before. */
    ByteBuffer publishVector(int vector) {
        if (pulledVectors[vector] == null) {
            pulledVectors[vector] = ByteBuffer.allocateDirect(bucket.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        }
        pulledVectors[vector].asFloatBuffer().put(vectors[vector]);
        return pulledVectors[vector];
    }

    /** What was published of a vector last. */
    ByteBuffer pulledVector(int vector) {
        return pulledVectors[vector].duplicate().clear().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** CRC32C of a vector's bytes. */
    int vectorChecksum(int vector) {
        return BucketHeader.checksum(vectorBytes(vector));
    }

    /** Takes a copy of a vector. */
    void putVector(int vector, ByteBuffer bytes) {
        bytes.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vectors[vector]);
    }

    /** The gradient that an update may change where it has to. */
    float[] forUpdate(float[] gradient) {
        return ownGradient ? Arrays.copyOf(gradient, bucket.length()) : gradient;
    }
}
