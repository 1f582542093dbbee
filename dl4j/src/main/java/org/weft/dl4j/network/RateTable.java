package org.weft.dl4j.network;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.nd4j.linalg.learning.config.IUpdater;
import org.weft.core.WeftException;

/**
 * Learning rates of a fit, step by step: any ISchedule, as the numbers that it gives. Parameters with other rates have a
 * factor, so their schedules must have one shape.
 */
final class RateTable {
    /** Entries beyond this would make every manifest megabytes long. */
    private static final int MOST_ENTRIES = 20_000;

    private static final double SAME = 1e-9;

    private final int firstStep;
    private final int endStep;
    private final IntUnaryOperator epochs;
    private IUpdater reference;

    RateTable(int firstStep, int endStep, IntUnaryOperator epochs) {
        this.firstStep = firstStep;
        this.endStep = endStep;
        this.epochs = epochs;
    }

    /** Takes an updater in; the one with the highest rate at the start is what others are a factor of. */
    void add(IUpdater updater) {
        if (reference == null || rate(updater, firstStep) > rate(reference, firstStep)) {
            reference = updater;
        }
    }

    private double rate(IUpdater updater, int step) {
        return updater.getLearningRate(step, epochs.applyAsInt(step));
    }

    /** By what an updater's rate is to be multiplied, all the way. */
    double factor(IUpdater updater, String name, List<String> problems) {
        if (updater.equals(reference)) {
            return 1;
        }
        double factor = rate(updater, firstStep) / rate(reference, firstStep);
        for (int step = firstStep; step < endStep; step++) {
            double expected = factor * rate(reference, step);
            if (Math.abs(rate(updater, step) - expected) > SAME * Math.abs(expected)) {
                problems.add(name + " has a schedule of another shape: step=" + step + " rate=" + rate(updater, step)
                        + " expected=" + expected);
                break;
            }
        }
        return factor;
    }

    /** Keys of the {@code training} section. */
    Map<String, Object> settings() {
        List<String> entries = new ArrayList<>();
        double before = Double.NaN;
        double highest = 0;
        for (int step = firstStep; step < Math.max(endStep, firstStep + 1); step++) {
            double rate = rate(reference, step);
            if (rate != before) {
                entries.add((entries.isEmpty() ? 0 : step) + ":" + rate);
            }
            before = rate;
            highest = Math.max(highest, rate);
        }
        if (entries.size() > MOST_ENTRIES) {
            throw WeftException.usage(
                    "the learning rate changes " + entries.size() + " times in this fit, at most " + MOST_ENTRIES
                            + " are carried",
                    "use a schedule by epochs (ScheduleType.EPOCH), or fit in several parts");
        }
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("learning_rate", highest);
        settings.put("min_learning_rate", 0);
        settings.put("warmup_steps", 0);
        settings.put("learning_rates", entries);
        return settings;
    }
}
