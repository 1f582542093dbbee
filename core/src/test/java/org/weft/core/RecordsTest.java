package org.weft.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.config.FinetuneConfig.ChatTemplateName;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.TrainingConfig;
import org.weft.core.config.WeftConfig;

class RecordsTest {
    /** Refuses what is negative. */
    public record Pair(int left, String right) {
        public Pair {
            if (left < 0) {
                throw new IllegalArgumentException("left=" + left);
            }
        }
    }

    @Test
    void oneComponentIsAnotherAndTheOthersStay() {
        assertThat(Records.with(new Pair(1, "a"), "right", "b")).isEqualTo(new Pair(1, "b"));
        assertThat(Records.with(new Pair(1, "a"), "left", 2)).isEqualTo(new Pair(2, "a"));
    }

    @Test
    void whatTheConstructorRefusesIsRefused() {
        assertThatThrownBy(() -> Records.with(new Pair(1, "a"), "left", -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("left=-1");
        assertThatThrownBy(() -> Records.with(new Pair(1, "a"), "middle", 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Pair has no component middle");
    }

    @Test
    void configurationsCopyAllButOne() {
        WeftConfig config = WeftConfig.defaults();
        TrainingConfig training = config.training().withSteps(7);
        assertThat(training.steps()).isEqualTo(7);
        assertThat(training.withSteps(config.training().steps())).isEqualTo(config.training());
        FinetuneConfig tuning = config.finetune().withLabels(List.of("a")).withChatTemplate(ChatTemplateName.PLAIN);
        assertThat(tuning.labels()).containsExactly("a");
        assertThat(tuning.chatTemplate().word()).isEqualTo("plain");
        WeftConfig other = config.withTraining(training).withFinetune(tuning);
        assertThat(other.training()).isSameAs(training);
        assertThat(other.finetune()).isSameAs(tuning);
        assertThat(other.withDataset(config.dataset()).withModel(config.model()))
                .isEqualTo(other);
        assertThat(config.corpus().reading(List.of("x")).input()).containsExactly("x");
    }
}
