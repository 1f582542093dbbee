package org.weft.driver.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/** A forecast beside what the run then took. */
public final class Comparison {
    private final Forecast forecast;
    private final RunMeasurement measured;

    public Comparison(Forecast forecast, RunMeasurement measured) {
        this.forecast = forecast;
        this.measured = measured;
    }

    /**
     * One quantity.
     *
     * @param key for programs
     * @param label for people
     * @param shown how its values read
     */
    public record Row(String key, String label, double predicted, double measured, DoubleFunction<String> shown) {

        /** By how many percent of the measured the prediction was off. */
        public double errorPercent() {
            return 100 * (predicted - measured) / measured;
        }
    }

    /** What was measured, and nothing else. */
    public List<Row> rows() {
        DoubleFunction<String> millis = value -> Quantities.seconds(value / 1000);
        DoubleFunction<String> rate = value -> String.format(Locale.ROOT, "%,.0f", value);
        StepTime time = forecast.time();
        List<Row> rows = new ArrayList<>();
        rows.add(new Row("step_millis", "step", 1000 * time.total(), measured.stepMillis(), millis));
        rows.add(new Row("compute_millis", "computing", 1000 * time.compute(), measured.computeMillis(), millis));
        rows.add(new Row(
                "tokens_per_second", "target tokens/s", forecast.tokensPerSecond(), measured.tokensPerSecond(), rate));
        double exchanged = forecast.traffic().total() - backups();
        rows.add(new Row(
                "exchanged_bytes", "pushed and pulled", exchanged, measured.exchangedBytes(), Quantities::bytes));
        if (measured.peakResidentBytes() > 0) {
            rows.add(new Row(
                    "peak_resident_bytes",
                    "an executor, its heap full",
                    executor().resident(),
                    measured.peakResidentBytes(),
                    Quantities::bytes));
        }
        return rows;
    }

    private double backups() {
        return (double) forecast.traffic().workerPull()
                * (forecast.config().servers().replicas() - 1);
    }

    /** Where the placement is not known: a worker and its share of the servers. */
    private ExecutorMemory executor() {
        long heap = forecast.memory().executorHeap();
        int executors = Math.max(1, forecast.executors());
        return forecast.executors() > 0
                ? forecast.memory().executor(executors, heap)
                : forecast.memory().executor(1, 1, heap);
    }

    public String render() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%-28s %14s %14s %8s   (medians of %d steps)%n",
                "",
                "predicted",
                "measured",
                "error",
                measured.steps()));
        for (Row row : rows()) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-28s %14s %14s %+7.1f%%%n",
                    row.label(),
                    row.shown().apply(row.predicted()),
                    row.shown().apply(row.measured()),
                    row.errorPercent()));
        }
        return text.toString();
    }
}
