package org.weft.tuning.finetune;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.config.ConfigLoader;

/** Settings that change nothing beside the others are said by name. */
class UnusedSettingsTest {
    private static List<String> of(String task, String... overrides) {
        List<String> all = new ArrayList<>(List.of("run.dir=/nowhere", "finetune.from=m", "finetune.task=" + task));
        all.addAll(List.of(overrides));
        return UnusedSettings.of(ConfigLoader.load("test", FinetuneSettings.DEFAULTS, all));
    }

    @Test
    void whatIsUsedIsNotSaid() {
        assertThat(of("classification")).isEmpty();
        assertThat(of("preference", "dataset.prompt_column=''"))
                .as("whole conversations")
                .isEmpty();
        assertThat(of(
                        "classification",
                        "finetune.method=lora",
                        "finetune.lora_rank=4",
                        "finetune.labels=[a, b]",
                        "finetune.class_weights=balanced",
                        "finetune.metric=accuracy",
                        "finetune.patience=2",
                        "finetune.epochs=0",
                        "training.steps=7",
                        "dataset.text_column=body",
                        "dataset.pair_column=other",
                        "dataset.group_column=port",
                        "dataset.validation_fraction=0.3"))
                .isEmpty();
        assertThat(of("instruction", "dataset.messages_column=chat", "finetune.chat_template=plain"))
                .isEmpty();
    }

    @Test
    void whatAnotherSettingRulesOutIsSaid() {
        assertThat(of("classification", "finetune.lora_rank=4", "training.steps=7"))
                .containsExactly(
                        "finetune.lora_rank=4 changes nothing: finetune.method=full",
                        "training.steps=7 changes nothing: finetune.epochs=3.0 decides, unless it is 0");
        assertThat(of("tokens", "finetune.method=lora", "finetune.frozen_layers=1", "finetune.pooling=mean"))
                .containsExactly(
                        "finetune.frozen_layers=1 changes nothing: finetune.method=lora",
                        "finetune.pooling=mean changes nothing: finetune.task=tokens");
        assertThat(of("regression", "finetune.class_weights=balanced", "finetune.labels=[a]", "dataset.tags_column=t"))
                .containsExactly(
                        "finetune.labels=[\"a\"] changes nothing: finetune.task=regression has none",
                        "finetune.class_weights=balanced changes nothing: finetune.task=regression",
                        "dataset.tags_column=t changes nothing: finetune.task=regression");
        assertThat(of(
                        "instruction",
                        "finetune.jinja=x",
                        "finetune.chat_template=plain",
                        "finetune.chat_date='2024-07-26'"))
                .containsExactly(
                        "finetune.jinja=x changes nothing: finetune.chat_template=plain",
                        "finetune.chat_date=2024-07-26 changes nothing: finetune.chat_template=plain");
        assertThat(of(
                        "classification",
                        "dataset.mask_history=true",
                        "dataset.tools_column=tools",
                        "dataset.doc_stride=8",
                        "dataset.unanswerable=none"))
                .containsExactly(
                        "dataset.mask_history=true changes nothing: finetune.task=classification",
                        "dataset.doc_stride=8 changes nothing: finetune.task=classification",
                        "dataset.unanswerable=none changes nothing: finetune.task=classification",
                        "dataset.tools_column=tools changes nothing: finetune.task=classification");
        assertThat(of("classification", "dataset.positive_label=spam"))
                .containsExactly("dataset.positive_label=spam changes nothing: dataset.group_column is not set");
        assertThat(of("regression", "dataset.positive_label=spam", "dataset.group_column=g"))
                .containsExactly("dataset.positive_label=spam changes nothing: finetune.task=regression");
        assertThat(of("instruction", "model.architecture=t5", "dataset.mask_history=true"))
                .containsExactly(
                        "dataset.mask_history=true changes nothing: model.architecture=t5 reads no conversations");
        assertThat(of("text", "finetune.head_dropout=0.5", "finetune.patience=2", "training.eval_every=0"))
                .containsExactly(
                        "finetune.head_dropout=0.5 changes nothing: finetune.task=text has no new head",
                        "finetune.patience=2 changes nothing: training.eval_every=0");
        assertThat(of("classification", "finetune.metric=accuracy", "dataset.validation_fraction=0"))
                .containsExactly("finetune.metric=accuracy changes nothing: there are no validation rows");
        assertThat(of("classification", "dataset.validation=[v]", "dataset.validation_fraction=0.3"))
                .containsExactly("dataset.validation_fraction=0.3 changes nothing: dataset.validation is given");
    }
}
