package org.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.quantize.QuantizationGrid;
import org.weft.core.quantize.QuantizationType;
import org.weft.core.quantize.QuantizedParameters;

/** What copies of options change, and that they change nothing else. */
class ReplicaOptionsTest {

    @Test
    void aRunIsTrainedAsItSays() {
        assertThat(training("")).isEqualTo(new ReplicaOptions("cpu", 3, false, false));
        assertThat(training(", precision: bf16, recompute: true"))
                .isEqualTo(new ReplicaOptions("cpu", 3, true, true, false));
        assertThat(training(", quantization: int8").rounded())
                .isEqualTo(new QuantizationGrid(QuantizationType.INT8, 0, FloatFormat.BF16));
    }

    @Test
    void streamedBlocksAreComputedAgain() {
        WeftConfig config = config("", "cluster.residency=streamed");
        assertThat(ReplicaOptions.training("cpu", config.cluster(), config.training()))
                .isEqualTo(new ReplicaOptions("cpu", 3, false, true, false, true));
    }

    @Test
    void wholeNumbersAreKeptByWhatNeverLearns() {
        ReplicaOptions options = ReplicaOptions.cpu(3);
        QuantizedParameters some = new QuantizedParameters(QuantizationType.INT4, 32, false, Set.of("w"));
        assertThat(options.keeping(QuantizedParameters.NONE)).isEqualTo(options);
        assertThat(options.frozen().keeping(QuantizedParameters.NONE)).isEqualTo(options.frozen());
        assertThat(options.keeping(some))
                .isEqualTo(new ReplicaOptions("cpu", 3, false, false, false, false, true, some, null));
    }

    private static ReplicaOptions training(String settings) {
        WeftConfig config = config(settings);
        return ReplicaOptions.training("cpu", config.cluster(), config.training());
    }

    private static WeftConfig config(String settings, String... overrides) {
        return ConfigLoader.load(
                "test",
                "{cluster: {threads: 3}, training: {micro_batch: 1" + settings + "}, run: {dir: /x}}",
                List.of(overrides));
    }
}
