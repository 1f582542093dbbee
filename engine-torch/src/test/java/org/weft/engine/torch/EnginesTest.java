package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.model.ModelShape;
import org.weft.engine.Engines;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;

class EnginesTest {
    private static final ModelShape SHAPE = Replicas.shape(1, 8, 1, 4, 11);

    @Test
    void torchIsAlwaysThere() {
        assertThat(Engines.has(Engines.TORCH)).isTrue();
        Engines.require(Engines.TORCH, SHAPE, ReplicaOptions.cpu(1));
        try (ModelReplica replica = Engines.open(Engines.TORCH, SHAPE, ReplicaOptions.cpu(1))) {
            assertThat(replica).isInstanceOf(TorchReplica.class);
            assertThat(replica.layout().size()).isEqualTo(SHAPE.layout().size());
        }
    }

    @Test
    void anEngineThatIsNotOnTheClassPathIsOneErrorWithTheWaysOut() {
        assertThat(Engines.has("dl4j")).isFalse();
        assertThatThrownBy(() -> Engines.open("dl4j", SHAPE, ReplicaOptions.cpu(1)))
                .isInstanceOfSatisfying(WeftException.class, e -> {
                    assertThat(e).hasMessage("cluster.engine=dl4j is not on the class path, which has [torch]");
                    assertThat(e.status()).isEqualTo(ExitStatus.USAGE);
                    assertThat(e.hint())
                            .isEqualTo(
                                    "put weft-dl4j and its libraries on the class path of driver and executors, or set"
                                            + " cluster.engine=torch: checkpoints are the same for every engine");
                });
        assertThatThrownBy(() -> Engines.require("dl4j", SHAPE, ReplicaOptions.cpu(1)))
                .isInstanceOf(WeftException.class);
    }

    @Test
    void anEngineThatIsNearlyThereIsSuggested() {
        assertThatThrownBy(() -> Engines.require("toch", SHAPE, ReplicaOptions.cpu(1)))
                .isInstanceOf(WeftException.class)
                .hasMessage("cluster.engine=toch is not on the class path, which has [torch]; did you mean torch?");
    }

    /** A task's class loader may know nothing of Weft; then the loader of this class does. */
    @Test
    void isFoundWhateverTheThreadsClassLoaderIs() {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(ClassLoader.getPlatformClassLoader());
        try {
            assertThat(Engines.has(Engines.TORCH)).isTrue();
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }
}
