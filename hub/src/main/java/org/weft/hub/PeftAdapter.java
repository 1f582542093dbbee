package org.weft.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.model.HubTable;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Parameter;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.InitialCheckpoint;
import org.weft.driver.checkpoint.LowRankProduct;

/**
 * A low-rank adapter as PEFT saves it, merged into its base's parameters while those are read: W + scale B A. Modules that
 * it saved whole, as a task's head, stand for the base's. Holds one adapted layer's A and B in memory. For one thread.
 */
final class PeftAdapter {
    static final String TENSORS = "adapter_model.safetensors";

    /** What PEFT puts before the names of its model's modules. */
    static final String WRAPPER = "base_model.model.";

    private static final String DOWN = ".lora_A.weight";
    private static final String UP = ".lora_B.weight";

    private final String directory;
    private final PeftConfig config;
    private final TensorFiles files;
    /** A and B by the adapted weight's name in the base's files. */
    private final Map<String, TensorFiles.Located> downs = new HashMap<>();

    private final Map<String, TensorFiles.Located> ups = new HashMap<>();
    /** What stands for tensors of the base, by their names in its files. */
    private final Map<String, TensorFiles.Located> whole = new HashMap<>();

    private String readName; // the layer whose product was read last
    private LowRankProduct read;

    private PeftAdapter(String directory, PeftConfig config, TensorFiles files) {
        this.directory = directory;
        this.config = config;
        this.files = files;
    }

    /**
     * Reads configuration and header; the tensors that it has whole take the place of the base's.
     *
     * @param files the base's, which are to hold the adapter's file open too
     */
    static PeftAdapter open(Store store, String directory, TensorFiles files) throws IOException {
        PeftAdapter adapter = new PeftAdapter(directory, PeftConfig.read(store, directory), files);
        if (!store.exists(directory + "/" + TENSORS)) {
            throw WeftException.invalidData(
                    directory + " has no " + TENSORS, "only safetensors are read; save the adapter anew");
        }
        files.addBeside(directory + "/" + TENSORS).forEach(adapter::take);
        if (!adapter.downs.keySet().equals(adapter.ups.keySet()) || adapter.downs.isEmpty()) {
            throw WeftException.invalidData(
                    directory + "/" + TENSORS + " has lora_A of " + adapter.downs.size() + " layers and lora_B of "
                            + adapter.ups.size(),
                    "the file is damaged, or of another kind of adapter");
        }
        adapter.whole.forEach(files.tensors()::put);
        return adapter;
    }

    private void take(String name, TensorFiles.Located tensor) {
        if (!name.startsWith(WRAPPER) || name.contains(".lora_embedding_") || name.contains(".base_layer.")) {
            throw WeftException.invalidData(
                    tensor.path() + ": tensor " + name + " is not one that Weft reads",
                    "adapters of linear layers and modules_to_save are read; others merge with merge_and_unload()");
        }
        String bare = name.substring(WRAPPER.length());
        if (bare.endsWith(DOWN)) {
            downs.put(bare.substring(0, bare.length() - DOWN.length()) + ".weight", tensor);
        } else if (bare.endsWith(UP)) {
            ups.put(bare.substring(0, bare.length() - UP.length()) + ".weight", tensor);
        } else {
            whole.put(bare, tensor);
        }
    }

    /** The base's config.json as that of the class that the adapter is of, with as many labels as the head has outputs. */
    JsonNode adapted(JsonNode base, HubTable family) {
        String head = config.classEnd();
        if (head.isEmpty()) {
            return base;
        }
        ObjectNode adapted = base.deepCopy();
        adapted.remove(RowReading.KEY); // how the base's task reads its rows
        adapted.putArray("architectures").add(family.classPrefix() + head);
        whole.forEach((name, tensor) -> {
            long outputs = tensor.tensor().shape().get(0);
            if (TaskClass.isOutput(name) && adapted.path("id2label").size() != outputs) {
                adapted.remove(List.of("id2label", "label2id"));
                adapted.put("num_labels", outputs);
            }
        });
        return adapted;
    }

    /**
     * The base's parameters with the adapters merged into them.
     *
     * @param base gives pieces of one parameter each
     * @throws WeftException that names what does not fit
     */
    InitialCheckpoint.Source merged(TaskClass kind, ModelShape shape, InitialCheckpoint.Source base) {
        NavigableMap<Long, Layer> layers = layers(kind, shape);
        return (offset, length, sink) -> base.read(offset, length, (at, bytes) -> {
            Map.Entry<Long, Layer> last = layers.floorEntry(at);
            if (last != null && at < last.getValue().parameter().end()) {
                product(last.getValue()).addTo(bytes, at - last.getKey());
            }
            sink.accept(at, bytes);
        });
    }

    /** Adapted layers by the parameters' offsets, each checked against what is to be added to it. */
    private NavigableMap<Long, Layer> layers(TaskClass kind, ModelShape shape) {
        Map<String, Parameter> parameters = new HashMap<>();
        shape.layout().parameters().forEach(parameter -> parameters.put(parameter.name(), parameter));
        NavigableMap<Long, Layer> layers = new TreeMap<>();
        List<String> problems = new ArrayList<>();
        for (String name : new TreeSet<>(downs.keySet())) {
            Parameter parameter = parameters.get(kind.toLayout(name));
            if (parameter == null || parameter.shape().size() != 2) {
                problems.add(name + " is no linear layer of the model, or is tied to another");
                continue;
            }
            Layer layer = new Layer(name, parameter, shape.family().inputFirst() && !TaskClass.isHead(name));
            requireShape(name + DOWN, downs.get(name), List.of(config.rank(), layer.in()), problems);
            requireShape(name + UP, ups.get(name), List.of(layer.out(), config.rank()), problems);
            layers.put(parameter.offset(), layer);
        }
        if (!problems.isEmpty()) {
            throw WeftException.invalidData(
                    directory + " does not fit its base: " + String.join("; ", problems),
                    "give the base that the adapter was trained over; ranks that differ by layer are not read");
        }
        return layers;
    }

    /**
     * A linear layer that has an adapter.
     *
     * @param name in the base's files
     */
    private record Layer(String name, Parameter parameter, boolean inputFirst) {
        int in() {
            return parameter.shape().get(inputFirst ? 0 : 1);
        }

        int out() {
            return parameter.shape().get(inputFirst ? 1 : 0);
        }
    }

    private LowRankProduct product(Layer layer) throws IOException {
        if (!layer.name().equals(readName)) {
            readName = layer.name();
            read = new LowRankProduct(
                    floats(downs.get(readName)),
                    floats(ups.get(readName)),
                    layer.in(),
                    layer.out(),
                    layer.inputFirst(),
                    config.scale());
        }
        return read;
    }

    private static void requireShape(
            String name, TensorFiles.Located tensor, List<Integer> shape, List<String> problems) {
        if (!tensor.tensor()
                .shape()
                .equals(shape.stream().map(Integer::longValue).toList())) {
            problems.add(name + " has shape " + tensor.tensor().shape() + " expected " + shape);
        }
        if (FloatFormat.of(tensor.tensor().dtype()).isEmpty()) {
            problems.add(name + " has dtype " + tensor.tensor().dtype() + ", F32, F16 and BF16 are read");
        }
    }

    private float[] floats(TensorFiles.Located tensor) throws IOException {
        FloatFormat format = FloatFormat.of(tensor.tensor().dtype()).orElseThrow();
        int count = Math.toIntExact(tensor.tensor().elements());
        byte[] stored = new byte[count * format.bytes()];
        files.read(tensor, 0, stored, stored.length);
        ByteBuffer wide = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        format.decode(ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN), wide);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = wide.getFloat(i * Float.BYTES);
            if (!Float.isFinite(values[i])) {
                throw WeftException.invalidData(
                        tensor.path() + ": a number of an adapter is not finite: index=" + i + " value=" + values[i],
                        "the adapter diverged or the file is damaged; take another copy");
            }
        }
        return values;
    }
}
