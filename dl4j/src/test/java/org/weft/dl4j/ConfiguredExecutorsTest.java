package org.weft.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

/** Executors of Deeplearning4j's masters are started as Weft's own are. */
class ConfiguredExecutorsTest {
    private static final String OPTIONS = "spark.executor.extraJavaOptions";

    @Test
    void heapsThatG1WouldCutCoarselyAreCutFinely() {
        assertThat(options("8g")).contains("-XX:G1HeapRegionSize=1m", "maxphysicalbytes=0");
        assertThat(options("8192")).as("without a unit these are MiB").contains("-XX:G1HeapRegionSize=1m");
        assertThat(options("1g")).doesNotContain("G1HeapRegionSize").contains("maxphysicalbytes=0");
    }

    @Test
    void whatIsThereStands() {
        SparkConf conf = new SparkConf(false).set("spark.executor.memory", "8g").set(OPTIONS, "-XX:+UseParallelGC");
        assertThat(ParameterServerTrainingMaster.configure(conf).get(OPTIONS))
                .startsWith("-XX:+UseParallelGC ")
                .doesNotContain("G1HeapRegionSize");
    }

    private static String options(String memory) {
        return ParameterServerTrainingMaster.configure(new SparkConf(false).set("spark.executor.memory", memory))
                .get(OPTIONS);
    }
}
