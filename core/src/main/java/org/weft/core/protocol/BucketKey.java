package org.weft.core.protocol;

import java.util.Locale;

/**
 * Names one vector of one bucket at one version, and the form in which it is to come: the id of a pull stream,
 * {@code generation/step/bucket/part} for plain float32, with {@code /codec} behind it for another {@link BucketCodec}.
 */
public record BucketKey(int generation, int step, int bucket, Part part, String codec) {
    private static final int FIELDS = 4;

    public BucketKey {
        BucketCodec.requireName(codec);
    }

    /** What a shard holds of a bucket: workers pull parameters, backups also what the optimizer keeps. */
    public enum Part {
        PARAM,
        /** adam, adamw, amsgrad: first moment. */
        EXP_AVG,
        /** adam, adamw, amsgrad: second moment. */
        EXP_AVG_SQ,
        /** amsgrad: largest second moment so far. */
        MAX_EXP_AVG_SQ,
        /** nesterov: what the parameters move by. */
        VELOCITY;

        /** The vector's name in checkpoints. */
        public String vector() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The parameters of a bucket, in plain float32. */
    public BucketKey(int generation, int step, int bucket) {
        this(generation, step, bucket, Part.PARAM);
    }

    /** In plain float32. */
    public BucketKey(int generation, int step, int bucket, Part part) {
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
                    generation, Integer.parseInt(parts[1]), Integer.parseInt(parts[2]), Part.valueOf(parts[3]), codec);
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
