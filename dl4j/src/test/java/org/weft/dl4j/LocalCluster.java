package org.weft.dl4j;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Executors in processes of their own, on the test's class path. */
public final class LocalCluster {
    private LocalCluster() {}

    static JavaSparkContext start(int executors, SparkConf more) throws Exception {
        Path home = Path.of(System.getenv("SPARK_HOME"));
        Files.createDirectories(home.resolve("jars")); // Spark's launcher wants to see it.
        SparkConf conf = ParameterServerTrainingMaster.configure(more)
                .setMaster("local-cluster[" + executors + ",2,768]")
                .setAppName("dl4j test")
                .set("spark.ui.enabled", "false")
                .set("spark.executor.memory", "768m")
                .set(
                        "spark.executor.extraClassPath",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        return new JavaSparkContext(conf);
    }

    /** Executors that run now: children of this process. Their class path makes ProcessHandle hide what they are. */
    public static List<ProcessHandle> executors() {
        return ProcessHandle.current()
                .children()
                .filter(child -> {
                    try {
                        return Files.readString(
                                        Path.of("/proc/" + child.pid() + "/cmdline"), StandardCharsets.ISO_8859_1)
                                .contains("CoarseGrainedExecutorBackend");
                    } catch (IOException gone) {
                        return false;
                    }
                })
                .toList();
    }
}
