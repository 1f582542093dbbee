package org.weft.engine.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.weft.engine.Figure;

/**
 * Which experts tokens went to, of the blocks that learn and since a lane began, tokens that fill a batch up included: {@code
 * router_expert_0} and so on is the share of the choices that fell on an expert, 1 / E where all are as busy; {@code
 * router_busiest} the share of a block's busiest one, in the mean over blocks and micro-batches. One thread's.
 */
final class ExpertLoads {
    private long[] went = {}; // (E)
    private double busiest;
    private long passes;

    /** Takes what one block's tokens chose. (E); null of a block without experts */
    void add(long[] loads) {
        if (loads == null) {
            return;
        }
        went = went.length == 0 ? new long[loads.length] : went;
        for (int expert = 0; expert < loads.length; expert++) {
            went[expert] += loads[expert];
        }
        busiest += (double) Arrays.stream(loads).max().orElse(0) / Math.max(1, sum(loads));
        passes++;
    }

    List<Figure> figures() {
        List<Figure> figures = new ArrayList<>();
        for (int expert = 0; expert < went.length; expert++) {
            figures.add(new Figure("router_expert_" + expert, went[expert], sum(went)));
        }
        if (passes > 0) {
            figures.add(new Figure("router_busiest", busiest, passes));
        }
        return figures;
    }

    /** A lane begins. */
    void clear() {
        Arrays.fill(went, 0);
        busiest = 0;
        passes = 0;
    }

    private static long sum(long[] loads) {
        return Arrays.stream(loads).sum();
    }
}
