package org.weft.core.config;

import java.io.Serializable;
import java.util.List;
import java.util.Set;
import org.weft.core.Records;

/** What a pre-trained model is fine-tuned to do, and which of its parameters learn it. */
public record FinetuneConfig(
        @Doc(
                "classification (one label of some), multilabel, regression, tokens (a tag for each word), qa (the answer's span in "
                        + "a passage), instruction (answers of an assistant), text (more pre-training, on a text column); empty "
                        + "where nothing is fine-tuned.")
        String task,

        @Doc("Where the parameters come from: a Hugging Face directory, a checkpoint, or a run's newest.")
        String from,

        @Doc("The labels, in the order of the outputs; empty for those of the training examples, sorted.")
        List<String> labels,

        @Doc("full: all parameters learn; lora: low-rank adapters and the task's head alone, and only they travel.")
        String method,

        @Doc("lora: rank of an adapter.") int loraRank,

        @Doc("lora: an adapter's product counts alpha / rank.")
        double loraAlpha,

        @Doc("lora: ends of the names of the linear layers that get one; empty for attention's queries and values.")
        List<String> loraTargets,

        @Doc("Blocks from the bottom, and embeddings, that do not learn; they stay off the servers. -1 for all blocks.")
        int frozenLayers,

        @Doc("Factor of the learning rate from each block to the one below it; 1 for the same everywhere.")
        double layerDecay,

        @Doc("What an example's loss counts by its class: none, or balanced (n / (classes * n of its class)).")
        String classWeights,

        @Doc("classification, tokens: share of the target that is spread over all classes.")
        double labelSmoothing,

        @Doc(
                "What stands for a whole sequence: first (bert, through its pooler), last (gpt2, llama), mean, or auto: the "
                        + "family's.")
        String pooling,

        @Doc("Probability that dropout clears an input of the task's head while training.")
        double headDropout,

        @Doc("Times that the training examples are seen; 0 for training.steps.")
        double epochs,

        @Doc("instruction: chatml, llama3, plain, or auto: that of the model's tokenizer_config.json, else plain.")
        String chatTemplate,

        @Doc(
                "What the best checkpoint is the best in, on validation: loss, or of a task's predictions accuracy or f1_macro "
                        + "(classification; tokens, tag by tag), f1_micro or f1_macro (multilabel), exact_match (qa: both ends, each judged by itself).")
        String metric,

        @Doc("Evaluations without a better metric after which the run ends; 0 for never.")
        int patience)
        implements Serializable {
    public static final String CLASSIFICATION = "classification";
    public static final String MULTILABEL = "multilabel";
    public static final String REGRESSION = "regression";
    public static final String TOKENS = "tokens";
    public static final String QA = "qa";
    public static final String INSTRUCTION = "instruction";
    public static final String TEXT = "text";
    /** The metric that every task has. */
    public static final String LOSS = "loss";

    private static final List<String> TASKS =
            List.of(CLASSIFICATION, MULTILABEL, REGRESSION, TOKENS, QA, INSTRUCTION, TEXT);
    private static final Set<String> CHAT_TEMPLATES = Set.of("auto", "chatml", "llama3", "plain");
    private static final Set<String> POOLINGS = Set.of("auto", "first", "last", "mean");

    static FinetuneConfig defaults() {
        return new FinetuneConfig(
                "", "", List.of(), "full", 8, 16, List.of(), 0, 1, "none", 0, "auto", 0.1, 3, "auto", LOSS, 0);
    }

    /** Whether this configuration fine-tunes anything. */
    public boolean active() {
        return !task.isEmpty();
    }

    public boolean lora() {
        return method.equals("lora");
    }

    /** Whether the model goes on predicting tokens. */
    public boolean generative() {
        return task.equals(INSTRUCTION) || task.equals(TEXT);
    }

    /** What an evaluation during training finds out, by the names that {@link #metric} takes. */
    public List<String> metrics() {
        return switch (task) {
            case CLASSIFICATION, TOKENS -> List.of(LOSS, "accuracy", "f1_macro");
            case MULTILABEL -> List.of(LOSS, "f1_micro", "f1_macro");
            case QA -> List.of(LOSS, "exact_match");
            default -> List.of(LOSS);
        };
    }

    /** The same with the labels that were found. */
    public FinetuneConfig withLabels(List<String> found) {
        return Records.with(this, "labels", found);
    }

    /** The same with a chat template by its name. */
    public FinetuneConfig withChatTemplate(String name) {
        return Records.with(this, "chatTemplate", name);
    }

    void validate(Problems problems, ModelConfig model) {
        if (!active()) {
            return;
        }
        problems.require(TASKS.contains(task), "finetune.task=%s must be one of %s", task, String.join(", ", TASKS));
        problems.require(!from.isBlank(), "finetune.from is not set: give the model to fine-tune");
        problems.require(
                method.equals("full") || method.equals("lora"), "finetune.method=%s must be one of full, lora", method);
        problems.require(loraRank >= 1, "finetune.lora_rank=%d must be at least 1", loraRank);
        problems.require(loraAlpha > 0, "finetune.lora_alpha=%s must be positive", loraAlpha);
        problems.require(
                frozenLayers >= -1 && frozenLayers <= model.layers(),
                "finetune.frozen_layers=%d must be in [-1, model.layers=%d]",
                frozenLayers,
                model.layers());
        problems.require(layerDecay > 0 && layerDecay <= 1, "finetune.layer_decay=%s must be in (0, 1]", layerDecay);
        problems.require(
                classWeights.equals("none") || classWeights.equals("balanced"),
                "finetune.class_weights=%s must be one of none, balanced",
                classWeights);
        problems.require(
                labelSmoothing >= 0 && labelSmoothing < 1,
                "finetune.label_smoothing=%s must be in [0, 1)",
                labelSmoothing);
        problems.require(
                POOLINGS.contains(pooling), "finetune.pooling=%s must be one of auto, first, last, mean", pooling);
        problems.require(
                !pooling.equals("first") || !model.causal(),
                "finetune.pooling=first needs a model that sees both sides: the first token of %s has seen nothing",
                model.architecture());
        problems.require(
                headDropout >= 0 && headDropout < 1, "finetune.head_dropout=%s must be in [0, 1)", headDropout);
        problems.require(
                CHAT_TEMPLATES.contains(chatTemplate),
                "finetune.chat_template=%s must be one of auto, chatml, llama3, plain",
                chatTemplate);
        problems.require(
                metrics().contains(metric),
                "finetune.metric=%s must be one of %s for finetune.task=%s",
                metric,
                String.join(", ", metrics()),
                task);
        problems.require(epochs >= 0, "finetune.epochs=%s must not be negative", epochs);
        problems.require(patience >= 0, "finetune.patience=%d must not be negative", patience);
        problems.require(
                !generative() || model.causal(),
                "finetune.task=%s needs a model that predicts the next token: model.architecture=%s does not",
                task,
                model.architecture());
    }
}
