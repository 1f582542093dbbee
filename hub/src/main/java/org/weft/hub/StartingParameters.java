package org.weft.hub;

import java.io.IOException;
import java.util.function.Consumer;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.InitialCheckpoint;
import org.weft.driver.checkpoint.ModelSection;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.driver.checkpoint.RunIdentity;
import org.weft.driver.checkpoint.Vocabulary;

/**
 * The parameters that a run starts from where they are not its own: those of a Hugging Face directory, or of another
 * run's checkpoint. They become a checkpoint of step 0 with zero moments, in {@code run.dir/imported} where they are not
 * one already. For one thread, which has the run's lease.
 */
public final class StartingParameters {
    private final Store store;
    private final WeftConfig config;
    private final CorpusManifest corpus;
    private final Consumer<String> notices;

    /**
     * @param config of the run that is to start
     * @param notices told what a person should know
     */
    public StartingParameters(Store store, WeftConfig config, CorpusManifest corpus, Consumer<String> notices) {
        this.store = store;
        this.config = config;
        this.corpus = corpus;
        this.notices = notices;
    }

    /**
     * A checkpoint of step 0 that the run's servers can load.
     *
     * @param from a Hugging Face directory, a checkpoint, or a run directory for its newest
     * @throws WeftException where the model is not the one configured, or speaks another vocabulary
     */
    public Checkpoint of(String from) throws IOException {
        StoredModel model = new ModelLocator(store, notices).at(from);
        if (!model.config().finetune().generative()) {
            throw WeftException.usage(
                    model.directory() + " does not predict tokens any more: finetune.task="
                            + model.config().finetune().task().word(),
                    "start from the model that it was fine-tuned from, or tune it further: weft finetune --from "
                            + model.directory());
        }
        requireVocabulary(model);
        ModelSection.require(model.directory(), model.config().model(), config.model(), notices);
        RunDirectory imported = config.run().directory().imported();
        Checkpoint source = model.asCheckpoint(imported.path(), notices);
        sayTokenizer(model.directory(), source.manifest().tokenizerSha256());
        if (source.manifest().step() == 0) {
            return source; // Its moments are zero already.
        }
        store.delete(imported.path());
        CheckpointReader reader = new CheckpointReader(store, source.directory(), source.manifest());
        return InitialCheckpoint.write(
                store,
                imported,
                new RunIdentity(config, ReplicaLoader.shapeOf(source).layout(), vocabulary(model)),
                (offset, length, sink) -> reader.read(CheckpointReader.PARAM, offset, length, sink));
    }

    /**
     * The vocabulary of a run that starts from a model: the corpus's, with as many rows as the model has where those pad the
     * same tokenizer's.
     *
     * @param from as in {@link #of}
     */
    public Vocabulary vocabulary(String from) throws IOException {
        return vocabulary(new ModelLocator(store, seen -> {}).at(from));
    }

    /** The same of a model that was found already. */
    public Vocabulary vocabulary(StoredModel model) throws IOException {
        boolean padded =
                model.vocabSize() > corpus.vocabSize() && tokenizerSha256(model).equals(corpus.tokenizerSha256());
        return new Vocabulary(padded ? model.vocabSize() : corpus.vocabSize(), corpus.tokenizerSha256());
    }

    private static String tokenizerSha256(StoredModel model) throws IOException {
        if (model.checkpoint().isPresent()) {
            return model.checkpoint().get().manifest().tokenizerSha256();
        }
        return Sha256.hex(model.tokenizer().json());
    }

    private void requireVocabulary(StoredModel model) throws IOException {
        if (model.vocabSize() < corpus.vocabSize()
                || model.vocabSize() != vocabulary(model).size()) {
            throw WeftException.invalidData(
                    model.directory() + " has a vocabulary of " + model.vocabSize() + ", the corpus in "
                            + config.run().directory().corpus() + " one of " + corpus.vocabSize(),
                    "prepare the corpus with the model's tokenizer: tokenizer.kind=file, and its tokenizer.json as"
                            + " tokenizer.file");
        }
    }

    private void sayTokenizer(String from, String sha256) {
        if (!sha256.equals(corpus.tokenizerSha256())) {
            notices.accept("the corpus's tokenizer.json is not the one of " + from
                    + ": if its ids mean other texts, the model starts from nonsense");
        }
    }
}
