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
