package org.weft.core.protocol;

/**
 * A figure of a lane beside its loss, such as what the sequences of one source cost: a mean in the making.
 *
 * @param lane of the step
 * @param name of the figure, as records have it
 * @param sum of what it is a mean of, sequence after sequence
 * @param count how many they are
 */
public record FigureSum(int lane, String name, double sum, long count) {
    /** With what comes after it, in this lane or the next that has the figure. */
    public FigureSum plus(FigureSum next) {
        return new FigureSum(next.lane, name, sum + next.sum, count + next.count);
    }
}
