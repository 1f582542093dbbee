package org.weft.parameterserver.shard;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.core.optim.Optimizer;
import org.weft.core.optim.StateVector;

/** Vectors of a shard's buckets that are zero and stay so: one array of a length, for all of them. The server's thread's. */
final class ZeroVectors {
    private final Optimizer optimizer;
    private final Map<Integer, float[]> byLength = new HashMap<>();

    ZeroVectors(Optimizer optimizer) {
        this.optimizer = optimizer;
    }

    /**
     * What a bucket keeps.
     *
     * @param vectors the optimizer's, and others after them
     */
    float[][] vectors(int vectors, List<Optimizer.Segment> segments, int length) {
        List<StateVector> state = optimizer.state();
        float[][] kept = new float[vectors][];
        for (int i = 0; i < vectors; i++) {
            boolean zero = i < state.size() && !optimizer.keeps(state.get(i), segments);
            kept[i] = zero ? byLength.computeIfAbsent(length, float[]::new) : new float[length];
        }
        return kept;
    }

    /** Room for a copy of a vector: itself where it stays as it is. */
    float[] copyOf(float[] vector) {
        return byLength.get(vector.length) == vector ? vector : new float[vector.length];
    }
}
