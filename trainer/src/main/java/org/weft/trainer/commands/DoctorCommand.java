package org.weft.trainer.commands;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.weft.core.Amount;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.WeftVersion;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.driver.spark.ClassPath;
import org.weft.driver.spark.Slots;
import org.weft.driver.spark.SparkApplication;
import org.weft.driver.spark.SparkLine;
import org.weft.driver.spark.SparkRelease;
import org.weft.engine.torch.NativeDescription;
import org.weft.engine.torch.NativeRuntime;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code doctor}: whether this machine and this cluster can train, and what to do where they cannot. */
@Command(
        name = "doctor",
        description = "Check versions, natives, threads, storage and the cluster's slots; say what to do.",
        mixinStandardHelpOptions = true)
public final class DoctorCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions options;

    private int problems;

    @Override
    public Integer call() throws Exception {
        fine("weft", WeftVersion.CURRENT);
        java();
        spark();
        natives();
        WeftConfig config = configuration();
        if (config == null) {
            say("skip", "storage and cluster", "give --config FILE to check them too");
        } else {
            try (FileAccess files = options.openFiles()) {
                storage(files.store(), config);
                cluster(config, files);
            }
        }
        new Summary("doctor").put("problems", problems).print();
        return (problems == 0 ? ExitStatus.DONE : ExitStatus.FAILED).code();
    }

    /** Null where no configuration was given. */
    private WeftConfig configuration() {
        try {
            return options.load();
        } catch (WeftException e) {
            if (options.given()) {
                throw e;
            }
            return null;
        }
    }

    private void java() {
        int feature = Runtime.version().feature();
        if (feature == 17) {
            fine("java", System.getProperty("java.version"));
        } else {
            problem("java", "feature version=" + feature, "set JAVA_HOME to a JDK 17");
        }
    }

    /** Which line of Spark this is, what does not fit it, and what is there twice. */
    private void spark() throws IOException {
        SparkLine line = SparkLine.built();
        SparkRelease found = SparkRelease.ofClassPath();
        fine("line", line.number() + ": Weft is built for " + line);
        fine("spark", found.spark() + ", Scala " + found.scala() + ", Hadoop client " + found.hadoop());
        for (SparkLine.Misfit misfit : line.misfits(found)) {
            report(misfit.fails(), "fit", misfit.finding(), misfit.hint());
        }
        sparkHome(line);
        ClassPath path = ClassPath.current();
        for (ClassPath.Twice twice : path.artifacts()) {
            report(twice.fails(), "twice", twice.toString(), "the first is used; leave one of them out");
        }
        for (ClassPath.Twice twice : path.classes()) {
            report(twice.fails(), "twice", twice.toString(), "the first is used");
        }
    }

    /** The Spark that spark-submit would take: the launcher's own process runs the distribution's. */
    private void sparkHome(SparkLine line) {
        String home = System.getProperty("weft.spark.home", "");
        if (home.isEmpty()) {
            return;
        }
        SparkRelease.ofHome(Path.of(home))
                .ifPresentOrElse(
                        found -> {
                            fine("SPARK_HOME", home + " is Spark " + found.spark() + ", Scala " + found.scala());
                            for (SparkLine.Misfit misfit : line.misfits(found)) {
                                report(misfit.fails(), "SPARK_HOME", misfit.finding(), misfit.hint());
                            }
                        },
                        () -> say(
                                "note",
                                "SPARK_HOME=" + home + " has no jars/spark-core_*.jar",
                                "unset it, or set it to a Spark"));
    }

    private void natives() {
        try {
            NativeDescription natives = NativeRuntime.describe();
            fine("libtorch", natives.torch() + ", " + natives.cpuCapability() + ", GPUs " + natives.cudaDevices());
            fine("matrix products", natives.blas());
            if (natives.bfloat16()) {
                fine("bfloat16", "by the processor's own instructions");
            } else if (natives.cudaDevices() == 0) {
                say("note", "bfloat16 is emulated on this processor", "training.precision: fp32 is faster here");
            }
            fine("processors", natives.processors() + ", allocator " + natives.allocator());
            for (NativeDescription.Advice advice : natives.advice()) {
                say("slow", advice.finding(), advice.hint());
            }
        } catch (RuntimeException | LinkageError e) {
            String hint = e instanceof WeftException known ? known.hint() : "see docs/gpu.md for the natives";
            problem("libtorch", e instanceof WeftException ? e.getMessage() : e.toString(), hint);
        }
    }

    private void storage(Store store, WeftConfig config) {
        String probe = config.run().dir() + "/.doctor";
        try {
            store.create(probe).close();
            store.delete(probe);
            fine("run.dir", config.run().dir() + " can be written");
        } catch (IOException | RuntimeException e) {
            problem(
                    "run.dir",
                    config.run().dir() + ": " + e.getMessage(),
                    "check the address, that the NameNode is up, HADOOP_CONF_DIR, and your permissions");
        }
    }

    private void cluster(WeftConfig config, FileAccess files) {
        try (SparkApplication application = SparkApplication.start(config, "doctor", files.settings())) {
            Slots slots = Slots.requireCount(application.context(), config);
            fine(
                    "cluster",
                    application.context().master() + ": " + Amount.of(slots.executors(), "executor") + ", "
                            + Amount.of(slots.slots(), "slot") + ", " + Amount.of(slots.gpus(), "GPU"));
        } catch (WeftException e) {
            problem("cluster", e.getMessage(), e.hint());
        }
    }

    private static void fine(String what, String finding) {
        System.out.printf("  ok    %s: %s%n", what, finding);
    }

    private void problem(String what, String finding, String hint) {
        problems++;
        System.out.printf("  FAIL  %s: %s%n        hint: %s%n", what, finding, hint);
    }

    /** A problem, or something to know. */
    private void report(boolean fails, String what, String finding, String hint) {
        if (fails) {
            problem(what, finding, hint);
        } else {
            say("note", what + ": " + finding, hint);
        }
    }

    private static void say(String mark, String finding, String hint) {
        System.out.printf("  %-5s %s%n        hint: %s%n", mark, finding, hint);
    }
}
