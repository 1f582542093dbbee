package org.weft.monitoring.runs;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.weft.coordinator.RunEvent;
import org.weft.core.Threads;
import org.weft.core.WeftException;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.lease.LeaseSight;
import org.weft.driver.progress.CheckpointRecord;
import org.weft.driver.progress.EvaluationRecord;
import org.weft.driver.progress.EventRecord;
import org.weft.driver.progress.Progress;
import org.weft.driver.progress.RecordFormat;
import org.weft.driver.progress.RunRecord;
import org.weft.driver.progress.StepRecord;
import org.weft.monitoring.RunFiles;

/**
 * Shows the progress of a run that somebody else drives, until it ends: reads its log as it grows and looks at its lease, and
 * touches neither. Whether the driver lives is told by this machine's clock alone. For one thread.
 */
public final class RunWatch {
    private static final long POLL_MILLIS = 1000;
    private static final long TAIL_BYTES = 1 << 16;
    private static final int RECENT = 20;
    private static final int FEWEST_LEASE_SECONDS = 10;
    /** A driver that is silent for so many times its lease's time is not waited for any longer. */
    private static final int LEASES_OF_PATIENCE = 10;

    private final Store store;
    private final RunDirectory run;
    private final Progress progress;
    private final Threads threads;
    private final GrowingLines log;
    private final Deque<StepRecord> recent = new ArrayDeque<>();

    private int steps;
    private EventRecord lastEvent;
    private LeaseSight seen;
    private long lastSign;
    private boolean silent;
    /** Lines of the first look are the past. */
    private boolean past = true;

    public RunWatch(Store store, RunDirectory run, Progress progress, Threads threads) {
        this.store = store;
        this.run = run;
        this.progress = progress;
        this.threads = threads;
        this.log = new GrowingLines(store, run.metrics(), TAIL_BYTES);
    }

    /** The newest step that was seen; null where there is none. */
    public StepRecord lastStep() {
        return recent.peekLast();
    }

    /** Steps that the run has in all; 0 where that is not known. */
    public int steps() {
        return steps;
    }

    /**
     * Shows progress until the run ends, or its driver is silent for too long.
     *
     * @return how it ended; {@link RunState#DEAD} where nobody said
     * @throws WeftException where there is no run
     */
    public RunState untilEnd() throws IOException {
        seen = LeaseSight.of(store, run);
        if (seen == null && !store.exists(run.metrics()) && !store.exists(run.config())) {
            throw WeftException.invalidData(
                    run.path() + " is no run: it has no driver.lease, config.yaml or metrics.jsonl",
                    "give the run.dir of a run that somebody started");
        }
        lastSign = threads.nanoTime();
        while (true) {
            LeaseSight now = look();
            steps = RunFiles.withoutCheckpoints(store, run).steps().orElse(0);
            readLog();
            if (now == null || now.released()) { // What was written before it was given back has been read by now.
                progress.endBar();
                StepRecord last = lastStep();
                return RunState.over(now, lastEvent, last == null ? 0 : last.step(), steps);
            }
            if (isGivenUp(now)) {
                progress.endBar();
                return RunState.DEAD;
            }
            threads.pause(POLL_MILLIS, "the look at a run");
        }
    }

    private LeaseSight look() throws IOException {
        LeaseSight now = LeaseSight.of(store, run);
        if (past && now != null && !now.released()) {
            progress.say("driven by " + now.who());
        }
        if (now != null && !now.equals(seen)) {
            if (seen == null || now.term() != seen.term()) {
                progress.say("driven by " + now.who());
            } else if (silent) {
                progress.say("the driver gives signs of life again");
            }
            sign();
        }
        seen = now;
        return now;
    }

    private void sign() {
        lastSign = threads.nanoTime();
        silent = false;
    }

    private boolean isGivenUp(LeaseSight lease) {
        long seconds = Math.max(FEWEST_LEASE_SECONDS, lease.leaseSeconds());
        long since = TimeUnit.NANOSECONDS.toSeconds(threads.nanoTime() - lastSign);
        if (since > seconds && !silent) {
            silent = true;
            progress.say("no sign of life for " + since + " s from " + lease.who()
                    + ": it seems dead; a driver that is started with --resume goes on");
        }
        return since > LEASES_OF_PATIENCE * seconds;
    }

    private void readLog() throws IOException {
        boolean replaced = log.poll(line -> RecordFormat.parse(line).forEach(this::show));
        if (replaced) {
            progress.say("the run went back: its log was written anew");
        }
        if (past && lastStep() != null) {
            say(lastStep());
        }
        past = false;
    }

    private void show(RunRecord record) {
        if (record instanceof StepRecord step) {
            recent.removeIf(earlier -> earlier.step() >= step.step());
            recent.add(step);
            if (recent.size() > RECENT) {
                recent.remove();
            }
        } else if (record instanceof EventRecord event) {
            lastEvent = event;
        }
        if (!past) {
            say(record);
        }
    }

    private void say(RunRecord record) {
        if (record instanceof StepRecord step) {
            progress.step(step.step(), steps, step.loss(), step.tokensPerSecond(), step.mfu(), left(step));
        } else if (record instanceof EvaluationRecord evaluation) {
            progress.say("step " + evaluation.step() + "  validation: "
                    + evaluation.scores().entrySet().stream()
                            .map(one -> String.format(Locale.ROOT, "%s %.4f", one.getKey(), one.getValue()))
                            .collect(Collectors.joining(", ")));
        } else if (record instanceof CheckpointRecord checkpoint) {
            progress.say("step " + checkpoint.step() + "  checkpoint committed");
        } else if (record instanceof EventRecord event) {
            progress.say("step " + event.step() + "  " + event.kind() + ": " + event.text());
        }
    }

    /** At the pace of the last steps. */
    private Duration left(StepRecord step) {
        StepRecord first = recent.peekFirst();
        int between = step.step() - first.step();
        boolean timed = between > 0 && first.timeMillis() != RunRecord.NO_TIME;
        double pace = timed ? (double) (step.timeMillis() - first.timeMillis()) / between : step.stepMillis();
        return Duration.ofMillis((long) (Math.max(0, steps - step.step()) * Math.max(0, pace)));
    }

    /** Whether the run's last word was that it failed, for people. */
    public String lastWord() {
        return lastEvent == null || !(lastEvent.is(RunEvent.FAILED) || lastEvent.is(RunEvent.STOPPED))
                ? ""
                : lastEvent.text();
    }
}
