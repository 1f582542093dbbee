package org.weft.hub.onnx;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.config.HeadKind;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.driver.checkpoint.WholeModel;
import org.weft.hub.CompanionFiles;
import org.weft.hub.ExportDirectory;
import org.weft.hub.ExportRecord;

/**
 * Writes a checkpoint's model, adapters merged, as {@code model.onnx} with its weights in {@code model.onnx_data}, and beside them
 * what a Hugging Face directory has, under Optimum's names. Weights are read in pieces and written as they come; one that is
 * transposed or quantised is in memory by itself. {@code model.onnx} is written last. For one thread.
 */
public final class OnnxExport {
    public static final String FILE = "model.onnx";
    public static final String DATA = "model.onnx_data";

    /** Weights begin at multiples of a page, so that they can be mapped into memory. */
    private static final int PAGE = 4096;

    private final Store store;
    private final Checkpoint checkpoint;
    private final WeftConfig config;
    private final ModelShape shape;
    private final WholeModel model;
    private final CompanionFiles companions;
    private final Consumer<String> notices;

    /**
     * @param notices told what a person should know
     * @throws WeftException of a model that is not written
     */
    public OnnxExport(Store store, Checkpoint checkpoint, Consumer<String> notices) throws IOException {
        this.store = store;
        this.checkpoint = checkpoint;
        this.notices = notices;
        this.config = ReplicaLoader.configOf(checkpoint);
        this.shape = ReplicaLoader.shapeOf(checkpoint);
        requireKnown();
        this.model = WholeModel.open(store, checkpoint);
        this.companions = new CompanionFiles(store, checkpoint, notices);
    }

    private void requireKnown() {
        ModelConfig own = shape.config();
        if (ModelGraph.missing().contains(own.architecture())) {
            throw refused("model.architecture=" + own.architecture() + "; nor "
                    + String.join(
                            ", ",
                            ModelGraph.missing().stream()
                                    .filter(name -> !name.equals(own.architecture()))
                                    .toList()));
        }
        if (own.ropeScaling().followsLength()) {
            throw refused("model.rope_scaling=" + own.ropeScaling().word()
                    + ": a graph turns each position in one way, whatever the length of the text");
        }
        if (shape.adaptation().head().pooler() && own.causal()) {
            throw refused("finetune.pooling=first of " + own.architecture());
        }
    }

    private static WeftException refused(String what) {
        return WeftException.usage(
                "--format onnx does not write " + what,
                "leave --format out: a Hugging Face directory holds every model");
    }

    /**
     * Writes the directory, which must be empty or not there; where anything goes wrong, what was written goes again.
     *
     * @param type of the matrices
     * @param chatTemplate how the model is to be spoken with, in Jinja; empty for what lies beside its tokenizer
     * @return names of the files of tensors
     */
    public List<String> write(String directory, OnnxType type, String chatTemplate) throws IOException {
        OnnxGraph graph = graph(type);
        if (config.model().nextSentence() && shape.adaptation().head().kind() == HeadKind.LANGUAGE) {
            notices.accept("the graph predicts masked tokens; whether segments follow one another it does not");
        }
        ExportDirectory target = ExportDirectory.require(store, directory);
        try {
            List<Long> places = places(graph);
            List<OnnxWeight> weights = graph.weights();
            target.write(DATA, out -> {
                long at = 0;
                for (int i = 0; i < places.size(); i++) {
                    OnnxWeight weight = weights.get(i);
                    out.write(new byte[(int) (places.get(i) - at)]);
                    weight.content().writeTo(out, model);
                    at = places.get(i) + weight.bytes();
                }
            });
            byte[] json = companions.write(target, chatTemplate, FloatFormat.F32);
            target.write("config.json", json);
            ExportRecord.Form form = new ExportRecord.Form(ExportRecord.ONNX, type.word(), 0);
            ExportRecord.write(store, checkpoint, form, target, FILE, graph.toModel(places, DATA));
            return List.of(FILE, DATA);
        } catch (IOException | RuntimeException | Error e) {
            target.restore(e);
            throw e;
        }
    }

    /** How many parameters are written. */
    public long parameters() {
        return model.layout().size();
    }

    private OnnxGraph graph(OnnxType type) {
        OnnxGraph graph = new OnnxGraph();
        boolean cached = shape.config().causal() && shape.adaptation().head().kind() == HeadKind.LANGUAGE;
        OnnxLayers layers = new OnnxLayers(graph, model.layout(), type);
        OnnxInputs inputs = new OnnxInputs(graph, shape.config().causal(), cached);
        ModelGraph family = ModelGraph.of(shape, layers, inputs).orElseThrow();
        new OnnxHeads(shape, layers, inputs, family, config.finetune().normalize()).add();
        return graph;
    }

    private static List<Long> places(OnnxGraph graph) {
        List<Long> places = new ArrayList<>();
        long at = 0;
        for (OnnxWeight weight : graph.weights()) {
            places.add(at);
            at += (weight.bytes() + PAGE - 1) / PAGE * PAGE;
        }
        return places;
    }
}
