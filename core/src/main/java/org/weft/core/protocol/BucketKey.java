package org.weft.core.protocol;

import org.weft.core.optim.StateVector;

/**
 * Names one vector of one bucket at one version, and the form in which it is to come: the id of a pull stream,
 * {@code generation/step/bucket/part} for plain float32, with {@code /codec} behind it for another {@link BucketCodec}.
 *
 * @param part workers pull parameters, backups also what the optimizer keeps
 */
public record BucketKey(int generation, int step, int bucket, StateVector part, String codec) {
    private static final int FIELDS = 4;

    public BucketKey {
        BucketCodec.requireName(codec);
    }

    /** The parameters of a bucket, in plain float32. */
    public BucketKey(int generation, int step, int bucket) {
        this(generation, step, bucket, StateVector.PARAM);
    }

    /** In plain float32. */
    public BucketKey(int generation, int step, int bucket, StateVector part) {
        this(generation, step, bucket, part, BucketCodec.F32.name());
    }

    private boolean isPlain() {
        return codec.equals(BucketCodec.F32.name());
    }

    public String streamId() {
        return generation + "/" + step + "/" + bucket + "/" + part + (isPlain() ? "" : "/" + codec);
    }

    /**
     * @throws IllegalArgumentException where the id names no bucket
     */
    public static BucketKey parse(String streamId) {
        String[] parts = streamId.split("/", -1);
        if (parts.length < FIELDS || parts.length > FIELDS + 1) {
            throw new IllegalArgumentException("not a bucket's stream id: " + streamId);
        }
        try {
            int generation = Integer.parseInt(parts[0]);
            String codec = parts.length == FIELDS ? BucketCodec.F32.name() : parts[FIELDS];
            return new BucketKey(
                    generation,
                    Integer.parseInt(parts[1]),
                    Integer.parseInt(parts[2]),
                    StateVector.valueOf(parts[3]),
                    codec);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not a bucket's stream id: " + streamId, e);
        }
    }

    /** The plain form is not mentioned, as in {@link #streamId}. */
    @Override
    public String toString() {
        return "BucketKey[generation=" + generation + ", step=" + step + ", bucket=" + bucket + ", part=" + part
                + (isPlain() ? "" : ", codec=" + codec) + "]";
    }
}
