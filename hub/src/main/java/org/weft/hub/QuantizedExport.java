package org.weft.hub;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.checkpoint.Safetensors;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.core.quantize.QuantizationGrid;
import org.weft.core.quantize.QuantizationType;
import org.weft.core.quantize.QuantizedMatrix;
import org.weft.core.storage.Store;

/**
 * Writes a model as a Hugging Face directory whose linear layers are whole numbers and scales, as compressed-tensors lays them out:
 * matrix by matrix, one of them in memory, in one file. Shapes come first in it, then the matrices, then what stays float, so that
 * each tensor stands at a multiple of its elements' size. config.json is written last. For one thread.
 */
public final class QuantizedExport implements AutoCloseable {
    private final Store store;
    private final Options options;
    private final QuantizedSource source;
    private final FloatModel model;
    private final QuantizationGrid grid;
    private final boolean inputFirst;
    private final QuantizedFile file;
    private final Consumer<String> notices;

    /**
     * What is asked for.
     *
     * @param groupSize inputs that share a scale; 0 for all of an output's
     * @param activations whether who reads it is to round what weights are multiplied with to bytes
     * @param floats what stays float is stored in, and scales
     */
    public record Options(QuantizationType type, int groupSize, boolean activations, FloatFormat floats) {}

    /** Rounds a matrix. */
    @FunctionalInterface
    public interface Rounding {
        /** To the nearest. */
        Rounding NEAREST =
                (parameter, weights, grid, rows, columns) -> QuantizedMatrix.nearest(grid, weights, rows, columns);

        /**
         * @param parameter its name in the layout
         * @param weights (O, I), the callee's from now on
         * @param rows O
         * @param columns I
         */
        QuantizedMatrix round(String parameter, float[] weights, QuantizationGrid grid, int rows, int columns)
                throws IOException;
    }

    /**
     * What was written.
     *
     * @param matrices how many are whole numbers
     * @param numbers of those
     * @param parameters of the whole model
     * @param bytes of all tensors
     */
    public record Written(int matrices, long numbers, long parameters, long bytes) {

        /** Of what float32 takes. */
        public double share() {
            return (double) bytes / (parameters * Float.BYTES);
        }
    }

    /**
     * @param chatTemplate what goes out instead of the one beside a checkpoint's tokenizer; empty for that one
     * @param notices told what a person should know
     * @throws WeftException where a matrix is not one of whole groups; nothing is written yet
     */
    public QuantizedExport(
            Store store, StoredModel stored, Options options, String chatTemplate, Consumer<String> notices)
            throws IOException {
        this.store = store;
        this.options = options;
        this.notices = notices;
        source = QuantizedSource.of(store, stored, chatTemplate, notices);
        model = source.floats();
        grid = new QuantizationGrid(options.type(), options.groupSize(), options.floats());
        inputFirst = model.shape().family().inputFirst();
        file = new QuantizedFile(model, grid, !options.activations());
        requireGroups();
    }

    private void requireGroups() throws IOException {
        for (Parameter parameter : model.shape().layout().parameters()) {
            if (file.isQuantized(parameter) && !grid.divides(file.columns(parameter))) {
                source.close();
                throw WeftException.usage(
                        "--group-size " + options.groupSize() + " does not divide the " + file.columns(parameter)
                                + " inputs of " + parameter.name(),
                        "give a --group-size that does: "
                                + suggestion(model.shape().layout().parameters().stream()
                                        .filter(file::isQuantized)
                                        .mapToInt(file::columns)
                                        .reduce(0, QuantizedExport::gcd)));
            }
        }
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    /** The usual sizes that divide all widths, else what they have in common. */
    private static String suggestion(int common) {
        for (int usual : new int[] {128, 64, 32}) {
            if (common % usual == 0) {
                return String.valueOf(usual);
            }
        }
        return String.valueOf(common);
    }

    /** The matrices of each block, from the first on. */
    public List<Set<String>> blocks() {
        ParameterLayout layout = model.shape().layout();
        int[] places = model.shape().family().blocksOf(layout, model.shape().config());
        List<Set<String>> blocks = new ArrayList<>();
        for (int block = 0; block < model.shape().config().blocks(); block++) {
            Set<String> names = new LinkedHashSet<>();
            for (int i = 0; i < places.length; i++) {
                Parameter parameter = layout.parameters().get(i);
                if (places[i] == block && file.isQuantized(parameter)) {
                    names.add(parameter.name());
                }
            }
            blocks.add(names);
        }
        return blocks;
    }

    /** Writes the directory, which must be empty or not there; where anything goes wrong, what was written goes again. */
    public Written write(String directory, Rounding rounding) throws IOException {
        ExportDirectory target = ExportDirectory.require(store, directory);
        try {
            Safetensors header = file.header();
            target.write(TensorFiles.SINGLE, out -> {
                header.writeHeader(out);
                file.writeTensors(out, rounding);
            });
            ObjectNode config = source.companions(target, options.floats());
            HubQuantization said = new HubQuantization(options.type(), options.groupSize(), options.activations());
            String layers = inputFirst ? "Conv1D" : "Linear";
            config.set(HubQuantization.KEY, said.write(layers, ignored()));
            if (inputFirst) {
                notices.accept("transformers and vLLM quantise no Conv1D layer, as those of "
                        + model.kind().family().modelType() + " are: Weft alone reads this directory");
            }
            target.write(HuggingFaceConfig.FILE, Json.INDENTED.writeValueAsBytes(config));
            return written(header);
        } catch (IOException | RuntimeException e) {
            target.restore(e);
            throw e;
        }
    }

    private Written written(Safetensors header) {
        long numbers =
                file.quantizedParameters().stream().mapToLong(Parameter::size).sum();
        long bytes = header.tensors().values().stream()
                .mapToLong(Safetensors.Tensor::end)
                .max()
                .orElse(0);
        return new Written(
                file.quantizedParameters().size(),
                numbers,
                model.shape().layout().size(),
                bytes);
    }

    /** Layers of the same class as those that are quantised, and that are not. */
    private List<String> ignored() {
        Set<String> names = new TreeSet<>();
        file.floatParameters().stream()
                .filter(Parameter::matrix)
                .forEach(parameter -> names.add(QuantizedFile.layer(model.foreign(parameter))));
        model.kind().family().names().copies().keySet().stream()
                .filter(name -> name.endsWith(HubQuantization.WEIGHT))
                .forEach(name -> names.add(QuantizedFile.layer(name)));
        return List.copyOf(names);
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
