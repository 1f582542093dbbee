package org.weft.driver.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;

class ExecutorEnvironmentTest {
    @Test
    void executorsHaveTheDriversChoiceOfKernels() {
        assertThat(ExecutorEnvironment.variables(1)).containsAllEntriesOf(ExecutorEnvironment.kernels());
        assertThatCode(() -> ExecutorEnvironment.requireKernels(ExecutorEnvironment.kernels()))
                .doesNotThrowAnyException();
    }

    @Test
    void anotherChoiceIsRefusedWithBoth() {
        assertThatThrownBy(() -> ExecutorEnvironment.requireKernels(Map.of("OPENBLAS_CORETYPE", "of-the-driver")))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("{OPENBLAS_CORETYPE=of-the-driver}")
                .hasMessageContaining("other kernels give other bits");
    }

    @Test
    void anotherBlasIsLoadedBeforeAllElse() {
        Map<String, String> kernels = ExecutorEnvironment.kernels(
                Map.of("WEFT_BLAS", "/opt/mkl/libmkl_rt.so.2", "MKL_CBWR", "AVX2", "PATH", "/bin"));
        assertThat(kernels).containsOnlyKeys("MKL_CBWR", "WEFT_BLAS");
        Map<String, String> variables = ExecutorEnvironment.variables(2, kernels);
        assertThat(variables)
                .containsAllEntriesOf(kernels)
                .containsEntry("MKL_THREADING_LAYER", "GNU")
                .containsEntry("MKL_DYNAMIC", "FALSE")
                .containsEntry("MKL_NUM_THREADS", "2")
                .containsEntry("MKL_INTERFACE_LAYER", "LP64")
                .containsEntry("OMP_NUM_THREADS", "2");
        assertThat(variables.get("LD_PRELOAD").split(":")[0]).isEqualTo("/opt/mkl/libmkl_rt.so.2");
    }

    @Test
    void whatMklIsToldIsNoKernelOfOpenBlas() {
        assertThat(ExecutorEnvironment.kernels(Map.of("MKL_CBWR", "AVX2"))).isEmpty();
        assertThat(ExecutorEnvironment.kernels(Map.of("WEFT_BLAS", ""))).isEmpty();
        assertThat(ExecutorEnvironment.kernels(Map.of("WEFT_BLAS", "/opt/mkl.so")))
                .containsEntry("MKL_CBWR", "AUTO");
        assertThat(ExecutorEnvironment.variables(1, Map.of()).getOrDefault("LD_PRELOAD", ""))
                .doesNotContain("mkl");
    }

    @Test
    void bucketsFitTheHeapsRegions() {
        assertThat(options("2g", "")).doesNotContain("G1HeapRegionSize");
        assertThat(options("8g", "-Xss1m")).startsWith("-Xss1m ").endsWith(" -XX:G1HeapRegionSize=1m");
    }

    @Test
    void whoeverChoseAnotherHeapHasIt() {
        assertThat(options("8g", "-XX:G1HeapRegionSize=8m")).doesNotContain("G1HeapRegionSize=1m");
        assertThat(options("8g", "-XX:+UseParallelGC")).doesNotContain("G1HeapRegionSize");
        assertThat(options("8g", "-XX:+UseG1GC")).endsWith(" -XX:G1HeapRegionSize=1m");
    }

    private static String options(String heap, String chosen) {
        SparkConf conf =
                new SparkConf(false).set("spark.executor.memory", heap).set(ExecutorEnvironment.JAVA_OPTIONS, chosen);
        ExecutorEnvironment.apply(conf, ConfigLoader.load("test", "run: {dir: unused}", List.of()), null);
        return conf.get(ExecutorEnvironment.JAVA_OPTIONS);
    }
}
