package org.weft.engine;

/** Told, on the training thread, that a range of the flat gradient is final while backward still runs. */
@FunctionalInterface
public interface GradientListener {
    GradientListener NONE = (offset, length) -> {};

    /**
     * Ranges arrive from the end of the vector to its beginning, without gaps or overlap, and cover it once.
     *
     * @param offset first element of the range
     * @param length elements of the range
     */
    void rangeReady(long offset, long length);
}
