package org.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;

class EngineLoadingTest {

    @Test
    void aNativeLibraryThatCannotBeLoadedIsSaidInItsOwnWords() {
        Error inner = new UnsatisfiedLinkError("no jnitorch in java.library.path");
        for (Error error : new Error[] {
            inner, new ExceptionInInitializerError(inner), new NoClassDefFoundError("org/bytedeco/pytorch/global/torch")
        }) {
            assertThatThrownBy(() -> Engines.loading("torch", () -> {
                        throw error;
                    }))
                    .isInstanceOfSatisfying(
                            WeftException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.CLUSTER))
                    .hasMessageStartingWith("the engine torch cannot be loaded on this machine: java.lang.");
        }
    }
}
