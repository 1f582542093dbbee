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
import org.weft.driver.lease.StandbySight;
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

    private static final int NONE = -1;

    private final Store store;
    private final RunDirectory run;
    private final Progress progress;
    private final Threads threads;
    private final GrowingLines log;
    private final Deque<StepRecord> recent = new ArrayDeque<>();

    private int steps;
    /** Whose configuration the steps are of. */
    private int configuredTerm = NONE;

    private EventRecord lastEvent;
    private LeaseSight seen;
    private long lastSign;
    private boolean silent;
    private boolean failing;
    /** Lines of the first look are the past, and so are those of a log that was written anew. */
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
     * Shows progress until the run ends, or its driver is silent for too long. Storage that fails meanwhile is waited for
     * as long.
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
        if (seen != null && !seen.released()) {
            progress.say("driven by " + seen.who());
        }
        for (StandbySight standby : StandbySight.of(store, run, System.currentTimeMillis())) {
            progress.say("standing by: " + standby.who());
        }
        sign();
        RunState end = look();
        while (end == null) {
            threads.pause(POLL_MILLIS, "the look at a run");
            end = look();
        }
        progress.endBar();
        return end;
    }

    /** Null while the run is under way, as far as can be seen. */
    private RunState look() throws IOException {
        try {
            LeaseSight now = lease();
            readConfiguration(now);
            readLog();
            if (failing) {
                failing = false;
                progress.say("the run's files can be read again");
                sign(); // The driver may have had no storage, either.
            }
            if (now == null || now.released()) { // What was written before it was given back has been read by now.
                StepRecord last = lastStep();
                return RunState.over(now, lastEvent, last == null ? 0 : last.step(), steps);
            }
            return isGivenUp(now) ? RunState.DEAD : null;
        } catch (IOException e) {
            if (silentSeconds() > LEASES_OF_PATIENCE * leaseSeconds(seen)) {
                throw e;
            }
            if (!failing) {
                failing = true;
                progress.say("the run's files cannot be read, which is tried again: " + e.getMessage());
            }
            return null;
        }
    }

    private LeaseSight lease() throws IOException {
        LeaseSight now = LeaseSight.of(store, run);
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

    private long silentSeconds() {
        return TimeUnit.NANOSECONDS.toSeconds(threads.nanoTime() - lastSign);
    }

    private static long leaseSeconds(LeaseSight lease) {
        return Math.max(FEWEST_LEASE_SECONDS, lease == null ? 0 : lease.leaseSeconds());
    }

    private boolean isGivenUp(LeaseSight lease) {
        long seconds = leaseSeconds(lease);
        long since = silentSeconds();
        if (since > seconds && !silent) {
            silent = true;
            progress.say("no sign of life for " + since + " s from " + lease.who()
                    + ": it seems dead; a driver that is started with --resume goes on");
        }
        return since > LEASES_OF_PATIENCE * seconds;
    }

    /** Once a driver, which does not change it while it drives. */
    private void readConfiguration(LeaseSight lease) throws IOException {
        int term = lease == null ? 0 : lease.term();
        if (term != configuredTerm && store.exists(run.config())) {
            steps = RunFiles.withoutCheckpoints(store, run).steps().orElse(0);
            configuredTerm = term;
        }
    }

    private void readLog() throws IOException {
        log.poll(line -> RecordFormat.parse(line).forEach(this::show), this::wentBack);
        if (past && lastStep() != null) {
            say(lastStep());
        }
        past = false;
    }

    private void wentBack() {
        progress.say("the run went back: its log was written anew");
        recent.clear();
        past = true;
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
            if (event.is(RunEvent.STARTED) || event.is(RunEvent.RESUMED)) {
                configuredTerm = NONE; // It may have written its own since it took the lease.
            }
        }
        if (!past) {
            say(record);
        }
    }

    private void say(RunRecord record) {
        if (record instanceof StepRecord step) {
            progress.step(new Progress.Standing(
                    step.step(), steps, step.loss(), step.figures(), step.tokensPerSecond(), step.mfu(), left(step)));
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
