package org.weft.driver.progress;

/**
 * One thing that there is to know of a run: the one source of its numbers. Each is a line of {@code metrics.jsonl}
 * ({@link RecordFormat}), and is what every {@link RunWindow} shows; numbers are rounded as the line has them, so that all
 * show the same.
 */
public sealed interface RunRecord permits StepRecord, EvaluationRecord, CheckpointRecord, EventRecord {
    /** Where in the run, in steps done. */
    int step();

    /** When it happened, by the driver's clock, in milliseconds since 1970; {@link #NO_TIME} in files of earlier versions. */
    long timeMillis();

    long NO_TIME = 0;

    /** To one decimal, as milliseconds are written. */
    static double tenth(double millis) {
        return Math.round(millis * 10) / 10.0;
    }
}
