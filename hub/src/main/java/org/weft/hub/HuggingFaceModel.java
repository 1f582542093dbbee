package org.weft.hub;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.weft.core.Json;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.Adaptation;
import org.weft.core.model.HubTable;
import org.weft.core.model.ModelShape;
import org.weft.core.model.TaskHead;
import org.weft.core.params.ParameterLayout;
import org.weft.core.quantize.QuantizedParameters;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.TokenRoles;
import org.weft.core.tokens.TokenizerFile;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.InitialCheckpoint;
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
    private final Store store;
    private final String directory;
    private final TensorFiles files;
    private final HuggingFaceConfig config;
    private final TaskClass kind;
    private final PeftAdapter adapter; // null where there is none
    private final TokenizerFile tokenizer; // null where there is none
    private final HubQuantization quantization; // null where everything is a float
    private final PackedTensors packed; // the same
    private final List<String> notices = new ArrayList<>();

    private HuggingFaceModel(Store store, ModelPath path, TensorFiles files) throws IOException {
        this.store = store;
        this.directory = path.base();
        this.files = files;
        JsonNode base = readConfig(store, directory);
        HubTable family = HubTable.of(base, configPath());
        this.quantization = HubQuantization.read(base, new ArrayList<>()).orElse(null);
        this.packed = quantization == null
                ? null
                : files.fold(quantization, TaskClass.known(family).inputFirst());
        this.adapter = path.adapter().isEmpty() ? null : PeftAdapter.open(store, path.adapter(), files);
        JsonNode adapted = adapter == null ? base : adapter.adapted(base, family);
        this.kind = TaskClass.of(family, adapted);
        JsonNode said = RowReading.settled(store, path, adapted, kind.task(), notices);
        Set<String> names = new LinkedHashSet<>();
        files.tensors().keySet().forEach(name -> names.add(kind.toLayout(name)));
        this.config = HuggingFaceConfig.read(family, said, names, configPath());
        if (!files.wrapper().isEmpty()) {
            notices.add("the name of every tensor begins with " + files.wrapper()
                    + ", which a wrapper left there: read without it");
        }
        notices.addAll(config.notices());
        this.tokenizer = ForeignTokenizer.read(store, directory, config.vocabSize(), notices);
    }

    /**
     * Reads config.json, the tensors' headers and the tokenizer.
     *
     * @param directory may be one with an adapter over it: {@code BASE+ADAPTER}
     * @throws WeftException with everything that Weft cannot read
     */
    public static HuggingFaceModel open(Store store, String directory) throws IOException {
        ModelPath path = ModelPath.of(store, directory);
        HubTable.of(readConfig(store, path.base()), path.base() + "/" + HuggingFaceConfig.FILE);
        TensorFiles files = TensorFiles.open(store, path.base());
        try {
            return new HuggingFaceModel(store, path, files);
        } catch (IOException | RuntimeException e) {
            files.close();
            throw e;
        }
    }

    /** Whether a path is a Hugging Face directory, with an adapter or without, rather than one of Weft's. */
    public static boolean isAt(Store store, String named) throws IOException {
        if (ModelPath.isAdapter(store, named)) {
            return true;
        }
        String path = ModelPath.of(store, named).base();
        return store.exists(path + "/" + HuggingFaceConfig.FILE)
                && !store.exists(path + "/" + CorpusManifest.FILE)
                && !store.exists(RunDirectory.of(path).checkpoints());
    }

    static JsonNode readConfig(Store store, String directory) throws IOException {
        String path = directory + "/" + HuggingFaceConfig.FILE;
        JsonNode config;
        try {
            config = Json.parse(store.readAll(path), path, "take another copy of the directory");
        } catch (FileNotFoundException e) {
            throw WeftException.invalidData(
                    directory + " is no Hugging Face directory: it has no " + HuggingFaceConfig.FILE,
                    "give the directory with config.json and model.safetensors");
        }
        if (!config.isObject()) {
            throw WeftException.invalidData(path + " is no JSON object", "take another copy of the directory");
        }
        return config;
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

    /**
     * Makes {@code runDir} a run directory with a checkpoint of step 0. The manifest is the commit; where anything is
     * wrong the directory goes again.
     *
     * @param runDir must be empty or not there
     */
    public Checkpoint writeTo(String runDir) throws IOException {
        WeftConfig weft = configIn(runDir);
        ParameterLayout layout = shape(weft).layout();
        EmptyDirectory target = EmptyDirectory.require(store, runDir);
        TensorMatch match = match(kind, layout);
        String sha256 = tokenizer == null ? "" : Sha256.hex(tokenizer.json());
        try {
            copyTokenizer(runDir);
            return InitialCheckpoint.write(
                    store,
                    weft.run().directory(),
                    new RunIdentity(weft, layout, new Vocabulary(vocabSize(), sha256)),
                    source(shape(weft), layout, match, weft.run().seed()));
        } catch (IOException | RuntimeException e) {
            List<String> written = new ArrayList<>(TokenizerFile.COMPANIONS);
            written.add(TokenRoles.CHAT_TEMPLATES);
            written.add(RunDirectory.nameOf(weft.run().directory().tokenizer()));
            written.add(RunDirectory.nameOf(weft.run().directory().checkpoints()));
            target.restore(written, e);
            throw e;
        }
    }

    /**
     * A replica with these parameters, without a checkpoint on the way; the caller, whose thread owns it, closes it.
     *
     * @throws WeftException where the files lack parameters that would be random numbers
     */
    public ModelReplica replica(ReplicaOptions options) throws IOException {
        return replica(kind, shape(configIn(directory)), options);
    }

    /** The same of what gives vectors alone, whatever else is in the files. */
    ModelReplica body(ReplicaOptions options, TaskHead.Pooling pooling) throws IOException {
        Adaptation body = Adaptation.whole(TaskHead.vectors(pooling));
        return replica(
                new TaskClass(kind.family(), TaskName.EMBEDDING),
                new ModelShape(configIn(directory).model(), vocabSize(), body),
                options);
    }

    /** All of its parameters as float32, read as they are asked for, while this is open. */
    FloatModel floats() throws IOException {
        ModelShape shape = shape(configIn(directory));
        return new FloatModel(shape, kind, whole(kind, shape, shape.layout()));
    }

    /** Parameters that are all in the files: no seed matters. */
    private InitialCheckpoint.Source whole(TaskClass as, ModelShape shape, ParameterLayout layout) throws IOException {
        TensorMatch match = match(as, shape.layout());
        requireWhole(match);
        return source(shape, layout, match, 0);
    }

    /** Whether its replica has matrices of whole numbers: what is merged into them is none. */
    boolean keepsWholeNumbers() {
        return packed != null && adapter == null;
    }

    private ModelReplica replica(TaskClass as, ModelShape shape, ReplicaOptions options) throws IOException {
        if (!keepsWholeNumbers()) {
            return ReplicaLoader.open(shape, options, whole(as, shape, shape.layout()));
        }
        Map<String, String> names = packedNames(as, shape);
        QuantizedParameters kept = new QuantizedParameters(
                quantization.type(), quantization.groupSize(), quantization.activations(), names.keySet());
        return ReplicaLoader.open(
                shape, options.keeping(kept), whole(as, shape, kept.rest(shape.layout())), replica -> {
                    for (Map.Entry<String, String> name : names.entrySet()) {
                        replica.quantized(name.getKey(), packed.matrix(name.getValue()));
                    }
                });
    }

    private void requireWhole(TensorMatch match) {
        if (!match.fresh().isEmpty()) {
            throw WeftException.invalidData(
                    directory + " has a body without its head, whose answers would be chance: not in the files: "
                            + String.join(", ", match.fresh()),
                    "take the directory of a "
                            + kind.name(configIn(directory).model())
                            + ", or train a head: weft finetune --from " + directory);
        }
    }

    /** Of the matrices that engines compute with as they are packed, the names in the files by the layout's. */
    private Map<String, String> packedNames(TaskClass as, ModelShape shape) {
        Set<String> computed = QuantizedParameters.namesOf(QuantizedParameters.candidates(shape, shape.layout()));
        Map<String, String> names = new LinkedHashMap<>();
        for (String name : packed.names()) {
            if (computed.contains(as.toLayout(name))) {
                names.put(as.toLayout(name), name);
            }
        }
        return names;
    }

    private InitialCheckpoint.Source source(ModelShape shape, ParameterLayout layout, TensorMatch match, long seed) {
        ForeignParameters own = new ForeignParameters(layout, files, match, seed);
        return adapter == null ? own : adapter.merged(kind, shape, own);
    }

    /** Parameters that are not in the files. */
    List<String> fresh() throws IOException {
        return TensorMatch.of(kind, shape(configIn(directory)).layout(), files, directory)
                .fresh();
    }

    /** The tokenizer that lies with the model; empty where none does. */
    public Optional<TokenizerFile> tokenizer() {
        return Optional.ofNullable(tokenizer);
    }

    private ModelShape shape(WeftConfig weft) {
        return new ModelShape(weft.model(), vocabSize(), Adaptation.of(weft, List.of()));
    }

    private TensorMatch match(TaskClass as, ParameterLayout layout) throws IOException {
        TensorMatch match = TensorMatch.of(as, layout, files, directory);
        new TiedCopies(files).require(match);
        say(match);
        return match;
    }

    private void say(TensorMatch match) {
        if (!match.fresh().isEmpty()) {
            notices.add("not in the files, initialised afresh: " + String.join(", ", match.fresh()));
        }
        if (!match.leftOut().isEmpty()) {
            notices.add("left out, for the model has no place for them: " + String.join(", ", match.leftOut()));
        }
    }

    private void copyTokenizer(String runDir) throws IOException {
        if (tokenizer != null) {
            store.write(RunDirectory.of(runDir).tokenizer(), tokenizer.json());
        }
        TokenizerFile.copyCompanions(store, directory, runDir);
    }

    private String configPath() {
        return directory + "/" + HuggingFaceConfig.FILE;
    }

    @Override
    public void close() throws IOException {
        files.close();
    }
}
