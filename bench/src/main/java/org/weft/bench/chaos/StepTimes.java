package org.weft.bench.chaos;

import java.util.Arrays;
import java.util.List;

/** Arithmetic over the moments at which steps were seen to be done. */
public final class StepTimes {
    private StepTimes() {}

    /** The median time between a step and the next; steps that were drawn together count as equally long. */
    public static double medianMillis(List<RunLog.Step> steps) {
        double[] times = new double[Math.max(0, steps.size() - 1)];
        int count = 0;
        for (int i = 1; i < steps.size(); i++) {
            int passed = steps.get(i).step() - steps.get(i - 1).step();
            if (passed > 0) {
                times[count++] =
                        (double) (steps.get(i).millis() - steps.get(i - 1).millis()) / passed;
            }
        }
        if (count == 0) {
            return Double.NaN;
        }
        double[] sorted = Arrays.copyOf(times, count);
        Arrays.sort(sorted);
        return sorted[count / 2];
    }

    /**
     * The part of a run's time that an undisturbed run would have taken for the same steps: from the first step seen to the
     * last, or to {@code seconds} after the first.
     */
    public static double goodput(List<RunLog.Step> steps, double medianMillis, double seconds) {
        if (steps.size() < 2) {
            return Double.NaN;
        }
        RunLog.Step first = steps.get(0);
        double limit = first.millis() + seconds * 1000;
        int highest = first.step();
        long last = first.millis();
        boolean whole = true;
        for (RunLog.Step step : steps) {
            if (step.millis() > limit) {
                whole = false;
                break;
            }
            highest = Math.max(highest, step.step());
            last = step.millis();
        }
        double wall = whole ? last - first.millis() : seconds * 1000;
        return (highest - first.step()) * medianMillis / wall;
    }
}
