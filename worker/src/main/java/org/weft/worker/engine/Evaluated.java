package org.weft.worker.engine;

/**
 * What one batch says of parameters.
 *
 * @param loss the sum of the targets' losses in nats
 * @param counts (3, K): of each class how often it was predicted rightly, predicted, and there; empty where the replica
 *     counts nothing. A span is one class: it was predicted rightly where both of its ends were
 */
public record Evaluated(double loss, long[] counts) {
    private static final long[] NONE = {};

    static Evaluated ofLoss(double loss) {
        return new Evaluated(loss, NONE);
    }
}
