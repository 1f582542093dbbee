package org.weft.monitoring.spark;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.weft.coordinator.RunEvent;
import org.weft.core.html.LineFigure.Line;
import org.weft.driver.progress.CheckpointRecord;
import org.weft.driver.progress.EvaluationRecord;
import org.weft.driver.progress.EventRecord;
import org.weft.driver.progress.RunDescription;
import org.weft.driver.progress.RunRecord;
import org.weft.driver.progress.StepRecord;
import org.weft.monitoring.RunScalars;
import org.weft.monitoring.ThinnedSeries;

/** What the tab shows of one run, in bounded memory however long it is. Safe for use by many threads. */
final class RunHistory {
    private static final int MOST_ROWS = 200;

    private final long number;
    private final RunDescription run;
    private final Map<String, ThinnedSeries> curves = new TreeMap<>();
    private final Deque<CheckpointRecord> checkpoints = new ArrayDeque<>();
    private final Deque<EventRecord> events = new ArrayDeque<>();
    private final Map<String, MemberLine> members = new TreeMap<>();
    private long faults;
    private long costMillis;
    private long replayedSteps;
    private int generation;
    private String outcome = "";
    private StepRecord newest;
    private EvaluationRecord newestEvaluation;

    /**
     * A worker or server.
     *
     * @param executor where it is, or was last
     * @param present whether it is here
     * @param losses how often it was lost
     */
    record MemberLine(String name, String executor, boolean present, int losses) {}

    /** What faults cost so far. */
    record Faults(long count, long costMillis, long replayedSteps) {}

    /** @param number of the run within its application */
    RunHistory(long number, RunDescription run) {
        this.number = number;
        this.run = run;
        this.generation = run.generation();
    }

    synchronized void take(RunRecord record) {
        RunScalars.of(record).forEach((name, value) -> {
            if (RunCurves.NAMES.contains(name)) {
                curves.computeIfAbsent(name, unknown -> new ThinnedSeries()).add(record.step(), value);
            }
        });
        if (record instanceof StepRecord step) {
            newest = step;
        } else if (record instanceof EvaluationRecord evaluation) {
            newestEvaluation = evaluation;
        } else if (record instanceof CheckpointRecord checkpoint) {
            addBounded(checkpoints, checkpoint);
        } else if (record instanceof EventRecord event) {
            take(event);
        }
    }

    private void take(EventRecord event) {
        addBounded(events, event);
        generation = Math.max(generation, event.generation());
        if (event.isFault()) {
            faults++;
        }
        if (event.cost() != null) {
            costMillis += event.cost().millis();
            replayedSteps += event.cost().replayedSteps();
        }
        if (!event.member().isEmpty()) {
            MemberLine before = members.get(event.member());
            members.put(event.member(), after(before, event));
        }
    }

    private static MemberLine after(MemberLine before, EventRecord event) {
        boolean here = before != null && before.present();
        if (event.is(RunEvent.JOINED) || event.is(RunEvent.REPLACED)) {
            here = true;
        } else if (event.is(RunEvent.LOST) || event.is(RunEvent.LEFT)) {
            here = false;
        }
        int losses = before == null ? 0 : before.losses();
        if (event.is(RunEvent.LOST) || event.is(RunEvent.REPLACED)) {
            losses++;
        }
        String executor = event.executor().isEmpty() && before != null ? before.executor() : event.executor();
        return new MemberLine(event.member(), executor, here, losses);
    }

    private static <T> void addBounded(Deque<T> rows, T row) {
        rows.addLast(row);
        if (rows.size() > MOST_ROWS) {
            rows.removeFirst();
        }
    }

    synchronized void end(String how) {
        outcome = how;
    }

    RunDescription run() {
        return run;
    }

    long number() {
        return number;
    }

    /** A curve, thinned, by the name of its number, under a title; null where it has no point. */
    synchronized Line curve(String name, String title) {
        ThinnedSeries curve = curves.get(name);
        return curve == null ? null : new Line(title, curve.x(), curve.y());
    }

    /** Null before the first. */
    synchronized StepRecord newest() {
        return newest;
    }

    /** Null before the first. */
    synchronized EvaluationRecord newestEvaluation() {
        return newestEvaluation;
    }

    synchronized List<CheckpointRecord> checkpoints() {
        return new ArrayList<>(checkpoints);
    }

    synchronized List<EventRecord> events() {
        return new ArrayList<>(events);
    }

    synchronized Collection<MemberLine> members() {
        return new ArrayList<>(members.values());
    }

    synchronized Faults faults() {
        return new Faults(faults, costMillis, replayedSteps);
    }

    synchronized int generation() {
        return generation;
    }

    /** The word of how it ended; empty while it runs. */
    synchronized String outcome() {
        return outcome;
    }
}
