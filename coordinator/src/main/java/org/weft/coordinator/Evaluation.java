package org.weft.coordinator;

/**
 * What the validation batches say of a version of the parameters.
 *
 * @param loss nats a target
 * @param classes (K, 3): of a task's classes, up to the last that was seen, how often each was predicted rightly, predicted,
 *     and there; empty where nothing is classified
 */
public record Evaluation(double loss, long[][] classes) {}
