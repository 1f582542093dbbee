package org.weft.tuning.finetune;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.weft.core.WeftException;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.FinetuneConfig.Pooling;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.HeadKind;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.Family;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.core.tokens.TokenizerFile;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.hub.ModelLocator;
import org.weft.hub.SentenceModules;
import org.weft.hub.StoredModel;

/**
 * The model that is fine-tuned: of a Hugging Face directory, a checkpoint, or a run's newest. For one thread.
 *
 * @param from as the user named it
 * @param checkpoint null while it is a Hugging Face directory that was not imported
 * @param model its architecture
 * @param vocabSize V
 * @param tuned what it was fine-tuned to; its task is NONE where it predicts tokens
 */
public record BaseModel(
        String from,
        Checkpoint checkpoint,
        ModelConfig model,
        int vocabSize,
        FinetuneConfig tuned,
        TokenizerFile tokenizer) {
    /**
     * Finds and reads the model, all but its parameters.
     *
     * @throws WeftException where there is none, it has no tokenizer, or only adapters of it are there
     */
    public static BaseModel open(Store store, String from, Consumer<String> notices) throws IOException {
        StoredModel found = new ModelLocator(store, notices).at(from);
        FinetuneConfig before = found.config().finetune();
        if (before.active() && (before.lora() || before.frozenLayers() != 0)) {
            throw WeftException.usage(
                    found.directory() + " holds only the part of a model that was fine-tuned (finetune.method="
                            + before.method().word() + ", frozen_layers=" + before.frozenLayers() + ")",
                    "export it first: weft export merges the whole model into a Hugging Face directory");
        }
        return new BaseModel(
                from,
                found.checkpoint().orElse(null),
                found.config().model(),
                found.vocabSize(),
                before,
                found.tokenizer());
    }

    /**
     * The model as a checkpoint; a Hugging Face directory is imported.
     *
     * @param run where to import it to; what is there goes
     */
    Checkpoint imported(Store store, RunDirectory run, Consumer<String> notices) throws IOException {
        return checkpoint != null
                ? checkpoint
                : new ModelLocator(store, notices).at(from).asCheckpoint(run.path(), notices);
    }

    /**
     * The configuration with the chat template that lies beside the model's tokenizer, where it asks for that.
     *
     * @throws WeftException where conversations are learnt and the template cannot be run
     */
    public WeftConfig withChatTemplate(Store store, WeftConfig config, Consumer<String> notices) throws IOException {
        return new ChosenTemplate(store, this, notices).in(config);
    }

    /**
     * The configuration with the pooling that lies beside the model, or that it was tuned with, where it asks for that and
     * sequences are judged or become vectors.
     */
    WeftConfig withPooling(Store store, WeftConfig config, Consumer<String> notices) throws IOException {
        FinetuneConfig tuning = config.finetune();
        HeadKind head = tuning.task().head();
        if (head == HeadKind.EMBEDDING && checkpoint == null) {
            sentences(store, tuning.pooling(), notices)
                    .ifPresent(said -> notLearnt(said, config).forEach(what -> notices.accept(from + " " + what)));
        }
        if (!head.ofSequence() || tuning.pooling() != Pooling.AUTO) {
            return config;
        }
        Pooling said = head.layered() ? ofClass(store, notices) : ofVectors(store, notices);
        if (said == Pooling.AUTO) {
            return config;
        }
        notices.accept("texts are pooled as " + from + " says: finetune.pooling=" + said.word());
        return config.withFinetune(tuning.withPooling(said));
    }

    /** None where they say what Weft does not have, but the run has its own pooling: it needs only the Transformer. */
    private Optional<SentenceModules> sentences(Store store, Pooling own, Consumer<String> notices) throws IOException {
        StoredModel found = new ModelLocator(store, notices).at(from);
        try {
            return Optional.of(found.sentences());
        } catch (WeftException unknown) {
            if (own == Pooling.AUTO) {
                throw unknown;
            }
            notices.accept(unknown.getMessage() + ": it is not learnt, texts are pooled by finetune.pooling="
                    + own.word() + " alone");
            return Optional.empty();
        }
    }

    /** What sentence-transformers' files beside a base say and tuning does not do by itself, for people. */
    static List<String> notLearnt(SentenceModules said, WeftConfig config) {
        List<String> notices = new ArrayList<>();
        int length = config.dataset().maxLength();
        int context = config.model().context();
        if (said.maxLength() > 0 && length == 0 && said.maxLength() < context) {
            notices.add("cuts texts after " + said.maxLength() + " tokens, and here model.context=" + context
                    + " holds: set dataset.max_length=" + said.maxLength() + " to keep to it");
        }
        if (said.lowerCase()) {
            notices.add(
                    "reads texts in lower case, which is not done here but by a tokenizer that does it: give rows in"
                            + " lower case");
        }
        if (!said.defaultPrompt().isEmpty()) {
            notices.add("puts its prompt " + said.defaultPrompt()
                    + " before texts, which is not done here: give rows with it");
        }
        if (!said.normalize() && config.finetune().normalize()) {
            notices.add("leaves vectors as long as they are, and here finetune.normalize=true holds");
        }
        return notices;
    }

    private Pooling ofVectors(Store store, Consumer<String> notices) throws IOException {
        if (tuned.task() == TaskName.EMBEDDING) {
            return tuned.pooling();
        }
        StoredModel found =
                checkpoint == null ? new ModelLocator(store, notices).at(from) : StoredModel.of(store, checkpoint);
        return found.sentences().pooling();
    }

    /** The mean where config.json says so: the first token is what {@code auto} means. */
    private Pooling ofClass(Store store, Consumer<String> notices) throws IOException {
        boolean mean = checkpoint == null
                && Family.of(model).hub().poolingKey().isPresent()
                && new ModelLocator(store, notices).at(from).sequencePooling() == Pooling.MEAN;
        return mean ? Pooling.MEAN : Pooling.AUTO;
    }

    /**
     * @param frozen what is not to learn
     * @throws WeftException where some of that is not in the model's files: it would stay random numbers, which an adapter
     *     does not hold
     */
    void requireFrozen(Store store, ParameterLayout frozen, Consumer<String> notices) throws IOException {
        if (checkpoint != null || frozen.size() == 0) {
            return;
        }
        List<String> names = frozen.parameters().stream().map(Parameter::name).toList();
        List<String> random = new ModelLocator(store, notices)
                .at(from).fresh().stream().filter(names::contains).toList();
        if (!random.isEmpty()) {
            throw WeftException.invalidData(
                    from + " has no " + String.join(", ", random)
                            + ", which would not learn and stay the random numbers that they begin with",
                    "let them learn: finetune.method=full; or start from a model that has them");
        }
    }

    /**
     * Whether the model has a head that a run goes on with: that of a model of Hugging Face's, imported or not, for the same
     * task and the same labels. A fine-tuning of Weft's own always begins with a new head.
     *
     * @param next what the run is to learn, with its labels
     */
    boolean hasHeadOf(FinetuneConfig next) {
        boolean foreign = checkpoint == null || checkpoint.manifest().step() == 0;
        return foreign && tuned.task() == next.task() && tuned.labels().equals(next.labels());
    }

    /** Puts the tokenizer, and what stands beside it, into a run's directory: the fine-tuned model speaks it too. */
    void copyTokenizer(Store store, RunDirectory run) throws IOException {
        store.write(run.tokenizer(), tokenizer.json());
        TokenizerFile.copyCompanions(store, tokenizer.directory(), run.path());
    }
}
