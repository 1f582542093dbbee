package org.weft.driver.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.ClusterConfig;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.driver.plan.MemoryModel;

class SlotsTest {
    private static ClusterConfig cluster(String... settings) {
        return ConfigLoader.load("test", "run: {dir: /none}", List.of(settings)).cluster();
    }

    /** As Spark has it, which starts executors of 8 GiB. */
    @Test
    void aHeapWithoutAUnitIsOfMebibytes() {
        WeftConfig config = ConfigLoader.load("test", "run: {dir: /none}", List.of());
        MemoryModel memory = new MemoryModel(new ModelShape(config.model(), 50_257), config, null);
        SparkConf conf = new SparkConf(false).set("spark.executor.memory", "8192");
        Slots slots = new Slots(1, 8, 0, 4L << 30);
        assertThat(slots.lack(conf, false, config, memory)).isNull();
        assertThat(slots.lack(conf.set("spark.executor.memory", "16"), false, config, memory))
                .startsWith("too little memory: an executor has a heap of 16 MiB;");
    }

    @Test
    void runsSideBySideNeedSlotsGpusAndMemoryEach() {
        WeftConfig config = ConfigLoader.load(
                "test", "run: {dir: /none}", List.of("cluster.workers=2", "cluster.servers=1", "cluster.device=cpu"));
        MemoryModel memory = new MemoryModel(new ModelShape(config.model(), 50_257), config, null);
        SparkConf roomy =
                new SparkConf(false).set("spark.master", "spark://x:7077").set("spark.executor.memory", "64g");
        assertThat(new Slots(1, 8, 0, 4L << 30).runsAtOnce(roomy, true, config, memory))
                .isEqualTo(2);
        assertThat(new Slots(1, 2, 0, 4L << 30).runsAtOnce(roomy, true, config, memory))
                .isEqualTo(1);
        assertThat(new Slots(3, 30, 4, 4L << 30).runsAtOnce(roomy, false, config, memory))
                .as("two GPUs a run")
                .isEqualTo(2);
        WeftConfig more = ConfigLoader.load(
                "test",
                "run: {dir: /none}",
                List.of("cluster.workers=2", "cluster.max_workers=7", "cluster.servers=1"));
        assertThat(new Slots(3, 30, 0, 4L << 30).runsAtOnce(roomy, false, more, memory))
                .as("workers that would take another run's slots")
                .isEqualTo(3);
        long one = memory.executor(2, 1, 64L << 30).heapNeeded() >> 20;
        SparkConf tight = roomy.clone().set("spark.executor.memory", one + 10 + "m");
        assertThat(new Slots(1, 30, 0, 4L << 30).runsAtOnce(tight, false, config, memory))
                .isEqualTo(1);
        SparkConf containers = roomy.clone().set("spark.master", "k8s://x").set("spark.executor.memoryOverhead", "1g");
        assertThat(new Slots(1, 30, 0, 4L << 30).runsAtOnce(containers, false, config, memory))
                .as("a container of one run's size")
                .isEqualTo(1);
    }

    /** auto would be a GPU, which the worker learns when servers have started. */
    @Test
    void workersThatHoldOneBlockAreNotGivenGpus() {
        SparkConf gpus = new SparkConf(false).set("spark.executor.resource.gpu.amount", "1");
        ClusterConfig streamed = cluster("cluster.residency=streamed");
        assertThatThrownBy(() -> Slots.requireNoGpusForBlocks(gpus, streamed))
                .isInstanceOfSatisfying(WeftException.class, e -> {
                    assertThat(e.status()).isEqualTo(ExitStatus.USAGE);
                    assertThat(e.hint()).isEqualTo("set cluster.device=cpu, or cluster.residency=whole");
                })
                .hasMessageStartingWith("cluster.residency=streamed does not go with cluster.device=auto where");
        assertThatCode(() -> {
                    Slots.requireNoGpusForBlocks(new SparkConf(false), streamed);
                    Slots.requireNoGpusForBlocks(gpus, cluster());
                    Slots.requireNoGpusForBlocks(gpus, cluster("cluster.residency=streamed", "cluster.device=cpu"));
                })
                .doesNotThrowAnyException();
    }
}
