package org.weft.bench.chaos;

/**
 * One fault to come.
 *
 * @param step once this step is done for the first time; 0 where the time counts
 * @param seconds after the first step; used where {@code step} is 0
 * @param draw chooses among the processes that it may hit
 */
public record PlannedFault(FaultKind kind, int step, double seconds, int draw) {
    /** Whether its moment has come. */
    public boolean isDue(int highestStep, double secondsSinceFirstStep) {
        return step > 0 ? highestStep >= step : secondsSinceFirstStep >= seconds;
    }

    /** Its moment in words. */
    public String moment() {
        return step > 0 ? "step " + step : String.format("%.0f s", seconds);
    }
}
