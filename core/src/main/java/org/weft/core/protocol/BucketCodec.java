package org.weft.core.protocol;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.weft.core.params.Bucket;

/**
 * How a bucket's float32 become bytes on the wire, and bytes floats again. Blocks of elements are encoded one after the
 * other, each by itself; the last may be shorter. Safe for use by many threads.
 *
 * <p>Where a codec is lossy, lanes travel by themselves and are summed on the server alone: what is rounded must not
 * depend on which lanes a worker happens to hold.
 */
public interface BucketCodec extends LayoutCodec {
    /** Little-endian float32, which is what buckets are in memory: nothing is done, and nothing copied. */
    BucketCodec F32 = new Float32Codec();

    /** The upper half of each float32, rounded to nearest even. */
    BucketCodec BF16 = new Bfloat16Codec();

    /** Eight bits an element and a scale for each 256, rounded by chance. */
    BucketCodec INT8 = new IntegerCodec(8);

    /** Four bits an element and a scale for each 256, rounded by chance. */
    BucketCodec INT4 = new IntegerCodec(4);

    /** One to four of a-z and 0-9: how headers, requests and configuration name it. */
    @Override
    String name();

    /** Itself: every bucket alike. */
    @Override
    default BucketCodec of(Bucket bucket) {
        return this;
    }

    /**
     * @throws IllegalArgumentException where no codec can have this name
     */
    static void requireName(String name) {
        boolean lettersAndDigits = name.chars().allMatch(c -> c >= 'a' && c <= 'z' || c >= '0' && c <= '9');
        if (name.isEmpty() || name.length() > Integer.BYTES || !lettersAndDigits) {
            throw new IllegalArgumentException("not a bucket codec's name: " + name);
        }
    }

    /** Whether what is decoded may differ from what was encoded. */
    boolean lossy();

    /** Bytes of a bucket of so many elements. */
    int bytes(int length);

    /** Bytes of a block that is not the last. */
    int blockBytes();

    /**
     * A bucket's bytes on the wire.
     *
     * @param floats little-endian float32, from its start to its capacity
     * @param draw what a codec that rounds by chance draws from: a function of seed and bucket, whoever encodes it
     * @param spare what an earlier bucket of this length was encoded into and nobody reads any more; null for none
     * @return of {@link #bytes}, from its start to its capacity: {@code spare} where there is one, or {@code floats} itself
     */
    ByteBuffer encode(ByteBuffer floats, long draw, ByteBuffer spare);

    /**
     * Decodes blocks.
     *
     * @param blocks whole ones, from its position to its limit; only the bucket's last may be shorter
     * @param into the bucket, whose end is the array's
     * @param at first element to be written
     * @return elements written
     */
    int decode(ByteBuffer blocks, float[] into, int at);

    /**
     * Makes floats of a whole bucket that was received.
     *
     * @param received of {@link #bytes}, from its start to its capacity; plain float32 may have been received where they belong
     * @param floats little-endian float32, from its start to its capacity
     */
    default void land(ByteBuffer received, ByteBuffer floats) {
        float[] values = new float[floats.capacity() / Float.BYTES];
        decode(received.duplicate().clear(), values, 0);
        floats.duplicate()
                .clear()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .put(values);
    }
}
