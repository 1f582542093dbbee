package org.weft.driver.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;

class YarnClusterTest {
    private static final WeftConfig CONFIG = ConfigLoader.load(
            "test", "run: {name: t, dir: 'hdfs:///t'}\ncluster: {workers: 2, servers: 1}", java.util.List.of());

    private static SparkConf yarn() {
        return new SparkConf(false).set("spark.master", "yarn").set("spark.executor.memory", "1g");
    }

    @Test
    void containersThatComeAndGoAreNotCounted() {
        SparkConf conf = yarn();
        YarnCluster.apply(conf);
        assertThat(conf.get("spark.executor.maxNumFailures")).isEqualTo("2147483647");
        assertThat(conf.get("spark.executor.extraJavaOptions")).contains("cachedir={{PWD}}/../");
    }

    @Test
    void whatTheUserSaysStands() {
        SparkConf conf = yarn().set("spark.yarn.max.executor.failures", "7")
                .set("spark.executor.extraJavaOptions", "-Dorg.bytedeco.javacpp.cachedir=/natives");
        YarnCluster.apply(conf);
        assertThat(conf.get("spark.executor.maxNumFailures")).isEqualTo("7");
        assertThat(conf.get("spark.executor.extraJavaOptions")).isEqualTo("-Dorg.bytedeco.javacpp.cachedir=/natives");
    }

    @Test
    void anExecutorLargerThanTheLargestContainerIsRefusedWithNumbers() {
        SparkConf conf = yarn().set("spark.executor.memoryOverhead", "3g");
        assertThatCode(() -> YarnCluster.requireFits(conf, Resource.newInstance(4096, 4)))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> YarnCluster.requireFits(conf, Resource.newInstance(4095, 4)))
                .hasMessage("no container is large enough: an executor needs 4096 MiB (heap 1024 MiB,"
                        + " spark.executor.memoryOverhead 3072 MiB), YARN gives at most 4095 MiB")
                .satisfies(e -> assertThat(((WeftException) e).status()).isEqualTo(ExitStatus.CLUSTER));
        assertThatThrownBy(() -> YarnCluster.requireFits(
                        conf.clone().set("spark.executor.cores", "5"), Resource.newInstance(8192, 4)))
                .hasMessageContaining("5 cores, YARN gives at most 4");
    }

    @Test
    void anOverheadThatTheModelDoesNotFitIntoIsRefusedWithNumbers() {
        SparkConf conf = yarn();
        ExecutorEnvironment.apply(conf, CONFIG, null);
        assertThatCode(() -> ExecutorEnvironment.requireOverhead(conf, CONFIG, null))
                .doesNotThrowAnyException();
        String own = conf.get("spark.executor.memoryOverhead");
        assertThatThrownBy(() -> ExecutorEnvironment.requireOverhead(
                        conf.clone().set("spark.executor.memoryOverhead", "384"), CONFIG, null))
                .hasMessageStartingWith("too small a container: spark.executor.memoryOverhead=384m, and an executor"
                        + " with 1 worker and 0 servers needs " + own + " beside its heap (libtorch ")
                .satisfies(e -> assertThat(((WeftException) e).status()).isEqualTo(ExitStatus.CLUSTER));
    }

    /** A worker holds it whole, beside its own. */
    @Test
    void aContainerHasRoomForATeacher() {
        SparkConf alone = new SparkConf(false);
        SparkConf taught = new SparkConf(false);
        ModelShape teacher = new ModelShape(ModelConfig.gpt2(12, 768, 12, 128, 0), 50_257);
        ExecutorEnvironment.apply(alone, CONFIG, null);
        ExecutorEnvironment.apply(taught, CONFIG, teacher);
        long more = taught.getSizeAsMb("spark.executor.memoryOverhead", "0")
                - alone.getSizeAsMb("spark.executor.memoryOverhead", "0");
        assertThat(more)
                .isBetween(
                        4 * teacher.layout().size() >> 20, 8 * teacher.layout().size() >> 20);
    }

    @Test
    void aResourceManagerThatDoesNotAnswerIsNamed() {
        String closed = "127.0.0.1:1"; // A port that nobody is given who asks for any.
        SparkConf conf = yarn().set("spark.executor.memoryOverhead", "1g")
                .set("spark.hadoop.yarn.resourcemanager.address", closed);
        assertThatThrownBy(() -> YarnCluster.require(conf, 1000))
                .hasMessage("no ResourceManager answers at " + closed)
                .satisfies(e -> assertThat(((WeftException) e).status()).isEqualTo(ExitStatus.CLUSTER));
        assertThatCode(() -> YarnCluster.require(conf.clone().set("spark.submit.deployMode", "cluster"), 1000))
                .doesNotThrowAnyException();
        SparkConf several = conf.set("spark.hadoop.yarn.resourcemanager.ha.enabled", "true")
                .set("spark.hadoop.yarn.resourcemanager.ha.rm-ids", "a,b")
                .set("spark.hadoop.yarn.resourcemanager.address.a", closed)
                .set("spark.hadoop.yarn.resourcemanager.address.b", closed);
        assertThatThrownBy(() -> YarnCluster.require(several, 1000))
                .hasMessage("no ResourceManager answers at " + closed + ", " + closed);
    }
}
