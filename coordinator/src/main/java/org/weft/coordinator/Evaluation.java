package org.weft.coordinator;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.core.model.ClassTally;

/**
 * What the validation batches say of a version of the parameters.
 *
 * @param loss nats a target
 * @param classes of a task's classes those that were predicted or there, in order; empty where nothing is classified
 * @param bySource the loss over each source of the validation data, in their order; empty where it is one whole
 */
public record Evaluation(double loss, List<ClassTally> classes, Map<String, Double> bySource) {
    public Evaluation {
        bySource = Collections.unmodifiableMap(new LinkedHashMap<>(bySource));
    }

    /** Of data that are one whole. */
    public Evaluation(double loss, List<ClassTally> classes) {
        this(loss, classes, Map.of());
    }
}
