package org.weft.engine;

/** What every random draw of a micro-batch is a function of. */
public record MicroBatchKey(long seed, int step, int lane, int microBatch) {}
