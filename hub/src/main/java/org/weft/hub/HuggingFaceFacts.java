package org.weft.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.weft.core.WeftException;
import org.weft.core.model.HubTable;
import org.weft.core.storage.Store;

/** What {@code inspect} says of a Hugging Face directory and of a file of tensors. Reads headers, not numbers. */
public final class HuggingFaceFacts {
    private HuggingFaceFacts() {}

    /** Architecture, parameters, element types, files, and the model section that an import would print. */
    public static ObjectNode ofDirectory(Store store, String directory) throws IOException {
        String path = directory + "/" + HuggingFaceConfig.FILE;
        JsonNode config = HuggingFaceModel.readConfig(store, directory);
        ObjectNode facts = JsonNodeFactory.instance.objectNode();
        facts.put("kind", "huggingface").put("path", directory);
        facts.set("architectures", config.path("architectures"));
        facts.set("model_type", config.path("model_type"));
        try (TensorFiles files = TensorFiles.open(store, directory)) {
            putTensors(facts, files);
            files.paths().forEach(facts.putArray("files")::add);
            putModel(facts, config, files, path);
        }
        facts.set("config", config);
        return facts;
    }

    /** Where Weft cannot read the model its facts are still facts; why not is one of them. */
    private static void putModel(ObjectNode facts, JsonNode config, TensorFiles files, String path) {
        try {
            TaskClass kind = TaskClass.of(HubTable.of(config, path), config);
            Set<String> names = new LinkedHashSet<>();
            files.tensors().keySet().forEach(name -> names.add(kind.toLayout(name)));
            HuggingFaceConfig read = HuggingFaceConfig.read(kind.family(), config, names, path);
            facts.set("model", read.model());
        } catch (WeftException e) {
            facts.put("cannot_be_imported", e.getMessage());
        }
    }

    /** Metadata, parameters, element types, and each tensor's shape. */
    public static ObjectNode ofFile(Store store, String path) throws IOException {
        ObjectNode facts = JsonNodeFactory.instance.objectNode();
        facts.put("kind", "safetensors").put("path", path);
        try (TensorFiles files = TensorFiles.openFile(store, path)) {
            ObjectNode metadata = facts.putObject("metadata");
            files.metadata().forEach(metadata::put);
            putTensors(facts, files);
            ObjectNode tensors = facts.putObject("tensors");
            files.tensors().forEach((name, located) -> {
                ObjectNode tensor =
                        tensors.putObject(name).put("dtype", located.tensor().dtype());
                located.tensor().shape().forEach(tensor.withArray("shape")::add);
            });
        }
        return facts;
    }

    /** What is wrong with a directory's or a file's tensors, of which every byte is read; they have no checksums. */
    public static List<String> verify(Store store, String path) throws IOException {
        try (TensorFiles files =
                path.endsWith(".safetensors") ? TensorFiles.openFile(store, path) : TensorFiles.open(store, path)) {
            byte[] buffer = new byte[1 << 20];
            for (TensorFiles.Located located : files.tensors().values()) {
                long bytes = located.tensor().end() - located.tensor().begin();
                for (long at = 0; at < bytes; at += buffer.length) {
                    files.read(located, at, buffer, (int) Math.min(buffer.length, bytes - at));
                }
            }
            return List.of();
        }
    }

    private static void putTensors(ObjectNode facts, TensorFiles files) {
        long elements = 0;
        Map<String, Long> dtypes = new TreeMap<>();
        for (TensorFiles.Located located : files.tensors().values()) {
            elements += located.tensor().elements();
            dtypes.merge(located.tensor().dtype(), located.tensor().elements(), Long::sum);
        }
        facts.put("tensor_count", files.tensors().size()).put("parameters", elements);
        ObjectNode counts = facts.putObject("dtypes");
        dtypes.forEach(counts::put);
    }
}
