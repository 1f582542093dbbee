package org.weft.trainer.pretrain;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest.Source;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.storage.Store;
import org.weft.core.taught.TeacherLogitsManifest;
import org.weft.core.taught.TeacherLogitsManifest.Made;
import org.weft.core.tokens.CorpusManifest;
import org.weft.driver.spark.SparkApplication;
import org.weft.hub.TeacherModel;

/** A corpus and what a teacher said of it: written once, and judged before a run learns from it. For one thread. */
public final class TaughtCorpus {
    private final SparkApplication application;
    private final WeftConfig config;
    private final Consumer<String> progress;

    /** @param config with {@code distillation.teacher} */
    public TaughtCorpus(SparkApplication application, WeftConfig config, Consumer<String> progress) {
        this.application = application;
        this.config = config;
        this.progress = progress;
    }

    /**
     * Asks the teacher about every training window.
     *
     * @param topK tokens that are kept at each place
     * @throws WeftException where it cannot read the corpus, or masked tokens are to be learnt
     */
    public TeacherLogitsManifest write(int topK, String output) throws IOException {
        Store store = application.store();
        String directory = config.run().directory().corpus();
        CorpusManifest corpus = CorpusManifest.load(store, directory);
        TeacherModel teacher = TeacherModel.of(store, config, progress).orElseThrow();
        ModelShape shape = teacher.shape();
        if (!shape.config().continuesText()) {
            throw WeftException.usage(
                    "distillation.logits are of models that predict the next token: model.architecture="
                            + shape.config().architecture() + " is asked about other tokens each time",
                    "train beside the teacher itself: weft pretrain --teacher "
                            + teacher.model().directory());
        }
        if (!config.model().continuesText()) {
            throw WeftException.usage(
                    "teacher-logits cuts the corpus as model.architecture reads it, and "
                            + config.model().architecture() + " is asked about other tokens each time",
                    "give the configuration of a model that predicts the next token");
        }
        if (topK > shape.vocabSize()) {
            throw WeftException.usage(
                    "--top-k " + topK + " is more than the teacher's vocabulary of " + shape.vocabSize(), "give fewer");
        }
        WeftConfig read = config.withModel(teacher.model().config().model());
        teacher.require(
                read,
                shape,
                corpus.openTokenizer(store, directory),
                config.model().context());
        Made made = made(config, corpus, shape.vocabSize(), teacher.model().directory(), teacher.sha256(), topK);
        return new TeacherLogitsJob(application.context(), store, config, progress).run(teacher, made, output);
    }

    private static Made made(
            WeftConfig config, CorpusManifest corpus, int vocabSize, String teacher, String teacherSha256, int topK) {
        return new Made(
                teacher,
                teacherSha256,
                corpus.fingerprint(),
                vocabSize,
                topK,
                config.model().context(),
                config.training().packing().word(),
                config.training().documentAttention(),
                config.training().microBatch(),
                config.training().precision().word());
    }

    /** Rows of the vocabulary that a run learns with which learns from logits: the teacher's, of which it may have padded some. */
    static int vocabSize(Store store, WeftConfig config) throws IOException {
        return TeacherLogitsManifest.load(store, config.distillation().logits())
                .made()
                .vocabSize();
    }

    /**
     * What a checkpoint says of the logits that it learnt from.
     *
     * @param vocabSize V of what learns
     * @throws WeftException where they are of other windows, by name
     */
    static Source source(Store store, WeftConfig config, CorpusManifest corpus, int vocabSize) throws IOException {
        String directory = config.distillation().logits();
        TeacherLogitsManifest manifest = TeacherLogitsManifest.load(store, directory);
        Made theirs = manifest.made();
        List<String> differences = manifest.differences(
                made(config, corpus, vocabSize, theirs.teacher(), theirs.teacherSha256(), theirs.topK()));
        if (!differences.isEmpty()) {
            throw WeftException.usage(
                    "distillation.logits=" + directory + " are of other windows: " + String.join("; ", differences),
                    "write them for this run: weft teacher-logits with the run's configuration, into another directory");
        }
        return new Source(Source.TEACHER, directory, manifest.sha256());
    }
}
