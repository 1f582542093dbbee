package org.weft.driver.plan;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.weft.core.WeftException;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.progress.MetricsLog;
import org.weft.driver.progress.StepRecord;
import org.weft.driver.progress.StepRecord.WorkerShare;

/**
 * What a run's {@code metrics.jsonl} says of its steps, as medians of the steps after the warm-up.
 *
 * @param steps that the medians are of
 * @param stepMillis of a step
 * @param computeMillis of the slowest worker
 * @param waitMillis of the slowest worker
 * @param tokensPerSecond of the median step
 * @param exchangedBytes pushed and pulled by all workers
 * @param peakResidentBytes of the largest process with a worker in it; 0 where it was not recorded
 */
public record RunMeasurement(
        int steps,
        double stepMillis,
        double computeMillis,
        double waitMillis,
        double tokensPerSecond,
        double exchangedBytes,
        long peakResidentBytes) {

    /** Of short runs the first quarter, of others ten steps: Java compiles, heaps grow. */
    private static final int WARM_UP_STEPS = 10;

    public static RunMeasurement read(Store store, RunDirectory run) throws IOException {
        String path = run.metrics();
        if (!store.exists(path)) {
            throw WeftException.invalidData(
                    "there is no " + path, "give the run.dir of a run that has trained some steps");
        }
        List<StepRecord> steps = new ArrayList<>();
        MetricsLog.each(store, run, record -> {
            if (record instanceof StepRecord step) {
                steps.add(step);
            }
        });
        if (steps.isEmpty()) {
            throw WeftException.invalidData(path + " has no step", "let the run train some steps");
        }
        return of(steps.subList(Math.min(WARM_UP_STEPS, steps.size() / 4), steps.size()));
    }

    private static RunMeasurement of(List<StepRecord> steps) {
        double millis = median(steps, StepRecord::stepMillis);
        long resident = (long)
                most(steps.stream().flatMap(step -> step.workers().stream()).toList(), WorkerShare::peakResidentMib);
        return new RunMeasurement(
                steps.size(),
                millis,
                median(steps, step -> most(step.workers(), WorkerShare::computeMillis)),
                median(steps, step -> most(step.workers(), WorkerShare::waitMillis)),
                median(steps, StepRecord::tokens) * 1000 / millis,
                median(steps, step -> (double) step.pushBytes() + step.pullBytes()),
                resident << 20);
    }

    private static double most(List<WorkerShare> workers, ToDoubleFunction<WorkerShare> value) {
        return workers.stream().mapToDouble(value).max().orElse(0);
    }

    private static double median(List<StepRecord> steps, ToDoubleFunction<StepRecord> value) {
        double[] sorted = steps.stream().mapToDouble(value).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
