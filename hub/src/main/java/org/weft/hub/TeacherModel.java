package org.weft.hub;

import java.io.IOException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest.Source;
import org.weft.core.config.DistillationConfig;
import org.weft.core.config.DistillationConfig.Hidden;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.HeadKind;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.Adaptation;
import org.weft.core.model.ModelShape;
import org.weft.core.model.TaskHead;
import org.weft.core.storage.Store;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.tokenizer.TokenizerFacts;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;

/**
 * The model that a run learns from beside its data: found and judged by the driver before anything starts, read whole by every
 * worker. Travels.
 *
 * @param sha256 of all that decides what it says
 */
public record TeacherModel(StoredModel model, ModelShape shape, String sha256) implements Serializable {
    private static final String KEY = "distillation.teacher=";

    /**
     * The teacher of a configuration; empty where it has none. Its files are read once, for their digest.
     *
     * @throws WeftException where there is no model, or none that predicts what the run is to
     */
    public static Optional<TeacherModel> of(Store store, WeftConfig config, Consumer<String> notices)
            throws IOException {
        DistillationConfig how = config.distillation();
        if (!how.asks()) {
            return Optional.empty();
        }
        StoredModel model = new ModelLocator(store, notices).at(how.teacher());
        model.notices().forEach(notice -> notices.accept("teacher: " + notice));
        requireHead(model, config.finetune());
        notices.accept("learning from " + model.directory() + " beside the data: " + how.weight()
                + " of the loss, at a temperature of " + how.temperature());
        return Optional.of(new TeacherModel(model, shape(model, config.finetune()), ModelDigest.of(store, model)));
    }

    /** What has to be known of it before there is an application: its digest is not made. Empty where there is none. */
    public static Optional<ModelShape> shapeOf(Store store, WeftConfig config) throws IOException {
        if (!config.distillation().asks()) {
            return Optional.empty();
        }
        StoredModel model =
                new ModelLocator(store, unsaid -> {}).at(config.distillation().teacher());
        return Optional.of(shape(model, config.finetune()));
    }

    private static ModelShape shape(StoredModel model, FinetuneConfig student) throws IOException {
        WeftConfig own = model.config();
        return new ModelShape(
                own.model(),
                model.vocabSize(),
                givesBareVectors(model, student)
                        ? Adaptation.whole(TaskHead.vectors(pooling(model)))
                        : Adaptation.of(own, List.of()));
    }

    /** Whether its vectors are wanted, and it is no run of Weft's that was tuned to give them. */
    private static boolean givesBareVectors(StoredModel model, FinetuneConfig student) {
        return student.task().head() == HeadKind.EMBEDDING
                && model.config().finetune().task().head() != HeadKind.EMBEDDING;
    }

    /** As sentence-transformers' files beside it say; else the mean, or last where no token looks ahead. */
    private static TaskHead.Pooling pooling(StoredModel model) throws IOException {
        return switch (model.sentences().pooling()) {
            case FIRST -> TaskHead.Pooling.FIRST;
            case LAST -> TaskHead.Pooling.LAST;
            case MEAN -> TaskHead.Pooling.MEAN;
            case AUTO -> model.config().model().causal() ? TaskHead.Pooling.LAST : TaskHead.Pooling.MEAN;
        };
    }

    private static void requireHead(StoredModel model, FinetuneConfig student) throws IOException {
        FinetuneConfig own = model.config().finetune();
        if (student.task().head() == HeadKind.EMBEDDING) {
            requireVectors(model, own);
            return;
        }
        boolean same = student.generative() ? own.generative() : own.task() == student.task();
        if (!same) {
            throw WeftException.usage(
                    KEY + model.directory() + " is a model of "
                            + (own.generative()
                                    ? "tokens"
                                    : "finetune.task=" + own.task().word())
                            + ", and what learns one of "
                            + (student.generative()
                                    ? "tokens"
                                    : "finetune.task=" + student.task().word()),
                    "take a teacher of the same task, such as a run of weft finetune on the same rows");
        }
        List<String> fresh = model.fresh();
        if (!fresh.isEmpty()) {
            throw WeftException.invalidData(
                    KEY + model.directory()
                            + " has a body without its head, whose answers would be chance: not in the files: "
                            + String.join(", ", fresh),
                    "train its head first: weft finetune --from " + model.directory());
        }
        if (!student.generative()
                && !own.labels().equals(student.labels())
                && !student.labels().isEmpty()) {
            requireLabels(model, own, student);
        }
    }

    /** Every Hugging Face directory has vectors; of Weft's own models those that were tuned to. */
    private static void requireVectors(StoredModel model, FinetuneConfig own) {
        if (model.checkpoint().isPresent() && own.task().head() != HeadKind.EMBEDDING) {
            throw WeftException.usage(
                    KEY + model.directory() + " was not tuned to give vectors",
                    "take a run of weft finetune with finetune.task=embedding, or the Hugging Face directory that weft"
                            + " export makes of it");
        }
    }

    private static void requireLabels(StoredModel model, FinetuneConfig own, FinetuneConfig student) {
        throw WeftException.usage(
                KEY + model.directory() + " has the " + own.labels().size() + " labels " + own.labels()
                        + ", and what learns the " + student.labels().size() + " labels " + student.labels(),
                "take a teacher of the same labels, and set finetune.labels to its own where they are in another order");
    }

    /**
     * Fails where it cannot teach a model.
     *
     * @param student what is to learn, with its labels
     * @param tokenizer that the student's tokens are of
     * @param longest tokens of the longest sequence
     * @throws WeftException by name, with what both have
     */
    public void require(WeftConfig student, ModelShape what, TokenizerFile tokenizer, int longest) throws IOException {
        requireHead(model, student.finetune());
        ModelConfig own = shape.config();
        ModelConfig learner = student.model();
        if (student.finetune().generative()) {
            if (own.causal() != learner.causal() || own.encodesSource() != learner.encodesSource()) {
                throw WeftException.usage(
                        KEY + model.directory() + " is of model.architecture=" + own.architecture()
                                + ", which does not predict the tokens that " + learner.architecture() + " does",
                        "take a teacher that reads the same way");
            }
            requireVocabulary(what.vocabSize());
        }
        requireTokens(tokenizer);
        if (own.context() < longest) {
            throw WeftException.usage(
                    KEY + model.directory() + " reads " + own.context() + " tokens at most, and sequences have up to "
                            + longest,
                    student.finetune().active()
                            ? "set dataset.max_length=" + own.context()
                            : "set model.context=" + own.context() + ", or take a teacher of a longer one");
        }
        if (student.distillation().hidden() != Hidden.NONE && own.width() != learner.width()) {
            throw WeftException.usage(
                    "distillation.hidden=" + student.distillation().hidden().word()
                            + " compares hidden states of one width: the teacher's is " + own.width()
                            + ", model.width=" + learner.width(),
                    "set distillation.hidden=none, or take a model of the teacher's width");
        }
        requireTurned(student, longest);
        requireSegments(student);
    }

    private void requireVocabulary(int vocabulary) {
        if (shape.vocabSize() != vocabulary) {
            throw WeftException.usage(
                    KEY + model.directory() + " has a vocabulary of " + shape.vocabSize() + ", and what learns one of "
                            + vocabulary,
                    "take a teacher of the same vocabulary, or prepare the corpus with the teacher's tokenizer:"
                            + " tokenizer.kind=file, and its tokenizer.json as tokenizer.file");
        }
    }

    /** Other bytes may be the same tokens. */
    private void requireTokens(TokenizerFile tokenizer) throws IOException {
        TokenizerFile own = model.tokenizer();
        if (!Arrays.equals(own.json(), tokenizer.json())
                && !TokenizerFacts.ids(own).equals(TokenizerFacts.ids(tokenizer))) {
            throw WeftException.usage(
                    KEY + model.directory() + " has another tokenizer: the ids of " + own.path() + " are not those of "
                            + tokenizer.path(),
                    "take a teacher of the same tokenizer, or start from a model of the teacher's");
        }
    }

    /** What follows the length of a sequence knows of no documents in it. */
    private void requireTurned(WeftConfig student, int longest) {
        ModelConfig own = shape.config();
        if (student.training().documentAttention()
                && own.ropeScaling().followsLength()
                && longest > own.ropeOriginalContext()) {
            throw WeftException.usage(
                    KEY + model.directory() + " is turned by the length of whole sequences (rope_scaling="
                            + own.ropeScaling().word() + "), and training.document_attention keeps documents apart",
                    "set training.document_attention=false, or model.context=" + own.ropeOriginalContext());
        }
    }

    private void requireSegments(WeftConfig student) {
        boolean pairs = student.finetune().task() == FinetuneConfig.TaskName.QA
                || !student.dataset().pairColumn().isEmpty();
        if (student.finetune().active()
                && pairs
                && shape.config().tellsSegments()
                && !student.model().tellsSegments()) {
            throw WeftException.usage(
                    KEY + model.directory()
                            + " tells the two texts of a row apart by segments, which model.architecture="
                            + student.model().architecture() + " has none of",
                    "take a teacher without segments, such as distilbert or roberta, or a model with them");
        }
    }

    /** What a checkpoint says that it was taught by. */
    public Source source() {
        return new Source(Source.TEACHER, model.directory(), sha256);
    }

    /**
     * Has a replica learn from it.
     *
     * @param student whose thread calls; closes what is opened here
     * @param device that the student is on
     */
    public void teach(ModelReplica student, WeftConfig config, String device) throws IOException {
        student.learnFrom(open(config, device), config.distillation());
    }

    /** The teacher, which never learns; the caller, whose thread owns it, closes it. */
    public ModelReplica open(WeftConfig config, String device) throws IOException {
        ReplicaOptions options = ReplicaOptions.teaching(device, config.cluster(), config.training());
        return givesBareVectors(model, config.finetune())
                ? model.vectors(options, shape.adaptation().head().pooling())
                : model.replica(options);
    }

    /** Floating-point operations of one token, forward alone. */
    public double flopsPerToken() {
        return shape.forwardFlopsPerToken();
    }
}
