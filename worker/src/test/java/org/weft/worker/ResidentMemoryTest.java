package org.weft.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ResidentMemoryTest {
    @Test
    void isThatOfAJvmOrUnknown() {
        boolean linux = Files.exists(Path.of("/proc/self/status"));
        assertThat(ResidentMemory.peakBytes()).isBetween(linux ? 10L << 20 : 0, linux ? 1L << 40 : 0);
    }
}
