package org.weft.monitoring;

import java.util.List;
import java.util.Map;
import org.weft.coordinator.RunEvent;
import org.weft.driver.progress.EvaluationRecord;
import org.weft.driver.progress.EventRecord;
import org.weft.driver.progress.RunDescription;
import org.weft.driver.progress.StepRecord;

/** Records of a run, a second apart. */
public final class Records {
    public static final long START = 1_700_000_000_000L;

    private Records() {}

    public static long time(int step) {
        return START + 1000L * step;
    }

    public static double loss(int step) {
        return 1 + 1.0 / (step + 2);
    }

    public static StepRecord step(int step) {
        return step(step, Map.of());
    }

    public static StepRecord step(int step, Map<String, Double> figures) {
        StepRecord.WorkerShare worker = new StepRecord.WorkerShare(0, 8, 800.5, 90.25, 512);
        return new StepRecord(
                step,
                time(step),
                loss(step),
                1e-3,
                0.5,
                128,
                1280,
                Double.NaN,
                1000,
                90.25,
                4096,
                2048,
                false,
                List.of(worker),
                figures);
    }

    public static EvaluationRecord evaluation(int step, double loss) {
        return new EvaluationRecord(step, time(step), Map.of("loss", loss));
    }

    public static EventRecord event(RunEvent kind, int step, long timeMillis, EventRecord.Cost cost) {
        return new EventRecord(step, timeMillis, kind.word(), 1, "", "", kind.word() + " <at> " + step, cost);
    }

    public static RunDescription description(int startStep, boolean resumed, Map<String, String> settings) {
        return new RunDescription(
                "a run", "hdfs://n/run", "gpt2", settings, startStep, 100, 1, 1000, resumed, time(startStep));
    }
}
