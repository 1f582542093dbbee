package org.weft.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.Sha256;

/** Hashes that results keep of sections. */
class HashedSettingsTest {

    private static String hash(String... overrides) {
        WeftConfig config = ConfigLoader.load(
                "test", "run: {dir: here}\nfinetune: {task: classification, from: base}\n", List.of(overrides));
        StringBuilder sections = new StringBuilder();
        for (String section : List.of("model", "training", "dataset", "finetune")) {
            sections.append(HashedSettings.of(config, section)).append('\n');
        }
        return Sha256.hex(sections.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Made before there were preferences, embeddings, windows and T5. A new key of these sections has to be left out, too. */
    @Test
    void aKeyThatCameLaterLeavesTheHashAsItWas() {
        assertThat(hash()).isEqualTo("9486344419d9457cdb30874bf0096bf8948fe6cb714a793ace7dda037ccac00b");
        assertThat(hash("dataset.doc_stride=0", "finetune.normalize=true")).isEqualTo(hash());
    }

    @Test
    void itCountsOnceItIsSet() {
        assertThat(List.of(
                        hash("dataset.doc_stride=64"),
                        hash("finetune.symmetric=true"),
                        hash("finetune.preference_beta=0.2"),
                        hash("training.mean_span_length=4"),
                        hash("training.pruning.method=keep"),
                        hash("dataset.positive_label=spam"),
                        hash("dataset.group_column=g", "finetune.reweighing=group"),
                        hash("dataset.group_column=g", "finetune.sampling=group_balanced")))
                .doesNotContain(hash())
                .doesNotHaveDuplicates();
    }

    /** A default that makes something else of such a run than what was done before there was the key. */
    @Test
    void itCountsWhereItsDefaultChangesTheRun() {
        assertThat(sync("sync.delay=1").has("weight_prediction")).isTrue();
        assertThat(sync("sync.delay=1", "training.optimizer=sgd").has("weight_prediction"))
                .isFalse();
        assertThat(sync("sync.mode=local").has("inner_state")).isTrue();
        assertThat(sync().isEmpty()).isTrue();
    }

    private static JsonNode sync(String... overrides) {
        return HashedSettings.of(ConfigLoader.load("test", "run: {dir: here}\n", List.of(overrides)), "sync");
    }

    @Test
    void privacyCountsOnceItIsAskedFor() {
        WeftConfig none = ConfigLoader.load("test", "run: {dir: here}\n", List.of());
        assertThat(HashedSettings.of(none, "privacy").isEmpty()).isTrue();
        WeftConfig some = ConfigLoader.load(
                "test",
                "run: {dir: here}\nprivacy: {noise_multiplier: 1, target_delta: 1.0e-5, seed_variable: S}\n",
                List.of("training.clip_norm=0"));
        assertThat(HashedSettings.of(some, "privacy").has("noise_multiplier")).isTrue();
    }

    @Test
    void aTeacherCountsOnceThereIsOne() {
        WeftConfig none = ConfigLoader.load("test", "run: {dir: here}\n", List.of());
        WeftConfig one = ConfigLoader.load("test", "run: {dir: here}\n", List.of("distillation.teacher=there"));
        assertThat(HashedSettings.of(none, "distillation").isEmpty()).isTrue();
        assertThat(HashedSettings.of(one, "distillation").has("teacher")).isTrue();
    }
}
