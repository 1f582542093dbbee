package org.weft.core.config;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import org.weft.core.config.FinetuneConfig.Pooling;
import org.weft.core.config.FinetuneConfig.PreferenceLossName;
import org.weft.core.config.FinetuneConfig.TaskName;

/** What must be so of a fine-tuning's settings, each by itself and beside the model's. */
record FinetuneChecks(FinetuneConfig tuning, ModelConfig model, Problems problems) {

    void run() {
        learning();
        objective();
        task();
    }

    private void learning() {
        problems.require(
                tuning.chatDate().isEmpty() || isDay(tuning.chatDate()),
                "finetune.chat_date=%s must be a day such as 2024-07-26",
                tuning.chatDate());
        problems.require(!tuning.from().isBlank(), "finetune.from is not set: give the model to fine-tune");
        problems.require(tuning.loraRank() >= 1, "finetune.lora_rank=%d must be at least 1", tuning.loraRank());
        problems.require(tuning.loraAlpha() > 0, "finetune.lora_alpha=%s must be positive", tuning.loraAlpha());
        problems.require(
                tuning.frozenLayers() >= -1 && tuning.frozenLayers() <= model.blocks(),
                "finetune.frozen_layers=%d must be in [-1, %s=%d]",
                tuning.frozenLayers(),
                model.encodesSource() ? "model.layers + model.decoder_layers" : "model.layers",
                model.blocks());
        problems.require(
                tuning.layerDecay() > 0 && tuning.layerDecay() <= 1,
                "finetune.layer_decay=%s must be in (0, 1]",
                tuning.layerDecay());
        problems.require(
                tuning.labelSmoothing() >= 0 && tuning.labelSmoothing() < 1,
                "finetune.label_smoothing=%s must be in [0, 1)",
                tuning.labelSmoothing());
    }

    private void objective() {
        problems.require(
                tuning.preferenceBeta() > 0 && Double.isFinite(tuning.preferenceBeta()),
                "finetune.preference_beta=%s must be positive",
                tuning.preferenceBeta());
        problems.require(
                tuning.similarityScale() > 0 && Double.isFinite(tuning.similarityScale()),
                "finetune.similarity_scale=%s must be positive",
                tuning.similarityScale());
        problems.require(
                tuning.task() != TaskName.PREFERENCE || tuning.labelSmoothing() < 0.5,
                "finetune.label_smoothing=%s of pairs the wrong way round must be in [0, 0.5)",
                tuning.labelSmoothing());
        problems.require(
                tuning.task() != TaskName.PREFERENCE
                        || tuning.labelSmoothing() == 0
                        || tuning.preferenceLoss() == PreferenceLossName.SIGMOID,
                "finetune.label_smoothing=%s is for finetune.preference_loss=sigmoid alone",
                tuning.labelSmoothing());
    }

    private void task() {
        problems.require(
                tuning.pooling() != Pooling.FIRST || !model.causal(),
                "finetune.pooling=first needs a model that sees both sides: the first token of %s has seen nothing",
                model.architecture());
        problems.require(
                tuning.headDropout() >= 0 && tuning.headDropout() < 1,
                "finetune.head_dropout=%s must be in [0, 1)",
                tuning.headDropout());
        List<String> metrics = tuning.task().metrics().stream().map(Word::word).toList();
        problems.require(
                metrics.contains(tuning.metric()),
                "finetune.metric=%s must be one of %s for finetune.task=%s",
                tuning.metric(),
                String.join(", ", metrics),
                tuning.task().word());
        problems.require(tuning.epochs() >= 0, "finetune.epochs=%s must not be negative", tuning.epochs());
        problems.require(tuning.patience() >= 0, "finetune.patience=%d must not be negative", tuning.patience());
        problems.require(
                !tuning.generative() || model.causal(),
                "finetune.task=%s needs a model that predicts the next token: model.architecture=%s does not",
                tuning.task().word(),
                model.architecture());
    }

    private static boolean isDay(String text) {
        try {
            return LocalDate.parse(text) != null;
        } catch (DateTimeParseException none) {
            return false;
        }
    }
}
