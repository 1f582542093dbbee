package org.weft.trainer.commands;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.weft.core.ExitStatus;
import org.weft.core.Threads;
import org.weft.core.WeftException;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.progress.Progress;
import org.weft.driver.progress.StepRecord;
import org.weft.monitoring.runs.RunFacts;
import org.weft.monitoring.runs.RunScan;
import org.weft.monitoring.runs.RunState;
import org.weft.monitoring.runs.RunTable;
import org.weft.monitoring.runs.RunWatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code watch}: the progress of a run that somebody else started. */
@Command(
        name = "watch",
        description = "Show the progress of a run that somebody else started, from its files alone, until it ends.",
        mixinStandardHelpOptions = true)
public final class WatchCommand implements Callable<Integer> {
    @Mixin
    private FileOptions options;

    @Parameters(paramLabel = "RUN", description = "A run's directory.")
    private String path;

    @Option(names = "--once", description = "Say where it stands, and end.")
    private boolean once;

    @Override
    public Integer call() throws Exception {
        try (FileAccess files = options.open()) {
            RunDirectory run = RunDirectory.of(path.replaceFirst("(?<=.)/+$", ""));
            return once ? look(files.store(), run) : watch(files.store(), run);
        }
    }

    private int look(Store store, RunDirectory run) throws IOException {
        long now = System.currentTimeMillis();
        RunFacts facts = new RunScan(store, now).of(run.path());
        if (facts == null) {
            throw WeftException.invalidData(
                    path + " is no run: it has no driver.lease, config.yaml or metrics.jsonl",
                    "give the run.dir of a run that somebody started");
        }
        System.err.print(new RunTable(run.path(), List.of(facts), now).render(false));
        Summary summary =
                new Summary("watch").put("run", path).put("state", facts.state().word());
        summary.put("step", facts.step())
                .put("steps", facts.steps())
                .number("loss", facts.loss())
                .print();
        return ExitStatus.DONE.code();
    }

    private int watch(Store store, RunDirectory run) throws IOException {
        RunWatch watch = new RunWatch(store, run, Progress.onStderr(), Threads.MACHINE);
        RunState state = watch.untilEnd();
        StepRecord last = watch.lastStep();
        Summary summary = new Summary("watch").put("run", path).put("state", state.word());
        summary.put("step", last == null ? 0 : last.step()).put("steps", watch.steps());
        summary.number("loss", last == null ? Double.NaN : last.loss());
        if (!watch.lastWord().isEmpty()) {
            summary.put("said", watch.lastWord());
        }
        summary.print();
        return switch (state) {
            case ENDED, NEW, RUNNING -> ExitStatus.DONE.code();
            case STOPPED -> ExitStatus.TERMINATED.code();
            case FAILED, DEAD -> ExitStatus.FAILED.code();
        };
    }
}
