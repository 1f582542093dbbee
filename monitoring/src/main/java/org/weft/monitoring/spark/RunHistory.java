package org.weft.monitoring.spark;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.weft.coordinator.RunEvent;
import org.weft.driver.progress.CheckpointRecord;
import org.weft.driver.progress.EvaluationRecord;
import org.weft.driver.progress.EventRecord;
import org.weft.driver.progress.RunDescription;
import org.weft.driver.progress.RunRecord;
import org.weft.driver.progress.StepRecord;

/** What the tab shows of one run, in bounded memory however long it is. Safe for use by many threads. */
final class RunHistory {
    private static final int MOST_POINTS = 1000;
    private static final int MOST_ROWS = 200;

    private final RunDescription run;
    private final Thinned<StepRecord> steps = new Thinned<>(MOST_POINTS);
    private final Thinned<EvaluationRecord> evaluations = new Thinned<>(MOST_POINTS);
    private final Deque<CheckpointRecord> checkpoints = new ArrayDeque<>();
    private final Deque<EventRecord> events = new ArrayDeque<>();
    private final Map<String, MemberLine> members = new TreeMap<>();
    private long faults;
    private long costMillis;
    private long replayedSteps;
    private int generation;
    private String outcome = "";

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

    RunHistory(RunDescription run) {
        this.run = run;
        this.generation = run.generation();
    }

    synchronized void take(RunRecord record) {
        if (record instanceof StepRecord step) {
            steps.add(step);
        } else if (record instanceof EvaluationRecord evaluation) {
            evaluations.add(evaluation);
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

    synchronized List<StepRecord> steps() {
        return steps.all();
    }

    synchronized StepRecord newest() {
        return steps.newest();
    }

    synchronized List<EvaluationRecord> evaluations() {
        return evaluations.all();
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
