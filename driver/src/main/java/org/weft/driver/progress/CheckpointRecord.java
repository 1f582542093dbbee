package org.weft.driver.progress;

/**
 * A committed checkpoint.
 *
 * @param stallMillis how long training stood still for its copy
 * @param writeMillis until its manifest was written
 */
public record CheckpointRecord(int step, long timeMillis, double stallMillis, double writeMillis)
        implements RunRecord {}
