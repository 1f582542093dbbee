package org.weft.tuning.metrics;

/**
 * Where a metric would lie had other rows of the same kind been drawn.
 *
 * @param low NaN where the metric had no value in any resample
 * @param undefined resamples in which it had none, and which were left out
 */
public record Interval(double low, double high, int undefined) {}
