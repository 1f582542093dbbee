package org.weft.driver.progress;

/**
 * A committed checkpoint.
 *
 * @param stallMillis how long training stood still for its copy
 * @param writeMillis until its manifest was written
 * @param sparsity share of zeros among the weights of blocks' matrices; NaN where nothing is pruned
 */
public record CheckpointRecord(int step, long timeMillis, double stallMillis, double writeMillis, double sparsity)
        implements RunRecord {}
