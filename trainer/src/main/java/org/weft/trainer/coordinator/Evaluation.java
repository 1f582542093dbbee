package org.weft.trainer.coordinator;

/**
 * What the validation batches say of a version of the parameters.
 *
 * @param loss nats a target
 * @param counts (3, K): of a task's classes how often each was predicted rightly, predicted, and there; empty where nothing
 *     is classified
 */
public record Evaluation(double loss, long[] counts) {}
