package org.weft.hub.prune;

import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * How much the parts of a model count: the least go first.
 *
 * @param heads of every block, each item of its heads; empty where it has none that may go
 * @param units of every block, each unit of each of its perceptrons
 * @param blocks what blocks count
 */
record PartScores(List<double[]> heads, List<List<double[]>> units, BlockCosts blocks) {

    /** What it costs a model to do without some blocks. */
    @FunctionalInterface
    interface BlockCosts {
        double without(Set<Integer> gone) throws IOException;
    }
}
