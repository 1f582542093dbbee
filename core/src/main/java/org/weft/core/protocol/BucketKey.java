package org.weft.core.protocol;

/** Names the parameters of one bucket at one version: the id of a pull stream, {@code generation/step/bucket}. */
public record BucketKey(int generation, int step, int bucket) {

    public String streamId() {
        return generation + "/" + step + "/" + bucket;
    }

    /**
     * @throws IllegalArgumentException where the id names no bucket
     */
    public static BucketKey parse(String streamId) {
        String[] parts = streamId.split("/", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("not a bucket's stream id: " + streamId);
        }
        try {
            return new BucketKey(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a bucket's stream id: " + streamId, e);
        }
    }
}
