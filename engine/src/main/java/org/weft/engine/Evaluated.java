package org.weft.engine;

import java.util.List;
import org.weft.core.batches.PreferenceCosts;
import org.weft.core.model.ClassTally;

/**
 * What one batch says of parameters.
 *
 * @param loss the sum of the targets' losses in nats
 * @param classes those that were predicted or there, in order; empty where the replica counts nothing
 */
public record Evaluated(double loss, List<ClassTally> classes) {

    public static Evaluated ofLoss(double loss) {
        return new Evaluated(loss, List.of());
    }

    /** Of pairs of answers. */
    public static Evaluated ofPairs(PreferenceCosts costs) {
        return new Evaluated(costs.loss(), costs.scores().tallies());
    }
}
