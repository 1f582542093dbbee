package org.weft.core.protocol;

import java.util.Locale;

/**
 * Names one vector of one bucket at one version: the id of a pull stream, {@code generation/step/bucket/part}.
 */
public record BucketKey(int generation, int step, int bucket, Part part) {

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

    /** The parameters of a bucket. */
    public BucketKey(int generation, int step, int bucket) {
        this(generation, step, bucket, Part.PARAM);
    }

    public String streamId() {
        return generation + "/" + step + "/" + bucket + "/" + part;
    }

    /**
     * @throws IllegalArgumentException where the id names no bucket
     */
    public static BucketKey parse(String streamId) {
        String[] parts = streamId.split("/", -1);
        if (parts.length != 4) {
            throw new IllegalArgumentException("not a bucket's stream id: " + streamId);
        }
        try {
            int generation = Integer.parseInt(parts[0]);
            return new BucketKey(
                    generation, Integer.parseInt(parts[1]), Integer.parseInt(parts[2]), Part.valueOf(parts[3]));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not a bucket's stream id: " + streamId, e);
        }
    }
}
