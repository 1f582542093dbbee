package org.weft.tuning.task;

import java.util.List;
import java.util.Map;

/** What a model says of a row: each task has a record of its own for it. */
public interface Prediction {

    /** What is written of it, in the order of {@link Task#predictionColumns}. */
    List<Object> cells();

    /** Each label with its probability, in the labels' order; empty where rows get no labels as a whole. */
    default Map<String, Double> byLabel() {
        return Map.of();
    }
}
