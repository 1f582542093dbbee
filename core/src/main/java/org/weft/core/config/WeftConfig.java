package org.weft.core.config;

import java.io.Serializable;
import java.time.Duration;
import org.weft.core.Records;

/** The whole configuration of a run: one record a section, each with defaults, documentation and validation. */
public record WeftConfig(
        @Doc("What this run is called and where it lives.") RunConfig run,

        @Doc("Where it runs, and on how many workers and servers.")
        ClusterConfig cluster,

        @Doc("How the parameter server's shards are kept.") ServersConfig servers,

        @Doc("The text, and how it becomes token shards.") CorpusConfig corpus,
        @Doc("How text becomes tokens.") TokenizerConfig tokenizer,
        @Doc("The Transformer.") ModelConfig model,
        @Doc("The optimization.") TrainingConfig training,
        @Doc("Labelled examples to fine-tune on.") DatasetConfig dataset,

        @Doc("What a pre-trained model is fine-tuned to do.")
        FinetuneConfig finetune,

        @Doc("A teacher that a run learns from beside its data.")
        DistillationConfig distillation,

        @Doc("Training that shows little of any one example (DP-SGD).")
        PrivateTrainingConfig privacy,

        @Doc("How workers and servers keep step.") SyncConfig sync,
        @Doc("How often and how many checkpoints are kept.") CheckpointConfig checkpoint,

        @Doc("Where people look at a run. None of it changes a bit of the parameters.")
        MonitoringConfig monitoring)
        implements Serializable {
    /** [CLS], a token, [SEP]. */
    private static final int LEAST_MASKED_CONTEXT = 3;
    /** [CLS], a token, [SEP], a token, [SEP]. */
    private static final int LEAST_PAIR_CONTEXT = 5;
    /** Tokens that stand for spans, and one that fills up. */
    private static final int SENTINELS = 101;

    public static WeftConfig defaults() {
        return new WeftConfig(
                RunConfig.defaults(),
                ClusterConfig.defaults(),
                ServersConfig.defaults(),
                CorpusConfig.defaults(),
                TokenizerConfig.defaults(),
                ModelConfig.defaults(),
                TrainingConfig.defaults(),
                DatasetConfig.defaults(),
                FinetuneConfig.defaults(),
                DistillationConfig.defaults(),
                PrivateTrainingConfig.defaults(),
                SyncConfig.defaults(),
                CheckpointConfig.defaults(),
                MonitoringConfig.defaults());
    }

    /** The same with another fine-tuning. */
    public WeftConfig withFinetune(FinetuneConfig other) {
        return Records.with(this, "finetune", other);
    }

    /** How many sequences stand side by side in one example of the run. */
    public int sequencesOfExample() {
        return switch (finetune.task()) {
            case PREFERENCE -> 2;
            case EMBEDDING -> dataset.negativeColumn().isEmpty() ? 2 : 3;
            default -> 1;
        };
    }

    /** The same with other examples. */
    public WeftConfig withDataset(DatasetConfig other) {
        return Records.with(this, "dataset", other);
    }

    /** The same with another model. */
    public WeftConfig withModel(ModelConfig other) {
        return Records.with(this, "model", other);
    }

    /** The same where no gradient is made private. */
    public WeftConfig withoutPrivacy() {
        return Records.with(this, "privacy", PrivateTrainingConfig.defaults());
    }

    /** The same with another optimization. */
    public WeftConfig withTraining(TrainingConfig other) {
        return Records.with(this, "training", other);
    }

    /** Whether backward computes blocks again: where that is asked for, and where they are not held. */
    public boolean recomputes() {
        return training.recompute() || cluster.streamed();
    }

    /** How long an update may take: that of a step, for each that a round has. */
    public Duration updateTimeout() {
        return cluster.stepTimeout().multipliedBy(sync.stride());
    }

    /** Server tasks of a run: every copy of every shard. Task i holds a copy of shard i / replicas. */
    public int serverTasks() {
        return cluster.servers() * servers.replicas();
    }

    /** Tokens of each sequence that are predicted: all of them, or a masked language model's fraction. */
    public int targetsPerSequence() {
        if (model.encodesSource()) {
            return spanLengths().target();
        }
        return model.causal()
                ? model.context()
                : (int) Math.max(1, Math.round(training.maskFraction() * model.context()));
    }

    /** How much of a text is cut out, of a model that reads what is left and writes the rest. */
    public SpanLengths spanLengths() {
        return SpanLengths.of(model.context(), training.maskFraction(), training.meanSpanLength());
    }

    /** Tokens of text that become a sequence: the context, or what fills it once spans of it were cut out. */
    public int textTokens() {
        return model.encodesSource() ? spanLengths().tokens() : model.context();
    }

    /** Reports everything that is wrong, within a section and between sections. */
    public void validate(Problems problems) {
        run.validate(problems);
        cluster.validate(problems);
        servers.validate(problems);
        corpus.validate(problems);
        tokenizer.validate(problems);
        model.validate(problems);
        training.validate(problems);
        dataset.validate(problems);
        finetune.validate(problems, model);
        distillation.validate(problems, this);
        privacy.validate(problems, this);
        problems.require(
                dataset.privacy().kinds().isEmpty()
                        || (finetune.task() != FinetuneConfig.TaskName.TOKENS
                                && finetune.task() != FinetuneConfig.TaskName.QA),
                "dataset.privacy.kinds=%s would move the places in texts that labels of finetune.task=%s are",
                dataset.privacy().kinds(),
                finetune.task().word());
        validateGroups(problems);
        sync.validate(problems, training, checkpoint);
        problems.require(
                !cluster.streamed() || !sync.local(),
                "cluster.residency=streamed does not go with sync.mode=local: steps of a round need all parameters at once");
        validatePruning(problems);
        new MuonChecks(this, problems).run();
        checkpoint.validate(problems);
        monitoring.validate(problems);
        validateMasking(problems);
        validateSource(problems);
        validatePacking(problems);
        problems.require(
                tokenizer.vocabSize() < tokenizer.leastVocabulary(true) || tokenizer.vocabSize() >= leastVocabulary(),
                "tokenizer.vocab_size=%d must be at least %d for model.architecture=%s",
                tokenizer.vocabSize(),
                leastVocabulary(),
                model.architecture());
    }

    private void validateGroups(Problems problems) {
        String task = finetune.task().word();
        boolean single = finetune.task() == FinetuneConfig.TaskName.CLASSIFICATION;
        boolean labelled = single || finetune.task() == FinetuneConfig.TaskName.MULTILABEL;
        problems.require(
                !finetune.reweighs() || single,
                "finetune.reweighing=group is of finetune.task=classification, whose rows have one label: finetune.task=%s",
                task);
        problems.require(
                !finetune.balancesGroups() || labelled,
                "finetune.sampling=group_balanced is of finetune.task=classification and multilabel: finetune.task=%s",
                task);
        problems.require(
                !labelled
                        || !finetune.reweighs() && !finetune.balancesGroups()
                        || !dataset.groupColumn().isEmpty(),
                "%s needs dataset.group_column: name the column that says which group a row is of",
                finetune.reweighs() ? "finetune.reweighing=group" : "finetune.sampling=group_balanced");
    }

    private void validatePruning(Problems problems) {
        PruningConfig pruning = training.pruning();
        String method = pruning.method().word();
        problems.require(
                !pruning.active() || !sync.local(),
                "training.pruning.method=%s does not go with sync.mode=local: lanes' own steps would move what is zero",
                method);
        problems.require(
                !pruning.active() || !finetune.lora(),
                "training.pruning.method=%s does not go with finetune.method=lora: adapters are added to what is zero",
                method);
    }

    private int leastVocabulary() {
        int least = tokenizer.leastVocabulary(model.causal());
        return least > 0 && model.encodesSource() ? least + SENTINELS : least; // the padding token among them
    }

    private void validatePacking(Problems problems) {
        problems.require(
                model.causal() || !training.packing().whole(),
                "training.packing=%s is for models that predict the next token: model.architecture=%s reads the stream",
                training.packing().word(),
                model.architecture());
        problems.require(
                !model.encodesSource() || !training.packing().whole() && !training.documentAttention(),
                "training.%s is not of model.architecture=%s: it reads the stream, whose spans it learns",
                training.packing().whole() ? "packing=" + training.packing().word() : "document_attention",
                model.architecture());
        problems.require(
                !training.documentAttention()
                        || !model.ropeScaling().followsLength()
                        || model.context() <= model.ropeOriginalContext(),
                "training.document_attention and model.rope_scaling=%s: frequencies follow the length of a whole sequence, of"
                        + " which a document is a part",
                model.ropeScaling().word());
        problems.require(
                !model.nextSentence() || !training.documentAttention(),
                "training.document_attention and model.next_sentence: a pair's segments are to look at each other");
    }

    /** Of a model that reads a text and writes another. */
    private void validateSource(Problems problems) {
        if (!model.encodesSource()) {
            return;
        }
        problems.require(
                !finetune.active() || finetune.task() == FinetuneConfig.TaskName.INSTRUCTION,
                "finetune.task=%s is not of model.architecture=%s, which reads a text and writes another: that is instruction",
                finetune.task().word(),
                model.architecture());
        problems.require(
                finetune.chatTemplate() == FinetuneConfig.ChatTemplateName.AUTO,
                "finetune.chat_template=%s is not of model.architecture=%s, which reads the prompt as it is",
                finetune.chatTemplate().word(),
                model.architecture());
        validateSpans(problems);
    }

    private void validateSpans(Problems problems) {
        boolean sound = training.maskFraction() > 0 && training.maskFraction() < 1 && training.meanSpanLength() >= 1;
        if (finetune.active() || !sound || model.context() < 1) {
            return;
        }
        SpanLengths lengths = spanLengths();
        problems.require(
                lengths.source() <= model.context() && lengths.target() <= model.context(),
                "training.mask_fraction=%s of model.context=%d in spans of training.mean_span_length=%s are %d tokens to read"
                        + " and %d to write, which is more than the context",
                training.maskFraction(),
                model.context(),
                training.meanSpanLength(),
                lengths.source(),
                lengths.target());
    }

    /** A sequence has room for what is to be predicted of it beside its own [CLS] and [SEP], or two of these. */
    private void validateMasking(Problems problems) {
        if (model.causal() || finetune.active() || training.maskFraction() <= 0 || training.maskFraction() >= 1) {
            return;
        }
        int least = model.nextSentence() ? LEAST_PAIR_CONTEXT : LEAST_MASKED_CONTEXT;
        int specials = model.nextSentence() ? LEAST_PAIR_CONTEXT - 2 : LEAST_MASKED_CONTEXT - 1;
        problems.require(
                model.context() >= least,
                "model.context=%d must be at least %d for model.architecture=%s%s: %d tokens of a sequence are special",
                model.context(),
                least,
                model.architecture(),
                model.nextSentence() ? " with model.next_sentence" : "",
                specials);
        problems.require(
                model.context() < least || targetsPerSequence() <= model.context() - specials,
                "training.mask_fraction=%s of model.context=%d are %d tokens to predict, but only %d of a sequence are text",
                training.maskFraction(),
                model.context(),
                targetsPerSequence(),
                model.context() - specials);
    }
}
