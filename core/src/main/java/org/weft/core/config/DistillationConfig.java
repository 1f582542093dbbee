package org.weft.core.config;

import java.io.Serializable;

/** A frozen model that a run learns from beside its data. Without a {@link #teacher} or {@link #logits} the rest says nothing. */
public record DistillationConfig(
        @Doc(
                "The model that teaches, read once by every worker and never changed: a Hugging Face directory, a checkpoint, or a "
                        + "run's newest; empty for none. Of the same vocabulary, and labels, as the model that learns.")
        String teacher,

        @Doc(
                "In place of a teacher what one said of the corpus, once, as weft teacher-logits writes it: the likeliest tokens at each "
                        + "place, between which softmax is taken. pretrain, models that predict the next token.")
        String logits,

        @Doc("What logits of both models are divided by before softmax where they are compared.")
        double temperature,

        @Doc(
                "Share of the loss that is the teacher's, above 0 and up to 1: weight * temperature² * KL(teacher ‖ model) + "
                        + "(1 - weight) * the task's own.")
        double weight,

        @Doc(
                "Hidden states that are to be near to the teacher's, too: none; last (what the last block gives); blocks (of each "
                        + "block, beside that of the teacher's at the same share of its depth). Needs a teacher of the same width.")
        Hidden hidden,

        @Doc("How hidden states are compared: mse (mean of squared differences) or cosine (1 - cosine of the two).")
        HiddenLoss hiddenLoss,

        @Doc("What hidden states count beside the rest of the loss.")
        double hiddenWeight)
        implements Serializable {

    /** Which hidden states are compared. */
    public enum Hidden implements Word {
        NONE,
        LAST,
        BLOCKS
    }

    /** How hidden states are compared. */
    public enum HiddenLoss implements Word {
        MSE,
        COSINE
    }

    static DistillationConfig defaults() {
        return new DistillationConfig("", "", 2, 0.5, Hidden.NONE, HiddenLoss.MSE, 1);
    }

    /** Whether there is a teacher, or what one said. */
    public boolean active() {
        return asks() || !logits.isBlank();
    }

    /** Whether workers hold a teacher. */
    public boolean asks() {
        return !teacher.isBlank();
    }

    /** Which of the two keys names who teaches; the teacher's where neither does. */
    public String source() {
        return logits.isBlank() ? "distillation.teacher" : "distillation.logits";
    }

    void validate(Problems problems, WeftConfig config) {
        if (!active()) {
            problems.require(
                    equals(defaults()),
                    "distillation has settings, and neither distillation.teacher nor distillation.logits is set");
            return;
        }
        validateLogits(problems, config);
        problems.require(
                hidden != Hidden.NONE
                        || (hiddenLoss == defaults().hiddenLoss && hiddenWeight == defaults().hiddenWeight),
                "distillation.hidden_loss and hidden_weight have no effect with distillation.hidden=none: leave them out");
        problems.require(
                temperature > 0 && Double.isFinite(temperature),
                "distillation.temperature=%s must be positive",
                temperature);
        problems.require(weight > 0 && weight <= 1, "distillation.weight=%s must be in (0, 1]", weight);
        problems.require(
                hiddenWeight > 0 && Double.isFinite(hiddenWeight),
                "distillation.hidden_weight=%s must be positive: distillation.hidden=none leaves hidden states alone",
                hiddenWeight);
        problems.require(
                !config.cluster().streamed(),
                "cluster.residency=streamed does not go with %s%s",
                source(),
                asks() ? ", which a worker holds whole" : "");
        problems.require(
                config.finetune().task() != FinetuneConfig.TaskName.PREFERENCE,
                "finetune.task=preference does not go with %s: a pair's loss is beside the model at the start",
                source());
        problems.require(
                !config.model().nextSentence() || config.finetune().active(),
                "model.next_sentence does not go with %s, which is asked for tokens alone",
                source());
        int frozen = config.finetune().frozenLayers();
        problems.require(
                hidden == Hidden.NONE
                        || !config.finetune().active()
                        || frozen >= 0 && frozen < config.model().blocks(),
                "distillation.hidden=%s is of blocks that learn, and finetune.frozen_layers=%d leaves none",
                hidden.word(),
                frozen);
        problems.require(
                hidden == Hidden.NONE || !config.model().encodesSource(),
                "distillation.hidden=%s is not of model.architecture=%s, whose blocks are of two texts",
                hidden.word(),
                config.model().architecture());
    }

    private void validateLogits(Problems problems, WeftConfig config) {
        if (logits.isBlank()) {
            return;
        }
        problems.require(
                !asks(), "distillation.logits and distillation.teacher exclude each other: the logits are a teacher's");
        problems.require(
                hidden == Hidden.NONE,
                "distillation.hidden=%s needs distillation.teacher: distillation.logits has no hidden states",
                hidden.word());
        problems.require(
                !config.finetune().active(),
                "distillation.logits is of a corpus: finetune.task=%s needs distillation.teacher",
                config.finetune().task().word());
        problems.require(
                config.model().continuesText(),
                "distillation.logits is of models that predict the next token: model.architecture=%s needs distillation.teacher",
                config.model().architecture());
    }
}
