package org.weft.coordinator;

import java.util.List;
import org.weft.core.model.ClassTally;

/**
 * What the validation batches say of a version of the parameters.
 *
 * @param loss nats a target
 * @param classes of a task's classes those that were predicted or there, in order; empty where nothing is classified
 */
public record Evaluation(double loss, List<ClassTally> classes) {}
