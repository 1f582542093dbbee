package org.weft.bench.chaos.live;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.io.FileUtils;
import org.apache.commons.io.file.PathUtils;
import org.weft.bench.chaos.ChaosOptions;
import org.weft.bench.chaos.FaultFigures;
import org.weft.bench.chaos.FaultKind;
import org.weft.bench.chaos.FaultReport;
import org.weft.bench.chaos.PlannedRun;
import org.weft.bench.chaos.RunReport;
import org.weft.bench.chaos.Shape;
import org.weft.bench.chaos.StepTimes;
import picocli.CommandLine;

/**
 * The chaos bench: a cluster, an undisturbed run, then the runs of the plan; see {@link ChaosOptions}. Exit status 0 where
 * every run came to the bits of the undisturbed one, 1 where any did not. Whatever happens, Ctrl-C included, the processes,
 * namespaces and mounts that it made are gone afterwards.
 */
public final class Chaos implements AutoCloseable {
    private static final int CALIBRATION_STEPS = 40;

    private final ChaosOptions options;
    private final Path workDir;
    private final Cluster cluster;
    private final Training training;
    private final PrintWriter results;
    private final List<FaultReport> table = new ArrayList<>();
    private final List<RunReport> runs = new ArrayList<>();
    private volatile DisturbedRun running;
    private volatile boolean closed;

    private Chaos(ChaosOptions options, Path root) throws IOException {
        this.options = options;
        Path wanted = options.workDir == null ? Files.createTempDirectory("weft-chaos") : options.workDir;
        this.workDir = Files.createDirectories(wanted).toRealPath();
        if (!PathUtils.isEmptyDirectory(workDir)) {
            throw new IOException("the work folder is not empty: " + workDir);
        }
        this.cluster = new Cluster(root, workDir, options.slots, options.standby);
        this.training = new Training(root, workDir, cluster, options.settings, options.slots);
        this.results = new PrintWriter(
                Files.newBufferedWriter(workDir.resolve("results.jsonl"), StandardCharsets.UTF_8), true);
    }

    /** {@code org.weft.bench.chaos.live.Chaos OPTIONS}, with {@code weft.root} set to the folder that holds weft. */
    public static void main(String[] arguments) throws IOException {
        ChaosOptions options = new ChaosOptions();
        CommandLine line = new CommandLine(options).setCaseInsensitiveEnumValuesAllowed(true);
        try {
            line.parseArgs(arguments);
        } catch (CommandLine.ParameterException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
        if (line.isUsageHelpRequested()) {
            line.usage(System.out);
            return;
        }
        if (options.planOnly) {
            options.plan().forEach(run -> {
                System.out.println("run " + run.number() + " (" + run.shape() + ")");
                run.faults().forEach(fault -> System.out.println("  " + fault.moment() + "  " + fault.kind()));
            });
            return;
        }
        System.exit(run(options));
    }

    private static int run(ChaosOptions options) throws IOException {
        Chaos chaos = new Chaos(options, Path.of(System.getProperty("weft.root")));
        Runtime.getRuntime().addShutdownHook(new Thread(chaos::close, "chaos-end"));
        try {
            return chaos.run() ? 0 : 1;
        } catch (IOException | RuntimeException e) {
            if (chaos.closed) {
                return 1; // Whoever closed it knows; work under way then fails somehow.
            }
            throw e;
        } finally {
            chaos.close();
        }
    }

    private boolean run() throws IOException {
        System.err.println("chaos: work folder " + workDir);
        cluster.start();
        training.prepare();
        int steps = options.steps;
        if (options.minutes > 0) {
            RunReport calibration = run(new PlannedRun(0, Shape.SPLIT, List.of()), CALIBRATION_STEPS, null);
            steps = (int) Math.ceil(options.minutes * 60_000 / calibration.medianMillis());
        }
        RunReport undisturbed = run(new PlannedRun(0, Shape.SPLIT, List.of()), steps, null);
        if (undisturbed.hash().isEmpty()) {
            throw new IOException("the undisturbed run ended badly, see " + workDir.resolve("run-0"));
        }
        List<PlannedRun> plans = options.plan();
        for (PlannedRun plan : plans) {
            run(plan, steps, undisturbed);
        }
        System.out.println();
        System.out.println(FaultReport.header());
        table.forEach(report -> System.out.println(report.row()));
        runs.forEach(report -> System.out.println(report.line()));
        List<FaultKind> absent = new ArrayList<>(options.kinds);
        absent.removeAll(table.stream().map(FaultReport::kind).toList());
        if (!absent.isEmpty()) {
            System.out.println("not in this plan: " + absent);
        }
        long same = runs.stream()
                .filter(report -> report.run() > 0 && report.hash().equals(undisturbed.hash()))
                .count();
        System.out.println(same + " of " + plans.size() + " disturbed runs came to the same bits");
        return same == plans.size();
    }

    private RunReport run(PlannedRun plan, int steps, RunReport undisturbed) throws IOException {
        String name = "run-" + plan.number() + (plan.number() == 0 ? "-of-" + steps : "");
        try (DisturbedRun run = new DisturbedRun(training, cluster, plan, steps, workDir.resolve(name), options)) {
            running = run;
            run.run();
            double median =
                    undisturbed == null ? StepTimes.medianMillis(run.log().steps()) : undisturbed.medianMillis();
            RunReport report = report(run, plan, undisturbed, median);
            for (DisturbedRun.Done done : run.done()) {
                add(faultReport(run, plan, done, median, report));
            }
            runs.add(report);
            results.println(report.json());
            System.err.println("chaos: " + report.line());
            return report;
        }
    }

    private void add(FaultReport report) {
        table.add(report);
        results.println(report.json());
        System.err.println("chaos: " + report.row());
    }

    private RunReport report(DisturbedRun run, PlannedRun plan, RunReport undisturbed, double median) {
        String hash = run.log().hash();
        String bits;
        if (hash.isEmpty()) {
            bits = "NO END";
        } else if (undisturbed == null) {
            bits = "undisturbed";
        } else {
            bits = hash.equals(undisturbed.hash()) ? "same bits" : "OTHER BITS";
        }
        double seconds = options.minutes > 0 ? options.minutes * 60 : Double.MAX_VALUE;
        double goodput = StepTimes.goodput(run.log().steps(), median, seconds);
        int steps = run.log().highestStep();
        double own = StepTimes.medianMillis(run.log().steps());
        return new RunReport(
                plan.number(), plan.shape(), bits, run.trouble(), hash, run.exitStatus(), steps, own, goodput);
    }

    private FaultReport faultReport(
            DisturbedRun run, PlannedRun plan, DisturbedRun.Done done, double median, RunReport report) {
        if (done.injection == null) {
            return new FaultReport(plan.number(), done.planned.kind(), "-", null, done.lack);
        }
        FaultFigures figures =
                FaultFigures.of(run.log(), options.stride(), done.injection.atMillis(), done.endMillis, median);
        String result = done.trouble.isEmpty() ? report.bits() : done.trouble;
        if (!done.injection.remark().isEmpty()) {
            result += "; " + done.injection.remark();
        }
        return new FaultReport(plan.number(), done.planned.kind(), done.injection.target(), figures, result);
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        training.close();
        DisturbedRun run = running;
        if (run != null) {
            run.close();
        }
        cluster.close();
        results.close();
        if (!options.keep) {
            FileUtils.deleteQuietly(workDir.resolve("hdfs").toFile());
            boolean well = runs.stream().noneMatch(report -> !report.bits().equals("same bits") && report.run() > 0);
            if (well) {
                FileUtils.deleteQuietly(workDir.resolve("spark").toFile());
            }
        }
        System.err.println("chaos: logs and results.jsonl are in " + workDir);
    }
}
