package org.weft.core.privacy;

/** What servers add to a step's summed gradient before their optimizer sees it. Stateless: any thread may call it. */
@FunctionalInterface
public interface GradientNoise {
    /** Of a run that is not private. */
    GradientNoise NONE = (step, offset, gradient, length) -> {};

    /**
     * Adds it.
     *
     * @param offset index in the flat vector of the gradient's first element
     * @param length elements from there on
     */
    void add(int step, long offset, float[] gradient, int length);
}
