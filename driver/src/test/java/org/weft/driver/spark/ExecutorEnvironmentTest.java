package org.weft.driver.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;

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
}
