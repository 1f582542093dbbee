package org.weft.driver.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.ModelConfig;

/** A model section that is written out and compared. */
class ModelSectionTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "architecture: qwen2, full_attention_every: 2",
                "architecture: gemma2, full_attention_every: 2, sliding_window: 0",
                "architecture: llama, rope_factor: 8.0",
                "architecture: llama, rope_scaling: linear, rope_factor: 8.0, rope_original_context: 4",
                "architecture: gpt2, kv_heads: 2",
            })
    void whatNothingHeedsInARecordKeepsNobodyFromItsModel(String recorded) {
        ModelConfig theirs = recorded(recorded);
        ModelConfig mine = said(ModelSection.write(theirs).replaceAll("^\\{|}$", ""));
        List<String> notices = new ArrayList<>();
        ModelSection.require("/run", theirs, mine, notices::add);
        assertThat(notices).isEmpty();
        assertThat(mine.fullAttentionEvery()).isZero();
        assertThat(mine.ropeOriginalContext()).isZero();
        assertThat(mine.kvHeads()).isNotEqualTo(2);
    }

    @Test
    void whatIsHeededIsComparedAndWrittenAsItWas() {
        ModelConfig theirs = said("architecture: qwen2, sliding_window: 8, full_attention_every: 2");
        assertThat(ModelSection.write(theirs)).contains("sliding_window: 8", "full_attention_every: 2");
        assertThatThrownBy(() -> ModelSection.require(
                        "/run",
                        theirs,
                        said("architecture: qwen2, sliding_window: 8, full_attention_every: 3"),
                        n -> {}))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("full_attention_every=3 instead of 2");
    }

    private static ModelConfig recorded(String section) {
        return ConfigLoader.recorded("test", "{run: {dir: /x}, model: {" + section + "}}")
                .model();
    }

    private static ModelConfig said(String section) {
        return ConfigLoader.load("test", "model: {" + section + "}", List.of("run.dir=/x"))
                .model();
    }
}
