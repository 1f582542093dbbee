package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class NativeRuntimeTest {
    private static final Map<String, String> GOOD = Map.of(
            "OMP_NUM_THREADS", "1",
            "OPENBLAS_NUM_THREADS", "1",
            "OPENBLAS_CORETYPE", "",
            "MALLOC_MMAP_THRESHOLD_", "1073741824",
            "MALLOC_TRIM_THRESHOLD_", "1073741824");

    @Test
    void describesThisProcess() {
        NativeDescription description = NativeRuntime.describe();
        assertThat(description.torch()).startsWith("2.");
        assertThat(description.javacpp()).startsWith("1.5");
        assertThat(description.cpuCapability()).isNotEmpty();
        assertThat(description.blas()).startsWith("OpenBLAS 0.3");
        assertThat(description.processors()).isPositive();
        assertThat(description.cudaDevices()).isNotNegative();
    }

    @Test
    void hasNoAdviceWhereAllIsAsRecommended() {
        assertThat(NativeRuntime.advice(GOOD, name -> "0")).isEmpty();
    }

    @Test
    void namesWhatCostsSpeedAndWhatToDo() {
        Map<String, String> bad = Map.of("OMP_NUM_THREADS", "4", "OPENBLAS_CORETYPE", "Haswell");
        assertThat(NativeRuntime.advice(bad, name -> null))
                .extracting(NativeDescription.Advice::finding)
                .contains(
                        "OMP_NUM_THREADS=4",
                        "OPENBLAS_NUM_THREADS is not set",
                        "OPENBLAS_CORETYPE=Haswell",
                        "org.bytedeco.javacpp.maxbytes is not set");
        assertThat(NativeRuntime.advice(bad, name -> null))
                .allSatisfy(advice -> assertThat(advice.hint()).isNotEmpty());
    }
}
