package org.weft.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.optim.StateVector;

/** What lanes are computed with is a function of the configuration and the step. */
class ParameterVersionTest {

    @Test
    void lateLanesTakeWhatIsPredicted() {
        assertThat(ofLanes(3)).containsExactly(param(0), param(1), param(2));
        assertThat(ofLanes(4, "sync.delay=1")).containsExactly(param(0), predicted(0), predicted(1), predicted(2));
        assertThat(ofLanes(5, "sync.delay=1", "sync.warmup_steps=3"))
                .as("the first late step is computed beside the last that is not")
                .containsExactly(param(0), param(1), param(2), predicted(2), predicted(3));
    }

    @Test
    void orTheVersionItselfWhereNothingIs() {
        for (String setting : List.of("sync.weight_prediction=false", "training.optimizer=sgd")) {
            assertThat(ofLanes(3, "sync.delay=1", setting)).containsExactly(param(0), param(0), param(1));
        }
        assertThat(ofLanes(3, "sync.delay=1", "sync.weight_prediction=true")).contains(predicted(1));
    }

    private static List<ParameterVersion> ofLanes(int steps, String... settings) {
        WeftConfig config = ConfigLoader.load("test", "run: {dir: /x}", List.of(settings));
        return IntStream.range(0, steps)
                .mapToObj(step -> ParameterVersion.ofLanes(config, step))
                .toList();
    }

    private static ParameterVersion param(int step) {
        return ParameterVersion.of(step);
    }

    private static ParameterVersion predicted(int step) {
        return new ParameterVersion(step, StateVector.PREDICTED);
    }
}
