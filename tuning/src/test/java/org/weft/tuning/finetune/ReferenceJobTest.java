package org.weft.tuning.finetune;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;

/** What is said of pairs before their answers are computed. */
class ReferenceJobTest {
    private static WeftConfig config(String scaling, int maxLength) {
        String yaml = "{model: {architecture: llama, context: 64, rope_scaling: %s, rope_original_context: 16},"
                + " finetune: {from: x, task: preference}, dataset: {max_length: %d}}";
        return ConfigLoader.load("test", yaml.formatted(scaling, maxLength), List.of("run.dir=/x"));
    }

    @Test
    void pairsThatAreTurnedByTheirLongerAnswerAreTold() {
        assertThat(ReferenceJob.turnedOtherwise(config("dynamic", 0), 40)).hasValueSatisfying(said -> assertThat(said)
                .startsWith("warning: model.rope_scaling=dynamic")
                .contains("the longest pair has 40", "dataset.max_length=16"));
        assertThat(ReferenceJob.turnedOtherwise(config("dynamic", 0), 16)).isEmpty();
        assertThat(ReferenceJob.turnedOtherwise(config("dynamic", 16), 32)).isEmpty();
        assertThat(ReferenceJob.turnedOtherwise(config("yarn", 0), 40)).isEmpty();
    }
}
