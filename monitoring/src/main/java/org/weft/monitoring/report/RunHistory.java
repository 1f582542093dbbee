package org.weft.monitoring.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.coordinator.RunEvent;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.progress.CheckpointRecord;
import org.weft.driver.progress.EvaluationRecord;
import org.weft.driver.progress.EventRecord;
import org.weft.driver.progress.MetricsLog;
import org.weft.driver.progress.RunRecord;
import org.weft.driver.progress.StepRecord;
import org.weft.monitoring.RunScalars;
import org.weft.monitoring.ThinnedSeries;

/** What {@code metrics.jsonl} says of a run, thinned while it is read: memory is bounded whatever its length. */
final class RunHistory {
    /** Of events and checkpoints; of more the first and the last are kept. */
    static final int MOST_TOLD = 2000;

    private final Map<String, ThinnedSeries> curves = new LinkedHashMap<>();
    private final List<Happened> events = new ArrayList<>();
    private final List<CheckpointRecord> checkpoints = new ArrayList<>();
    private final Map<String, Integer> kinds = new LinkedHashMap<>();
    private EventRecord lastEvent;
    private long untold;
    private long committed;
    private double stallMillis;
    private int steps;
    private int lastStep;
    private int skipped;
    private long tokens;
    private double stepMillis;
    private double bestLoss = Double.NaN;
    private int bestStep;
    private long firstMillis;
    private long lastMillis;
    private long lastStepMillis;

    /**
     * An event with what it cost.
     *
     * @param costMillis NaN where that is not known
     * @param again steps that were done once more
     */
    record Happened(EventRecord event, double costMillis, int again) {}

    static RunHistory read(Store store, RunDirectory run) throws IOException {
        RunHistory history = new RunHistory();
        MetricsLog.each(store, run, history::add);
        return history;
    }

    void add(RunRecord record) {
        RunScalars.of(record).forEach((name, value) -> curves.computeIfAbsent(name, unknown -> new ThinnedSeries())
                .add(record.step(), value));
        if (record.timeMillis() != RunRecord.NO_TIME) {
            firstMillis = firstMillis == 0 ? record.timeMillis() : Math.min(firstMillis, record.timeMillis());
            lastMillis = Math.max(lastMillis, record.timeMillis());
        }
        if (record instanceof StepRecord step) {
            steps++;
            lastStep = step.step();
            tokens += step.tokens();
            stepMillis += step.stepMillis();
            skipped += step.skipped() ? 1 : 0;
            lastStepMillis = step.timeMillis();
        } else if (record instanceof EvaluationRecord evaluation) {
            Double loss = evaluation.scores().get("loss");
            if (loss != null && !(bestLoss <= loss) && Double.isFinite(loss)) {
                bestLoss = loss;
                bestStep = evaluation.step();
            }
        } else if (record instanceof CheckpointRecord checkpoint) {
            committed++;
            stallMillis += checkpoint.stallMillis();
            keep(checkpoints, checkpoint);
        } else if (record instanceof EventRecord event) {
            kinds.merge(event.kind(), 1, Integer::sum);
            keep(events, happened(event));
            lastEvent = event;
        }
    }

    /**
     * A driver's death costs the work since the checkpoint, and the time until somebody goes on from there. One that was asked
     * to stop, or was done, costs nothing, however long the run rests.
     */
    private Happened happened(EventRecord event) {
        if (event.cost() != null) {
            return new Happened(event, event.cost().millis(), event.cost().replayedSteps());
        }
        boolean timed = event.timeMillis() != RunRecord.NO_TIME && lastStepMillis != RunRecord.NO_TIME;
        boolean rested = lastEvent != null && (lastEvent.is(RunEvent.STOPPED) || lastEvent.is(RunEvent.ENDED));
        boolean died = event.is(RunEvent.RESUMED) && !rested;
        double cost = died && timed ? Math.max(0, event.timeMillis() - lastStepMillis) : Double.NaN;
        return new Happened(event, cost, 0);
    }

    private <T> void keep(List<T> all, T one) {
        if (all.size() >= MOST_TOLD) {
            all.remove(MOST_TOLD / 2);
            untold++;
        }
        all.add(one);
    }

    /** By the names of {@link RunScalars}. */
    ThinnedSeries curve(String name) {
        return curves.getOrDefault(name, new ThinnedSeries());
    }

    /** Names of a group's curves. */
    List<String> names(String group) {
        return curves.keySet().stream().filter(name -> name.startsWith(group)).toList();
    }

    List<Happened> events() {
        return events;
    }

    List<CheckpointRecord> checkpoints() {
        return checkpoints;
    }

    /** Checkpoints in all, those that were left out among them. */
    long committed() {
        return committed;
    }

    /** How long training stood still for all of them. */
    double stallMillis() {
        return stallMillis;
    }

    /** How often each kind of event came. */
    Map<String, Integer> kinds() {
        return kinds;
    }

    /** Events and checkpoints that were left out. */
    long untold() {
        return untold;
    }

    /** Lines of steps. */
    int steps() {
        return steps;
    }

    int lastStep() {
        return lastStep;
    }

    int skipped() {
        return skipped;
    }

    long tokens() {
        return tokens;
    }

    /** Sum of all steps. */
    double stepMillis() {
        return stepMillis;
    }

    double bestLoss() {
        return bestLoss;
    }

    int bestStep() {
        return bestStep;
    }

    /** 0 where records have no time. */
    long firstMillis() {
        return firstMillis;
    }

    long lastMillis() {
        return lastMillis;
    }
}
