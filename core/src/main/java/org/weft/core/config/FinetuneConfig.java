package org.weft.core.config;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.weft.core.Records;
import org.weft.core.WeftException;

/** What a pre-trained model is fine-tuned to do, and which of its parameters learn it. */
public record FinetuneConfig(
        @Doc(
                "classification (one label of some), multilabel, regression, tokens (a tag for each word), qa (the answer's span in "
                        + "a passage), instruction (answers of an assistant), preference (which of two answers is the better one: DPO), "
                        + "embedding (a vector for a text: what belongs together is near), text (more pre-training, on a text column); empty where nothing is fine-tuned.")
        TaskName task,

        @Doc("Where the parameters come from: a Hugging Face directory, a checkpoint, or a run's newest.")
        String from,

        @Doc("The labels, in the order of the outputs; empty for those of the training examples, sorted.")
        List<String> labels,

        @Doc("full: all parameters learn; lora: low-rank adapters and the task's head alone, and only they travel.")
        Method method,

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
        ClassWeights classWeights,

        @Doc(
                "classification, tokens: share of the target that is spread over all classes. preference, with loss sigmoid: share "
                        + "of the pairs that are taken to be the wrong way round.")
        double labelSmoothing,

        @Doc(
                "preference: sigmoid (DPO), hinge (SLiC), or ipo (of log-probabilities a token), as TRL's loss_type has them.")
        PreferenceLossName preferenceLoss,

        @Doc("preference: how much what differs from the model at the start counts, TRL's beta.")
        double preferenceBeta,

        @Doc("embedding: what the cosine of two vectors is multiplied by before softmax, the inverse of a temperature.")
        double similarityScale,

        @Doc("embedding: whether each positive looks for its anchor, too, at half the loss each.")
        boolean symmetric,

        @Doc("embedding: whether vectors are scaled to length 1 when they come out.")
        boolean normalize,

        @Doc(
                "What stands for a whole sequence: first (bert, through its pooler; embedding: as it is), last (gpt2, llama), mean, or "
                        + "auto: what the base says (embedding, modernbert), else the family's, of embedding mean, or last where no token looks ahead.")
        Pooling pooling,

        @Doc("Probability that dropout clears an input of the task's head while training.")
        double headDropout,

        @Doc("Times that the training examples are seen; 0 for training.steps.")
        double epochs,

        @Doc(
                "instruction, preference: chatml, llama3, plain, or model: the model's own, of its chat_template.jinja or tokenizer_config.json, run. "
                        + "auto: the one of these formats that the model's own is, else the model's own; plain where it has none.")
        ChatTemplateName chatTemplate,

        @Doc("chat_template=model: the template's text, in Jinja; empty for the model's own, which a run keeps here.")
        String jinja,

        @Doc("chat_template=model: the day that it is for a template that writes one (strftime_now), such as "
                + "2024-07-26; empty for none: texts must not depend on when a run is started.")
        String chatDate,

        @Doc(
                "What the best checkpoint is the best in, on validation: loss, or of a task's predictions accuracy or f1_macro "
                        + "(classification; tokens, tag by tag), accuracy or rewards_margin (preference), accuracy (embedding: anchors whose positive is the nearest of its micro-batch), f1_micro or f1_macro (multilabel), exact_match (qa: both ends, each judged by itself; with doc_stride, the one span that is said of a row); of the texts that an "
                        + "instruction model generates exact_match, bleu, bleu_zh, chrf, chrf_plus_plus, rouge1, rouge2, rougeL, rougeLsum.")
        String metric,

        @Doc("Evaluations without a better metric after which the run ends; 0 for never.")
        int patience,

        @Doc(
                "classification: what a row's loss counts by its dataset.group_column: none, or group (P(group) P(label) / "
                        + "P(group, label) over the training rows: each group then has each label as often as all have).")
        Reweighing reweighing,

        @Doc(
                "classification, multilabel: how often training sees a row by its dataset.group_column: as_is, or group_balanced (rows "
                        + "of smaller groups are repeated until each group has as many as the largest).")
        RowSampling sampling)
        implements Serializable {
    /** What is learnt. A task is its head, as here, and what rows are to it: {@code tuning.task} has a class for each. */
    public enum TaskName implements Word {
        /** Nothing is fine-tuned. */
        NONE(HeadKind.LANGUAGE),
        CLASSIFICATION(HeadKind.CLASSES),
        MULTILABEL(HeadKind.BITS),
        REGRESSION(HeadKind.VALUES),
        TOKENS(HeadKind.TOKEN_CLASSES),
        QA(HeadKind.SPAN),
        INSTRUCTION(HeadKind.LANGUAGE),
        PREFERENCE(HeadKind.LANGUAGE),
        EMBEDDING(HeadKind.EMBEDDING),
        TEXT(HeadKind.LANGUAGE);

        private final HeadKind head;

        TaskName(HeadKind head) {
            this.head = head;
        }

        /** What the model's last hidden states are made to predict. */
        public HeadKind head() {
            return head;
        }

        /** All that an evaluation during training can find out, the loss first. */
        public List<Metric> metrics() {
            return switch (this) {
                case INSTRUCTION ->
                    Stream.concat(Stream.of(Metric.LOSS), Metric.OF_TEXTS.stream())
                            .toList();
                case PREFERENCE -> List.of(Metric.LOSS, Metric.ACCURACY, Metric.REWARDS_MARGIN);
                default -> head.metrics();
            };
        }

        /** Whether messages are learnt. */
        public boolean converses() {
            return this == INSTRUCTION || this == PREFERENCE;
        }

        /**
         * The task of a word.
         *
         * @throws WeftException where there is none
         */
        public static TaskName named(String word) {
            return Arrays.stream(values())
                    .filter(name -> name.word().equals(word))
                    .findFirst()
                    .orElseThrow(() -> WeftException.usage("there is no task " + word, "there are: " + words()));
        }

        private static String words() {
            return Arrays.stream(values())
                    .filter(name -> name != NONE)
                    .map(TaskName::word)
                    .collect(Collectors.joining(", "));
        }

        @Override
        public String word() {
            return this == NONE ? "" : Word.super.word();
        }
    }

    /** Which parameters learn. */
    public enum Method implements Word {
        FULL,
        LORA
    }

    /** What an example's loss counts by its class. */
    public enum ClassWeights implements Word {
        NONE,
        BALANCED
    }

    /** What two answers cost by how much likelier than at the start the better one has become. */
    public enum PreferenceLossName implements Word {
        SIGMOID,
        HINGE,
        IPO
    }

    /** What stands for a whole sequence. */
    public enum Pooling implements Word {
        AUTO,
        FIRST,
        LAST,
        MEAN
    }

    /** How messages are written. */
    public enum ChatTemplateName implements Word {
        AUTO,
        CHATML,
        LLAMA3,
        PLAIN,
        /** The model's own, run. */
        MODEL
    }

    static FinetuneConfig defaults() {
        return new FinetuneConfig(
                TaskName.NONE,
                "",
                List.of(),
                Method.FULL,
                8,
                16,
                List.of(),
                0,
                1,
                ClassWeights.NONE,
                0,
                PreferenceLossName.SIGMOID,
                0.1,
                20,
                false,
                true,
                Pooling.AUTO,
                0.1,
                3,
                ChatTemplateName.AUTO,
                "",
                "",
                Metric.LOSS.word(),
                0,
                Reweighing.NONE,
                RowSampling.AS_IS);
    }

    /** Whether this configuration fine-tunes anything. */
    public boolean active() {
        return task != TaskName.NONE;
    }

    public boolean lora() {
        return method == Method.LORA;
    }

    /** Whether an example's group decides what it counts. */
    public boolean reweighs() {
        return reweighing == Reweighing.GROUP;
    }

    /** Whether an example's group decides how often it is seen. */
    public boolean balancesGroups() {
        return sampling == RowSampling.GROUP_BALANCED;
    }

    /** Whether an evaluation during training generates texts: where the metric is one of theirs. */
    public boolean judgesTexts() {
        return task == TaskName.INSTRUCTION && !metric.equals(Metric.LOSS.word());
    }

    /** Whether the model predicts tokens, fine-tuned or not. */
    public boolean generative() {
        return task.head() == HeadKind.LANGUAGE;
    }

    /** The same with the labels that were found. */
    public FinetuneConfig withLabels(List<String> found) {
        return Records.with(this, "labels", found);
    }

    /** The same with what stands for a whole sequence. */
    public FinetuneConfig withPooling(Pooling settled) {
        return Records.with(this, "pooling", settled);
    }

    /** The same with another chat template. */
    public FinetuneConfig withChatTemplate(ChatTemplateName name) {
        return Records.with(this, "chatTemplate", name);
    }

    /** The same with the model's own chat template. */
    public FinetuneConfig withJinja(String template) {
        return Records.with(withChatTemplate(ChatTemplateName.MODEL), "jinja", template);
    }

    void validate(Problems problems, ModelConfig model) {
        if (active()) {
            new FinetuneChecks(this, model, problems).run();
        }
    }
}
