package org.weft.trainer;

import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.apache.commons.io.output.TeeOutputStream;
import org.apache.commons.io.output.TeeWriter;
import org.apache.hadoop.conf.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.ExitStatus;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.spark.FailedApplication;
import org.weft.trainer.commands.ConfigOptions;
import picocli.CommandLine.Model.CommandSpec;

/**
 * A command inside the application master that YARN started ({@code --deploy-mode cluster}). YARN takes an end by {@link
 * System#exit} for a failure, whatever the status, and whoever submitted sees nothing of this process's output. So main
 * returns or throws, and what came of the command is left in a folder that the submitting script reads: {@code out},
 * {@code err}, and then {@code status}. For the next attempt there is how far the run had come by then, {@code reached},
 * and, where the attempts before and now failed at the same place, {@code stuck}: YARN forgets failures after a while, so
 * that it would try for ever.
 */
final class YarnMaster {
    private static final Logger LOG = LoggerFactory.getLogger(YarnMaster.class);
    private static final String FOLDER = "spark.weft.outcome";

    /** Ends of which another attempt would make nothing else. */
    private static final Set<Integer> FINAL =
            Set.of(ExitStatus.DONE.code(), ExitStatus.USAGE.code(), ExitStatus.INVALID_DATA.code());

    /** The others start no application, for which YARN's master would wait. */
    private static final Set<String> ON_SPARK =
            Set.of("prepare", "pretrain", "finetune", "sweep", "tune-rate", "evaluate", "predict", "doctor");

    private final Store store;
    private final String folder;

    /**
     * @param folder on the default file system, below this user's home unless it is absolute; null where nobody asks
     */
    YarnMaster(Store store, String folder) {
        this.store = store;
        this.folder = folder;
    }

    /** Whether this process is such a master. */
    static boolean isHere() {
        return "cluster".equals(System.getProperty("spark.submit.deployMode"))
                && System.getProperty("spark.master", "").startsWith("yarn");
    }

    static YarnMaster here() {
        return new YarnMaster(new HadoopStore(HadoopStore.bounded(new Configuration())), System.getProperty(FOLDER));
    }

    /**
     * Runs a command, unless an attempt before this one ended for good.
     *
     * @throws org.apache.spark.SparkUserAppException which has YARN call the application failed, with the status that is not 0
     */
    void run(String... arguments) throws Exception {
        Integer before = statusBefore();
        int status = before != null && isFinal(before) ? before : runHere(before, arguments);
        if (status != ExitStatus.DONE.code()) {
            throw FailedApplication.withStatus(status);
        }
    }

    /** Too small a cluster at the start stays so; one that has carried the run for a while may be given back what it lost. */
    private boolean isFinal(int status) throws IOException {
        return FINAL.contains(status)
                || status == ExitStatus.CLUSTER.code() && text("reached").isEmpty()
                || store.exists(file("stuck"));
    }

    private Integer statusBefore() throws IOException {
        String status = folder == null ? "" : text("status");
        return status.isEmpty() ? null : Integer.valueOf(status);
    }

    /** Empty where there is no such file. */
    private String text(String name) throws IOException {
        return store.exists(file(name)) ? new String(store.readAll(file(name)), StandardCharsets.UTF_8).strip() : "";
    }

    private int runHere(Integer statusBefore, String... arguments) throws IOException {
        ByteArrayOutputStream summary = new ByteArrayOutputStream();
        StringWriter errors = new StringWriter();
        PrintStream before = System.out;
        PrintStream both = new PrintStream(new TeeOutputStream(before, summary), true, StandardCharsets.UTF_8);
        System.setOut(both);
        int status;
        try {
            PrintWriter here = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
            status = run(new PrintWriter(new TeeWriter(here, errors), true), arguments);
            both.flush();
        } finally {
            System.setOut(before);
        }
        if (folder != null && status != ExitStatus.TERMINATED.code()) { // Another attempt goes on after that.
            String reached = reached(arguments);
            boolean again = statusBefore != null
                    && statusBefore == status
                    && text("reached").equals(reached);
            if (again && status == ExitStatus.FAILED.code()) {
                leave("stuck", reached);
                errors.write("weft: two attempts ended so, and made no checkpoint in between: there is no third\n");
            }
            if (reached != null) {
                leave("reached", reached);
            }
            leave("out", summary.toString(StandardCharsets.UTF_8));
            leave("err", errors.toString());
            leave("status", Integer.toString(status));
        }
        return status;
    }

    private static int run(PrintWriter err, String... arguments) {
        CommandSpec command = Main.command(arguments);
        if (command == null || ON_SPARK.contains(command.name())) {
            return Main.run(err, arguments);
        }
        err.println("error: " + command.name() + " does not run on Spark, so that YARN's cluster mode is not for it");
        err.println("hint: run it where you are: ./weft " + command.name() + ", or --deploy-mode client");
        return ExitStatus.USAGE.code();
    }

    /**
     * The names of a run's checkpoints, and of those below it, of a sweep or a cross-validation; empty where there are none,
     * null where nobody knows.
     */
    private String reached(String... arguments) {
        try {
            CommandSpec command = Main.command(arguments);
            String run = command == null ? "" : ConfigOptions.runDirectory(command);
            StringBuilder reached = new StringBuilder();
            for (String below : run.isEmpty() ? List.<String>of() : List.of("", "/runs/*", "/fold-*")) {
                for (Store.Entry manifest : manifests(run + below)) {
                    reached.append(manifest.path()).append('\n');
                }
            }
            return reached.toString().strip();
        } catch (IOException
                | RuntimeException e) { // The command has said what it thinks of its configuration or storage.
            LOG.debug("no word of the run's checkpoints", e);
            return null;
        }
    }

    private List<Store.Entry> manifests(String run) throws IOException {
        try {
            return store.files(RunDirectory.of(run).checkpoints() + "/step-*/" + CheckpointManifest.FILE);
        } catch (FileNotFoundException none) {
            return List.of();
        }
    }

    private void leave(String name, String text) throws IOException {
        store.replace(file(name), text.getBytes(StandardCharsets.UTF_8));
    }

    private String file(String name) {
        return folder + "/" + name;
    }
}
