package org.weft.trainer.huggingface;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.corpus.CorpusManifest;
import org.weft.core.storage.CheckpointReader;
import org.weft.core.storage.Store;
import org.weft.trainer.checkpoint.Checkpoint;
import org.weft.trainer.checkpoint.CheckpointResolver;
import org.weft.trainer.checkpoint.InitialCheckpoint;
import org.weft.trainer.checkpoint.ReplicaLoader;

/**
 * The parameters that a run starts from where they are not its own: those of a Hugging Face directory, or of another
 * run's checkpoint. They become a checkpoint of step 0 with zero moments, in {@code run.dir/imported} where they are not
 * one already. For one thread, which has the run's lease.
 */
public final class StartingParameters {
    private static final String IMPORTED = "/imported";

    /** Keys that may differ from the model's: they change no parameter, and users change them on purpose. */
    private static final Set<String> FREE = Set.of(
            "context",
            "dropout",
            "rope_theta",
            "rope_scaling",
            "rope_factor",
            "rope_original_context",
            "rope_low_freq_factor",
            "rope_high_freq_factor");

    private static final Set<String> EVERY_FAMILY =
            Set.of("architecture", "layers", "width", "heads", "mlp_width", "context", "dropout", "norm_epsilon");

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
        return HuggingFaceModel.isAt(store, from) ? ofHuggingFace(from) : ofWeft(from);
    }

    private Checkpoint ofHuggingFace(String from) throws IOException {
        String imported = config.run().dir() + IMPORTED;
        try (HuggingFaceModel model = HuggingFaceModel.open(store, from)) {
            WeftConfig foreign = model.configIn(imported);
            requireVocabulary(from, model.vocabSize());
            requireModel(from, foreign);
            store.delete(imported); // What an earlier start of this run left, whole or not.
            Checkpoint start = model.writeTo(imported);
            model.notices().forEach(notices);
            sayTokenizer(from, start.manifest().tokenizerSha256());
            return start;
        }
    }

    private Checkpoint ofWeft(String from) throws IOException {
        Checkpoint source = new CheckpointResolver(store, notices).at(from);
        requireVocabulary(source.directory(), source.manifest().vocabSize());
        requireModel(source.directory(), ReplicaLoader.configOf(source));
        sayTokenizer(source.directory(), source.manifest().tokenizerSha256());
        if (source.manifest().step() == 0) {
            return source; // Its moments are zero already.
        }
        String imported = config.run().dir() + IMPORTED;
        store.delete(imported);
        CheckpointReader reader = new CheckpointReader(store, source.directory(), source.manifest());
        return InitialCheckpoint.write(
                store,
                imported + "/checkpoints",
                new InitialCheckpoint.Facts(config, corpus.vocabSize(), corpus.tokenizerSha256()),
                (offset, length, sink) -> reader.read(CheckpointReader.PARAM, offset, length, sink));
    }

    private void requireVocabulary(String from, int vocabSize) {
        if (vocabSize != corpus.vocabSize()) {
            throw WeftException.invalidData(
                    from + " has a vocabulary of " + vocabSize + ", the corpus in "
                            + config.run().corpusDir() + " one of " + corpus.vocabSize(),
                    "prepare the corpus with the model's tokenizer: tokenizer.kind=file, and its tokenizer.json as"
                            + " tokenizer.file");
        }
    }

    /** The layout says which parameters there are; how many heads they are cut into, for one, it does not. */
    private void requireModel(String from, WeftConfig foreign) {
        JsonNode theirs = effective(foreign);
        List<String> wrong = new ArrayList<>();
        List<String> changed = new ArrayList<>();
        for (Map.Entry<String, JsonNode> ours : effective(config).properties()) {
            JsonNode other = theirs.path(ours.getKey());
            if (other.equals(ours.getValue())) {
                continue;
            }
            boolean positions = ours.getKey().equals("context")
                    && !foreign.model().architecture().equals(ModelConfig.LLAMA);
            String difference =
                    "model." + ours.getKey() + "=" + ours.getValue().asText() + " instead of " + other.asText();
            (FREE.contains(ours.getKey()) && !positions ? changed : wrong).add(difference);
        }
        if (!wrong.isEmpty()) {
            throw WeftException.invalidData(
                    from + " is of another model than is configured: " + String.join(", ", wrong),
                    "take its model section: model: " + section(foreign));
        }
        if (!changed.isEmpty()) {
            notices.accept("other than the model was trained with: " + String.join(", ", changed));
        }
    }

    private void sayTokenizer(String from, String sha256) {
        if (!sha256.equals(corpus.tokenizerSha256())) {
            notices.accept("the corpus's tokenizer.json is not the one of " + from
                    + ": if its ids mean other texts, the model starts from nonsense");
        }
    }

    /** The model section as a user may write it, on one line; what a family has no use for is left out. */
    public static String section(WeftConfig config) {
        JsonNode defaults = ConfigLoader.toTree(WeftConfig.defaults()).path("model");
        ObjectNode section = effective(config);
        for (Map.Entry<String, JsonNode> key : effective(config).properties()) {
            if (!EVERY_FAMILY.contains(key.getKey()) && key.getValue().equals(defaults.path(key.getKey()))) {
                section.remove(key.getKey());
            }
        }
        return section.toString().replace("\"", "").replace(":", ": ").replace(",", ", ");
    }

    /** With the values that zeros stand for. */
    private static ObjectNode effective(WeftConfig config) {
        ModelConfig model = config.model();
        ObjectNode tree = ConfigLoader.toTree(config).path("model").deepCopy();
        if (model.architecture().equals(ModelConfig.LLAMA)) {
            tree.put("kv_heads", model.keyValueHeads());
        }
        return tree.put("mlp_width", model.hiddenWidth()).put("norm_epsilon", model.epsilon());
    }
}
