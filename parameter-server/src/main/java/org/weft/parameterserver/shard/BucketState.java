package org.weft.parameterserver.shard;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.weft.core.optim.Optimizer;
import org.weft.core.optim.StateVector;
import org.weft.core.params.Bucket;
import org.weft.core.params.ParameterLayout;
import org.weft.core.protocol.BucketCodec;
import org.weft.core.protocol.BucketCodecs;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;

/**
 * What one bucket owns.
 *
 * @param weights the parameters: the newest version, or as many as are kept
 * @param lasting what all versions are kept of: the weights, or what is predicted from them
 * @param vectors the optimizer's, in the order of {@link Optimizer#state}; after them, where several versions are kept, what lasts of the
 *     version before the newest
 * @param pulledVectors those of the vectors that workers pull, as they do, in direct memory; null for the others
 * @param segments runs of elements that are treated alike
 * @param ownGradient whether an update needs a copy of the gradient that it may change
 */
record BucketState(
        Bucket bucket,
        VersionedBytes weights,
        VersionedBytes lasting,
        float[][] vectors,
        ByteBuffer[] pulledVectors,
        List<Optimizer.Segment> segments,
        boolean ownGradient) {

    static BucketState of(
            ParameterLayout layout,
            Bucket bucket,
            Optimizer optimizer,
            int vectors,
            KeptVersions versions,
            ZeroVectors zeros) {
        List<Optimizer.Segment> segments = optimizer.segments(layout, bucket);
        VersionedBytes lasting = new VersionedBytes(bucket.bytes(), versions.count());
        return new BucketState(
                bucket,
                versions.predicted() ? new VersionedBytes(bucket.bytes(), 1) : lasting,
                lasting,
                zeros.vectors(vectors, segments, bucket.length()),
                new ByteBuffer[vectors],
                segments,
                optimizer.changesGradient(segments));
    }

    /** Keeps what lasts of a version as that of the version before; nothing where that is not done. */
    void keepPrevious(int version) {
        keepPrevious(lasting, version);
    }

    /** The same where there is no version before: the weights stand for it. */
    void keepAsPrevious(int version) {
        keepPrevious(weights, version);
    }

    private void keepPrevious(VersionedBytes of, int version) {
        if (lasting.count() > 1) {
            of.read(version, vectors[vectors.length - 1], bucket.length());
        }
    }

    /** Makes of what was kept of the version before, which was loaded or copied, that of a version. */
    void restorePrevious(int version) {
        lasting.write(version, vectors[vectors.length - 1], bucket.length());
    }

    /**
     * Predicts a version's weights after the next update.
     *
     * @param updates that led to it
     * @param staging at least as long as the bucket
     */
    void predict(Optimizer optimizer, int version, int updates, float[] staging) {
        weights.read(version, staging, bucket.length());
        for (Optimizer.Segment segment : segments) {
            optimizer.predict(version, updates, staging, vectors, segment);
        }
        lasting.write(version, staging, bucket.length());
    }

    /**
     * Makes what workers pull of a version.
     *
     * @return its checksums, in the order of {@link ShardParts#pulled}
     */
    int[] publish(int version, BucketCodecs codecs, ShardParts parts) {
        IntStream checksums = encode(weights, version, codecs);
        if (lasting != weights) {
            checksums = IntStream.concat(checksums, encode(lasting, version, codecs));
        }
        IntStream ofMeans =
                parts.inner().stream().mapToInt(part -> BucketHeader.checksum(publishVector(parts.indexOf(part))));
        return IntStream.concat(checksums, ofMeans).toArray();
    }

    private IntStream encode(VersionedBytes vector, int version, BucketCodecs codecs) {
        BucketCodec codec = codecs.parameters().of(bucket);
        int[] checksums = vector.encode(version, codec, codecs.draw(version, bucket.index()));
        return Arrays.stream(checksums).limit(codecs.pulled().size());
    }

    /** What is pulled: without a copy what workers pull, other vectors as a copy. */
    ByteBuffer bytes(BucketKey key, BucketCodecs codecs, ShardParts parts) {
        boolean predicted = key.part() == StateVector.PREDICTED && lasting != weights;
        if (key.part() == StateVector.PARAM || predicted) {
            VersionedBytes vector = predicted ? lasting : weights;
            boolean plain = codecs.pulled(key.codec()) == BucketCodec.F32;
            return plain ? vector.plain(key.step()) : vector.pulled(key.step());
        }
        int vector = parts.indexOf(key.part());
        return parts.inner().contains(key.part()) ? pulledVector(vector) : vectorBytes(vector);
    }

    void zeroVectors() {
        for (float[] vector : vectors) {
            Arrays.fill(vector, 0f);
        }
    }

    /** A copy of a vector, as little-endian float32. */
    private ByteBuffer vectorBytes(int vector) {
        float[] values = vectors[vector];
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }

    /** What workers pull of a vector from now on, in the memory that they have pulled it from before. */
    private ByteBuffer publishVector(int vector) {
        if (pulledVectors[vector] == null) {
            pulledVectors[vector] = ByteBuffer.allocateDirect(bucket.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        }
        pulledVectors[vector].asFloatBuffer().put(vectors[vector]);
        return pulledVectors[vector];
    }

    /** What was published of a vector last. */
    private ByteBuffer pulledVector(int vector) {
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
