package org.weft.engine;

/**
 * What one batch says of parameters.
 *
 * @param loss the sum of the targets' losses in nats
 * @param counts (n, 4) of the n classes that were predicted or there: the class, how often it was predicted rightly,
 *     predicted, and there; empty where the replica counts nothing. A span is class 0: it was predicted rightly where both
 *     of its ends were
 */
public record Evaluated(double loss, int[] counts) {
    private static final int[] NONE = {};

    public static Evaluated ofLoss(double loss) {
        return new Evaluated(loss, NONE);
    }
}
