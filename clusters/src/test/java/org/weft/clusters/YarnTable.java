package org.weft.clusters;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.weft.trainer.Await;
import org.weft.trainer.CommandRun;
import org.weft.trainer.RunFolder;

/**
 * What bench/yarn.sh prints: runs on a real YARN to which something is done, each against the undisturbed run's bits. A
 * row a line, as a table of Markdown. Ends with status 1 where a row's bits differ.
 */
final class YarnTable {
    private static final Duration PATIENCE = Duration.ofMinutes(20);
    private static final String EXECUTOR = "YarnCoarseGrainedExecutorBackend";
    private static final String MASTER = "deploy.yarn.ApplicationMaster\0";
    private static final Pattern GENERATION = Pattern.compile("generation \\d+ starts");

    /** What is done to a run while it goes on. */
    private interface Fault {
        void to(RunningProcess run, String name) throws Exception;
    }

    private final HadoopCluster cluster;
    private final YarnUser user;
    private final String expected;
    private final int steps;
    private final int every;
    private boolean allEqual = true;

    private YarnTable(HadoopCluster cluster, YarnUser user, String expected, int steps, int every) {
        this.cluster = cluster;
        this.user = user;
        this.expected = expected;
        this.steps = steps;
        this.every = every;
    }

    /** Arguments: the folder for all of it, steps of a run, containers to be lost in the run that loses many. */
    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]).toAbsolutePath();
        int steps = Integer.parseInt(args[1]);
        int losses = Integer.parseInt(args[2]);
        int every = Math.max(1, steps / (losses + 2)); // Each loss comes after another checkpoint.
        RunFolder corpus =
                RunFolder.create(folder.resolve("corpus"), RunFolder.LARGE).prepared();
        String expected = corpus.ofOneProcess("training.steps=" + steps, "checkpoint.every=" + every);
        System.out.println("one process, undisturbed: params_sha256 " + expected + ", " + steps + " steps");
        try (HadoopCluster cluster = HadoopCluster.in(folder.resolve("cluster"))) {
            cluster.sites().yarn().put("yarn.nodemanager.resource.memory-mb", "3072");
            cluster.start(2);
            YarnTable table = new YarnTable(cluster, YarnUser.of(cluster, folder, corpus), expected, steps, every);
            table.rows(losses);
            if (!table.allEqual) {
                System.exit(1);
            }
        }
    }

    private void rows(int losses) throws Exception {
        System.out.println("| mode | what was done | s | generations | status | bits |");
        System.out.println("|---|---|---|---|---|---|");
        row(
                "cluster",
                "the application master killed",
                (run, name) -> afterAnotherCheckpoint(run, name, () -> killed(MASTER)));
        row("client", losses / 2 + " containers killed, " + (losses - losses / 2) + " preempted", (run, name) -> {
            for (int i = 0; i < losses / 2; i++) {
                afterAnotherCheckpoint(run, name, () -> killed(EXECUTOR));
            }
            try (OtherTenant other = OtherTenant.of(cluster)) {
                for (int i = losses / 2; i < losses; i++) {
                    afterAnotherCheckpoint(run, name, () -> other.takeItsShare(1024, Duration.ofSeconds(2)));
                }
            }
        });
        row(
                "client",
                "a NodeManager decommissioned",
                (run, name) -> afterAnotherCheckpoint(run, name, () -> cluster.decommission(1)));
        row("client", "nothing", (run, name) -> {});
        row("cluster", "nothing", (run, name) -> {});
    }

    /** What a fault does at one moment. */
    private interface Act {
        void now() throws Exception;
    }

    /** Once the run has committed one more checkpoint than it had: each fault meets a run that goes. */
    private void afterAnotherCheckpoint(RunningProcess run, String name, Act act) throws Exception {
        int newest = newest(name);
        run.await("a checkpoint after step " + newest, PATIENCE, () -> newest(name) > newest);
        Await.until(
                "two executors", PATIENCE, () -> cluster.containers(EXECUTOR).size() >= 2);
        act.now();
    }

    private int newest(String name) {
        for (int step = steps / every * every; step > 0; step -= every) {
            if (user.hasCheckpoint(name, step)) {
                return step;
            }
        }
        return 0;
    }

    private void killed(String whose) {
        List<ProcessHandle> containers = cluster.containers(whose);
        containers.get(0).destroyForcibly();
    }

    private void row(String mode, String what, Fault fault) throws Exception {
        String name = mode + "-" + Integer.toHexString(what.hashCode());
        long begin = System.nanoTime();
        try (RunningProcess run = user.with("WEFT_DEPLOY_MODE", mode)
                .submit(
                        name,
                        "pretrain",
                        "hdfs:///run.yaml",
                        "training.steps=" + steps,
                        "checkpoint.every=" + every,
                        "run.lease_seconds=5")) {
            fault.to(run, name);
            CommandRun result = run.ended(PATIENCE);
            boolean equal = result.status() == 0 && result.paramsSha256().equals(expected);
            allEqual &= equal;
            System.out.println(String.format(
                    Locale.ROOT,
                    "| %s | %s | %.0f | %s | %d | %s |",
                    mode,
                    what,
                    (System.nanoTime() - begin) / 1e9,
                    mode.equals("client")
                            ? Long.toString(1
                                    + GENERATION.matcher(result.err()).results().count())
                            : "",
                    result.status(),
                    equal ? "equal" : "DIFFER"));
        }
    }
}
