package org.weft.bench.chaos;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line of {@code bench/chaos.sh}. */
@Command(
        name = "chaos.sh",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description =
                "Trains on a real Spark and HDFS, does faults to the runs by a seeded plan, and compares their bits"
                        + " with those of a run that nothing happened to.")
public final class ChaosOptions {
    @Option(names = "--seed", defaultValue = "1", description = "Of the plan (${DEFAULT-VALUE}).")
    public long seed;

    @Option(names = "--runs", defaultValue = "8", description = "Disturbed runs (${DEFAULT-VALUE}).")
    public int runs;

    @Option(names = "--faults-per-run", defaultValue = "6", description = "Faults of one run (${DEFAULT-VALUE}).")
    public int faultsPerRun;

    @Option(names = "--kinds", split = ",", description = "Kinds of faults: ${COMPLETION-CANDIDATES} (all).")
    public List<FaultKind> kinds = List.copyOf(EnumSet.allOf(FaultKind.class));

    @Option(names = "--steps", defaultValue = "200", description = "Steps of a run (${DEFAULT-VALUE}).")
    public int steps;

    @Option(
            names = "--minutes",
            description =
                    "Instead of runs by steps: one run as long as an undisturbed one takes this time, with faults at"
                            + " random moments of its first minutes; its goodput is the figure.")
    public double minutes;

    @Option(
            names = "--mean-seconds-between-faults",
            defaultValue = "30",
            description = "With --minutes (${DEFAULT-VALUE}).")
    public double meanSeconds;

    @Option(
            names = "--standby",
            description = "A second driver stands by from the start, and a new one after each loss of a driver.")
    public boolean standby;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Passed on to prepare and pretrain.")
    public List<String> settings = new ArrayList<>();

    @Option(
            names = "--slots",
            defaultValue = "4",
            description = "Task slots of the cluster, for all workers and servers (${DEFAULT-VALUE}).")
    public int slots;

    @Option(
            names = "--patience-seconds",
            defaultValue = "180",
            description = "A run without any step for so long hangs, and is ended (${DEFAULT-VALUE}).")
    public int patienceSeconds;

    @Option(
            names = "--work-dir",
            description = "For logs, results.jsonl and findings (a fresh one under the temporary).")
    public Path workDir;

    @Option(names = "--keep", description = "Keep the work folder: logs of daemons, executors and drivers.")
    public boolean keep;

    @Option(names = "--plan", description = "Print the plan and end.")
    public boolean planOnly;

    /** Steps between two that a driver tells of: a round in {@code sync.mode: local}. */
    public int stride() {
        boolean local = setting("sync.mode", "bsp").equals("local");
        return local ? Integer.parseInt(setting("sync.steps", "50")) : 1;
    }

    /** The last one given. */
    private String setting(String key, String otherwise) {
        return settings.stream()
                .filter(one -> one.startsWith(key + "="))
                .map(one -> one.substring(key.length() + 1).trim())
                .reduce(otherwise, (earlier, later) -> later);
    }

    /** The runs that these options ask for; with {@code --minutes} a single one. */
    public List<PlannedRun> plan() {
        return minutes > 0
                ? List.of(Schedule.byTime(seed, minutes, meanSeconds, kinds))
                : Schedule.bySteps(seed, runs, faultsPerRun, kinds, steps);
    }
}
