package org.weft.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.weft.core.Json;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.HubTable;
import org.weft.core.model.ModelShape;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.corpus.tokenizer.TokenizerFacts;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.InitialCheckpoint;
import org.weft.driver.checkpoint.ModelTokenizer;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.driver.checkpoint.RunIdentity;
import org.weft.driver.checkpoint.Vocabulary;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;

/**
 * A Hugging Face directory that was read and found to be a model of Weft's, all but the numbers themselves: those are
 * checked while {@link #writeTo} streams them. For one thread; holds files open until closed.
 */
public final class HuggingFaceModel implements AutoCloseable {
    /** Taken over as they are, for a later export. */
    public static final List<String> COMPANIONS = List.of(TokenizerFiles.CONFIG, TokenizerFiles.GENERATION);

    private final Store store;
    private final String directory;
    private final TensorFiles files;
    private final HuggingFaceConfig config;
    private final HubTable family;
    private final byte[] tokenizer;
    private final List<String> notices = new ArrayList<>();

    private HuggingFaceModel(Store store, String directory, HubTable family, TensorFiles files) throws IOException {
        this.store = store;
        this.directory = directory;
        this.family = family;
        this.files = files;
        Set<String> names = new LinkedHashSet<>();
        files.tensors().keySet().forEach(name -> names.add(family.toLayout(name)));
        this.config = HuggingFaceConfig.read(family, readConfig(store, directory), names, configPath());
        notices.addAll(config.notices());
        this.tokenizer = readTokenizer();
    }

    /**
     * Reads config.json, the tensors' headers and the tokenizer.
     *
     * @throws WeftException with everything that Weft cannot read
     */
    public static HuggingFaceModel open(Store store, String directory) throws IOException {
        HubTable family = HubTable.of(readConfig(store, directory), directory + "/" + HuggingFaceConfig.FILE);
        TensorFiles files = TensorFiles.open(store, directory);
        try {
            return new HuggingFaceModel(store, directory, family, files);
        } catch (IOException | RuntimeException e) {
            files.close();
            throw e;
        }
    }

    /** Whether a path is a Hugging Face directory rather than one of Weft's. */
    public static boolean isAt(Store store, String path) throws IOException {
        return store.exists(path + "/" + HuggingFaceConfig.FILE)
                && !store.exists(path + "/" + CorpusManifest.FILE)
                && !store.exists(RunDirectory.of(path).checkpoints());
    }

    static JsonNode readConfig(Store store, String directory) throws IOException {
        String path = directory + "/" + HuggingFaceConfig.FILE;
        try {
            return Json.MAPPER.readTree(store.readAll(path));
        } catch (FileNotFoundException e) {
            throw WeftException.invalidData(
                    directory + " is no Hugging Face directory: it has no " + HuggingFaceConfig.FILE,
                    "give the directory with config.json and model.safetensors");
        } catch (JsonProcessingException e) {
            throw WeftException.invalidData(
                    path + " is not JSON: " + e.getOriginalMessage(), "take another copy of the directory");
        }
    }

    /** The configuration of a run in {@code runDir} that holds this model. */
    public WeftConfig configIn(String runDir) {
        String copied = tokenizer == null ? "" : RunDirectory.of(runDir).tokenizer();
        return config.toWeft(runDir, copied, configPath());
    }

    /** V. */
    public int vocabSize() {
        return config.vocabSize();
    }

    /** What a person should know of how the directory was read. */
    public List<String> notices() {
        return List.copyOf(notices);
    }

    private byte[] readTokenizer() throws IOException {
        String path = directory + "/" + CorpusManifest.TOKENIZER_FILE;
        if (!store.exists(path)) {
            notices.add("there is no " + path + ": text needs a tokenizer");
            return null;
        }
        byte[] json = store.readAll(path);
        int largest = TokenizerFacts.ids(json, path).values().stream()
                .mapToInt(Integer::intValue)
                .max()
                .orElseThrow();
        if (largest >= config.vocabSize()) {
            throw WeftException.invalidData(
                    "tokenizer and model disagree: " + path + " has ids up to " + largest + ", the model's vocab_size="
                            + config.vocabSize(),
                    "take the tokenizer.json that was saved with the model");
        }
        if (largest + 1 < config.vocabSize()) {
            notices.add("the vocabulary is padded: vocab_size=" + config.vocabSize() + ", the tokenizer uses "
                    + (largest + 1));
        }
        return json;
    }

    /**
     * Makes {@code runDir} a run directory with a checkpoint of step 0. The manifest is the commit; where anything is
     * wrong the directory goes again.
     *
     * @param runDir must be empty or not there
     */
    public Checkpoint writeTo(String runDir) throws IOException {
        WeftConfig weft = configIn(runDir);
        ParameterLayout layout = new ModelShape(weft.model(), vocabSize()).layout();
        TensorMatch match = TensorMatch.of(family, layout, files, directory);
        EmptyDirectory.require(store, runDir);
        say(match);
        String sha256 = tokenizer == null ? "" : Sha256.hex(tokenizer);
        try {
            copyCompanions(runDir);
            return InitialCheckpoint.write(
                    store,
                    weft.run().directory(),
                    new RunIdentity(weft, layout, new Vocabulary(vocabSize(), sha256)),
                    new ForeignParameters(layout, files, match, weft.run().seed()));
        } catch (IOException | RuntimeException e) {
            EmptyDirectory.restore(store, runDir, e);
            throw e;
        }
    }

    /** A replica with these parameters, without a checkpoint on the way; the caller, whose thread owns it, closes it. */
    public ModelReplica replica(ReplicaOptions options) throws IOException {
        ModelShape shape = new ModelShape(configIn(directory).model(), vocabSize());
        TensorMatch match = TensorMatch.of(family, shape.layout(), files, directory);
        say(match);
        return ReplicaLoader.open(
                shape,
                options,
                new ForeignParameters(
                        shape.layout(), files, match, configIn(directory).run().seed()));
    }

    /** The tokenizer that lies with the model; empty where none does. */
    public Optional<ModelTokenizer> tokenizer() {
        return Optional.ofNullable(tokenizer)
                .map(json -> new ModelTokenizer(json, directory + "/" + CorpusManifest.TOKENIZER_FILE));
    }

    private void say(TensorMatch match) {
        if (!match.fresh().isEmpty()) {
            notices.add("not in the files, initialised afresh: " + String.join(", ", match.fresh()));
        }
        if (!match.leftOut().isEmpty()) {
            notices.add("left out, for the model has no place for them: " + String.join(", ", match.leftOut()));
        }
    }

    private void copyCompanions(String runDir) throws IOException {
        if (tokenizer != null) {
            store.write(RunDirectory.of(runDir).tokenizer(), tokenizer);
        }
        for (String name : COMPANIONS) {
            if (store.exists(directory + "/" + name)) {
                store.write(runDir + "/" + name, store.readAll(directory + "/" + name));
            }
        }
    }

    private String configPath() {
        return directory + "/" + HuggingFaceConfig.FILE;
    }

    @Override
    public void close() throws IOException {
        files.close();
    }
}
