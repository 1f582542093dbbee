package org.weft.core.protocol;

/**
 * What the sequences of one source cost in a lane.
 *
 * @param lane of the step
 * @param source its name
 * @param nats the sum of the targets' losses, sequence after sequence
 * @param targets how many they are
 */
public record SourceLoss(int lane, String source, double nats, long targets) {
    /** With what comes after it, in this lane or the next that has the source. */
    public SourceLoss plus(SourceLoss next) {
        return new SourceLoss(next.lane, source, nats + next.nats, targets + next.targets);
    }
}
