package org.weft.hub;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.weft.core.WeftException;
import org.weft.core.config.FinetuneConfig.Pooling;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.Family;
import org.weft.core.model.TaskHead;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.TokenizerFile;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;

/**
 * The model of a Hugging Face directory, whose files are open only while they are read.
 *
 * @param found the tokenizer that lies with it, or null
 */
record ForeignModel(
        Store store, String directory, WeftConfig config, int vocabSize, TokenizerFile found, List<String> notices)
        implements StoredModel {

    static ForeignModel at(Store store, String directory) throws IOException {
        try (HuggingFaceModel model = HuggingFaceModel.open(store, directory)) {
            return new ForeignModel(
                    store,
                    directory,
                    model.configIn(directory),
                    model.vocabSize(),
                    model.tokenizer().orElse(null),
                    model.notices());
        }
    }

    @Override
    public String name() {
        return directory.replaceFirst("/+$", "").replaceFirst(".*/", "");
    }

    @Override
    public String paramsSha256() {
        return "";
    }

    @Override
    public TokenizerFile tokenizer() {
        if (found == null) {
            throw WeftException.invalidData(
                    directory + " has no " + CorpusManifest.TOKENIZER_FILE + ": text needs a tokenizer",
                    "put the one there that was saved with the model");
        }
        return found;
    }

    @Override
    public boolean keepsWholeNumbers() throws IOException {
        try (HuggingFaceModel model = HuggingFaceModel.open(store, directory)) {
            return model.keepsWholeNumbers();
        }
    }

    @Override
    public Optional<Checkpoint> checkpoint() {
        return Optional.empty();
    }

    @Override
    public Checkpoint asCheckpoint(String runDir, Consumer<String> notices) throws IOException {
        store.delete(runDir); // What an earlier start left, whole or not.
        try (HuggingFaceModel model = HuggingFaceModel.open(store, directory)) {
            Checkpoint written = model.writeTo(runDir);
            model.notices().forEach(notices);
            return written;
        }
    }

    @Override
    public SentenceModules sentences() throws IOException {
        return SentenceModules.at(store, directory);
    }

    @Override
    public Pooling sequencePooling() throws IOException {
        String base = ModelPath.of(store, directory).base();
        return TaskClass.poolingOf(Family.of(config.model()).hub(), HuggingFaceModel.readConfig(store, base));
    }

    @Override
    public List<String> fresh() throws IOException {
        try (HuggingFaceModel model = HuggingFaceModel.open(store, directory)) {
            return model.fresh();
        }
    }

    @Override
    public ModelReplica vectors(ReplicaOptions options, TaskHead.Pooling pooling) throws IOException {
        try (HuggingFaceModel model = HuggingFaceModel.open(store, directory)) {
            return model.body(options, pooling);
        }
    }

    @Override
    public ModelReplica replica(ReplicaOptions options) throws IOException {
        try (HuggingFaceModel model = HuggingFaceModel.open(store, directory)) {
            return model.replica(options);
        }
    }
}
