package org.weft.serve;

import com.codahale.metrics.Counting;
import com.codahale.metrics.ExponentiallyDecayingReservoir;
import com.codahale.metrics.Metric;
import com.codahale.metrics.Sampling;
import com.codahale.metrics.Snapshot;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/**
 * Values with their number, their sum and the percentiles of the last minutes: Dropwizard's histogram, with the sum that
 * Prometheus wants. Kept in millionths. Safe for use by many threads.
 */
final class Distribution implements Metric, Sampling, Counting {
    /** What one is kept as: reservoirs hold whole numbers. */
    static final double UNIT = 1e6;

    private final ExponentiallyDecayingReservoir reservoir = new ExponentiallyDecayingReservoir();
    private final LongAdder count = new LongAdder();
    private final DoubleAdder sum = new DoubleAdder();

    void update(double value) {
        count.increment();
        sum.add(value);
        reservoir.update(Math.round(value * UNIT));
    }

    @Override
    public long getCount() {
        return count.sum();
    }

    double sum() {
        return sum.sum();
    }

    /** Of values times {@link #UNIT}. */
    @Override
    public Snapshot getSnapshot() {
        return reservoir.getSnapshot();
    }
}
