package org.weft.trainer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.apache.commons.io.output.TeeOutputStream;
import org.apache.commons.io.output.TeeWriter;
import org.apache.hadoop.conf.Configuration;
import org.weft.core.ExitStatus;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;
import org.weft.driver.spark.FailedApplication;

/**
 * A command inside the application master that YARN started ({@code --deploy-mode cluster}). YARN takes an end by {@link
 * System#exit} for a failure, whatever the status, and whoever submitted sees nothing of this process's output. So main
 * returns or throws, and what came of the command is left in a folder that the submitting script reads: {@code out},
 * {@code err}, and then {@code status}.
 */
final class YarnMaster {
    private static final String FOLDER = "spark.weft.outcome";

    /** Ends of which another attempt would make nothing else. */
    private static final Set<Integer> FINAL = Set.of(
            ExitStatus.DONE.code(), ExitStatus.USAGE.code(), ExitStatus.INVALID_DATA.code(), ExitStatus.CLUSTER.code());

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
        int status = before != null && FINAL.contains(before) ? before : runHere(arguments);
        if (status != ExitStatus.DONE.code()) {
            throw FailedApplication.withStatus(status);
        }
    }

    private Integer statusBefore() throws IOException {
        if (folder == null || !store.exists(file("status"))) {
            return null;
        }
        try (var in = store.open(file("status"))) {
            return Integer.valueOf(new String(in.readAllBytes(), StandardCharsets.UTF_8).strip());
        }
    }

    private int runHere(String... arguments) throws IOException {
        ByteArrayOutputStream summary = new ByteArrayOutputStream();
        StringWriter errors = new StringWriter();
        PrintStream before = System.out;
        PrintStream both = new PrintStream(new TeeOutputStream(before, summary), true, StandardCharsets.UTF_8);
        System.setOut(both);
        int status;
        try {
            PrintWriter here = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
            status = Main.run(new PrintWriter(new TeeWriter(here, errors), true), arguments);
            both.flush();
        } finally {
            System.setOut(before);
        }
        if (folder != null && status != ExitStatus.TERMINATED.code()) { // Another attempt goes on after that.
            store.replace(file("out"), summary.toByteArray());
            store.replace(file("err"), errors.toString().getBytes(StandardCharsets.UTF_8));
            store.replace(file("status"), Integer.toString(status).getBytes(StandardCharsets.UTF_8));
        }
        return status;
    }

    private String file(String name) {
        return folder + "/" + name;
    }
}
