package org.weft.core.params;

/**
 * The unit that travels, is summed and is checked on its own: a run of at most {@link #ELEMENTS} parameters, cut at
 * fixed places that do not depend on the servers.
 *
 * @param index position among the buckets
 * @param offset first element's index in the flat vector
 * @param length elements; all but the last bucket have {@link #ELEMENTS}
 */
public record Bucket(int index, long offset, int length) {
    /** Elements of a full bucket: 4 MiB of float32. */
    public static final int ELEMENTS = 1 << 20;

    public long end() {
        return offset + length;
    }

    public int bytes() {
        return length * Float.BYTES;
    }
}
