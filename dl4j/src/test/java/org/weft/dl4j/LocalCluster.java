package org.weft.dl4j;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Executors in processes of their own, on the test's class path. */
final class LocalCluster {
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
}
