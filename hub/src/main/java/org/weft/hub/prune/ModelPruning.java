package org.weft.hub.prune;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.weft.core.Json;
import org.weft.core.Records;
import org.weft.core.WeftException;
import org.weft.core.batches.Batch;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.HeadKind;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.Adaptation;
import org.weft.core.model.Family;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.ModelTokenizer;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.driver.checkpoint.WholeModel;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;
import org.weft.hub.HuggingFaceExport;

/** A smaller dense model out of a checkpoint's, as a Hugging Face directory. For one thread. */
public final class ModelPruning {
    /** The file that says what stayed; libraries pass it over. */
    public static final String FILE = "pruning.json";

    private static final int FORMAT_VERSION = 1;

    private final Store store;
    private final Checkpoint checkpoint;
    private final Options options;
    private final WeftConfig config;
    private final Family family;
    private final ModelShape shape;

    /** What parts are judged by. */
    public enum Method {
        MAGNITUDE,
        TAYLOR
    }

    /**
     * What is asked for.
     *
     * @param heads share of each block's heads that goes; 0 for none
     * @param units share of each perceptron's units that goes; 0 for none
     * @param blocks how many go
     * @param text of {@link Method#TAYLOR}; null otherwise
     * @param masked whether the model stays as large, with zeros for what goes
     */
    public record Options(double heads, double units, int blocks, Method method, TextSample text, boolean masked) {}

    /**
     * What was written.
     *
     * @param whole the model that it was made of
     * @param smaller what stayed, without the zeros of a masked one
     * @param blocks numbers of the blocks that stayed
     */
    public record Result(ModelShape whole, ModelShape smaller, List<Integer> blocks, List<String> files) {}

    /**
     * @throws WeftException of what the model does not allow, before anything is read or written
     */
    public ModelPruning(Store store, Checkpoint checkpoint, Options options) {
        this.store = store;
        this.checkpoint = checkpoint;
        this.options = options;
        this.config = unadapted(ReplicaLoader.configOf(checkpoint));
        this.family = Family.of(config.model());
        this.shape = shapeOf(config);
        choice().require();
        boolean judged = options.method() == Method.TAYLOR;
        boolean continues =
                config.model().continuesText() && config.finetune().task().head() == HeadKind.LANGUAGE;
        if (judged && !continues) {
            throw WeftException.usage(
                    "--method taylor needs a model that predicts the next token: " + checkpoint.directory()
                            + " model.architecture=" + config.model().architecture(),
                    "take --method magnitude");
        }
        if (options.masked()
                && options.blocks() > 0
                && family.parts(config.model(), 0).outputs().isEmpty()) {
            throw WeftException.usage(
                    "--masked with --blocks: a block of " + family.name()
                            + " whose outputs are zero changes what it is given, for a norm stands behind it",
                    "leave out one of the two");
        }
    }

    /** Adapters are merged, and what learnt is no matter. */
    private static WeftConfig unadapted(WeftConfig trained) {
        return trained.finetune().active()
                ? ConfigLoader.recorded(
                        "the checkpoint's configuration",
                        trained,
                        List.of("finetune.method=full", "finetune.frozen_layers=0"))
                : trained;
    }

    private ModelShape shapeOf(WeftConfig of) {
        Adaptation whole = Adaptation.whole(Adaptation.of(of, List.of()).head());
        return new ModelShape(of.model(), checkpoint.manifest().vocabSize(), whole);
    }

    private PartChoice choice() {
        return new PartChoice(
                family, config.model(), new PartChoice.Amounts(options.heads(), options.units(), options.blocks()));
    }

    /**
     * Chooses and writes.
     *
     * @param directory must be empty or not there
     * @param notices told what a person should know
     */
    public Result write(String directory, HuggingFaceExport.Options how, Consumer<String> notices) throws IOException {
        WholeModel whole = WholeModel.open(store, checkpoint);
        KeptParts kept = choose(whole);
        WeftConfig smaller = ConfigLoader.recorded("the smaller model", config, kept.overrides(config.model()));
        ModelShape left = shapeOf(smaller);
        if (!options.masked()) {
            sayWhereWidthIsNoMultiple(smaller.model(), notices);
        }
        Map<String, PartCut> cuts = options.masked()
                ? PartCut.masked(family, config.model(), whole.layout(), kept)
                : PartCut.smaller(family, config.model(), whole.layout(), kept);
        ParameterLayout layout = options.masked() ? whole.layout() : left.layout();
        requireAll(layout, cuts);
        HuggingFaceExport.Derived derived = new HuggingFaceExport.Derived(
                options.masked() ? config : smaller,
                layout,
                new PrunedParameters(whole, layout, cuts),
                Map.of(FILE, record(kept)));
        List<String> files = new HuggingFaceExport(store, checkpoint, derived, notices).write(directory, how);
        return new Result(shape, left, kept.blocks(), files);
    }

    private KeptParts choose(WholeModel whole) throws IOException {
        if (options.method() == Method.MAGNITUDE) {
            return choice().of(MagnitudeScores.of(family, config.model(), whole.layout(), whole));
        }
        List<Batch> batches = options.text().batches(store, config, ModelTokenizer.open(store, checkpoint));
        ReplicaOptions cpu = ReplicaOptions.cpu(config.cluster().threads());
        // A score is of the model, not of one draw of dropout's.
        WeftConfig still = Records.with(config, "model", Records.with(config.model(), "dropout", 0.0));
        try (ModelReplica replica = ReplicaLoader.open(shapeOf(still), cpu, whole)) {
            return choice().of(GradientScores.of(family, config.model(), replica, batches));
        }
    }

    private void sayWhereWidthIsNoMultiple(ModelConfig smaller, Consumer<String> notices) {
        String before = config.model().architecture();
        if (!smaller.architecture().equals(before)) {
            notices.accept(
                    "written as a " + smaller.architecture() + ", which computes the same: transformers takes no "
                            + before + " of " + smaller.heads() + " heads and a width of " + smaller.width());
        } else if (smaller.width() % smaller.heads() != 0) {
            notices.accept(
                    "model.width=" + smaller.width() + " is no multiple of the " + smaller.heads()
                            + " heads that stay: Weft reads this, and versions of transformers that ask for it of a Gemma 2 refuse it");
        }
    }

    /** What the cuts give is what the smaller configuration asks for. */
    private static void requireAll(ParameterLayout layout, Map<String, PartCut> cuts) {
        for (Parameter parameter : layout.parameters()) {
            PartCut cut = cuts.get(parameter.name());
            if (cut == null || cut.keptElements() != parameter.size()) {
                throw new IllegalStateException("pruned " + parameter.name() + " is not " + parameter.shape());
            }
        }
    }

    /** What stayed, by the whole model's numbers. */
    private byte[] record(KeptParts kept) throws IOException {
        Map<String, Object> record = new LinkedHashMap<>();
        record.put("format_version", FORMAT_VERSION);
        record.put("params_sha256", checkpoint.manifest().paramsSha256());
        record.put("method", options.method().name().toLowerCase(Locale.ROOT));
        record.put("masked", options.masked());
        record.put("blocks", kept.blocks());
        record.put("heads", kept.heads());
        record.put("units", kept.units());
        return Json.MAPPER.writeValueAsBytes(record);
    }
}
