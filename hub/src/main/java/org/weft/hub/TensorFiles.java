package org.weft.hub;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.Safetensors;
import org.weft.core.storage.Store;

/**
 * The tensors of a Hugging Face directory, in one file or in those that an index names. Headers are read and checked
 * when it is opened; a tensor's bytes are read when they are asked for. For one thread; holds files open until closed.
 */
final class TensorFiles implements AutoCloseable {
    static final String SINGLE = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";

    /** A name in the directory itself: nothing that could climb out of it. */
    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");

    /** What torch.compile and DistributedDataParallel put before every name. */
    private static final List<String> WRAPPERS = List.of("_orig_mod.", "module.");

    private final Store store;
    private final Map<String, Located> tensors = new LinkedHashMap<>();
    private final Map<String, Store.RandomReader> readers = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private String wrapper = "";
    private PackedTensors packed; // or null

    /**
     * A tensor and where its bytes are.
     *
     * @param path of its file
     * @param start position of its first byte in the file; below 0 of one that is packed
     */
    record Located(String path, Safetensors.Tensor tensor, long start) {}

    private TensorFiles(Store store) {
        this.store = store;
    }

    /** A directory's tensors. */
    static TensorFiles open(Store store, String directory) throws IOException {
        TensorFiles files = new TensorFiles(store);
        try {
            if (store.exists(directory + "/" + SINGLE)) {
                files.add(directory + "/" + SINGLE);
            } else if (store.exists(directory + "/" + INDEX)) {
                files.addIndexed(directory);
            } else {
                throw WeftException.invalidData(
                        directory + " holds no " + SINGLE + " and no " + INDEX,
                        "only safetensors are read; save the model with safe_serialization=True");
            }
            files.unwrap();
            return files;
        } catch (IOException | RuntimeException e) {
            files.close();
            throw e;
        }
    }

    /** One file's tensors. */
    static TensorFiles openFile(Store store, String path) throws IOException {
        TensorFiles files = new TensorFiles(store);
        try {
            files.add(path);
            return files;
        } catch (IOException | RuntimeException e) {
            files.close();
            throw e;
        }
    }

    private void unwrap() {
        for (boolean found = !tensors.isEmpty(); found; ) {
            found = false;
            for (String next : WRAPPERS) {
                String longer = wrapper + next;
                if (tensors.keySet().stream().allMatch(name -> name.startsWith(longer))) {
                    wrapper = longer;
                    found = true;
                }
            }
        }
        Map<String, Located> bare = new LinkedHashMap<>();
        tensors.forEach((name, located) -> bare.put(name.substring(wrapper.length()), located));
        tensors.clear();
        tensors.putAll(bare);
    }

    /** What every name in the files of a directory begins with and no wrapper should have left there; empty for most. */
    String wrapper() {
        return wrapper;
    }

    /** By their names in the files, without a wrapper's, in file order. */
    Map<String, Located> tensors() {
        return tensors;
    }

    /** Metadata of the files together. */
    Map<String, String> metadata() {
        return metadata;
    }

    /** The files of tensors. */
    Set<String> paths() {
        return readers.keySet();
    }

    /**
     * Has matrices that lie here as whole numbers read as float32 from now on, each as one tensor.
     *
     * @param inputFirst whether the layout has its matrices as (inputs, outputs)
     */
    PackedTensors fold(HubQuantization how, boolean inputFirst) throws IOException {
        packed = PackedTensors.fold(this, how, inputFirst);
        return packed;
    }

    /** Reads {@code count} bytes that begin {@code position} bytes into a tensor. */
    void read(Located located, long position, byte[] into, int count) throws IOException {
        if (located.start() < 0) {
            packed.read(located, position, into, count);
            return;
        }
        try {
            readers.get(located.path()).readFully(located.start() + position, into, 0, count);
        } catch (EOFException e) {
            throw WeftException.invalidData(
                    located.path() + ": the file was cut short while it was read", "take another copy of the file");
        }
    }

    /** Opens one file more, whose tensors are no part of the model's: an adapter's. They are read as the others are. */
    Map<String, Located> addBeside(String path) throws IOException {
        Map<String, Located> own = new LinkedHashMap<>(tensors);
        tensors.clear();
        try {
            add(path);
            return new LinkedHashMap<>(tensors);
        } finally {
            tensors.clear();
            tensors.putAll(own);
        }
    }

    private void addIndexed(String directory) throws IOException {
        String path = directory + "/" + INDEX;
        Map<String, String> fileOf = index(path);
        for (String file : new TreeSet<>(fileOf.values())) {
            add(directory + "/" + file);
        }
        List<String> problems = new ArrayList<>();
        fileOf.forEach((name, file) -> {
            Located located = tensors.get(name);
            if (located == null || !located.path().equals(directory + "/" + file)) {
                problems.add("tensor " + name + " is not in " + file);
            }
        });
        if (!problems.isEmpty()) {
            throw WeftException.invalidData(
                    path + " does not fit the files: " + String.join("; ", problems),
                    "the directory was copied in part, or files of two models are mixed; take another copy");
        }
    }

    /** File of each tensor. Nothing is opened before every name is known to be in the directory. */
    private Map<String, String> index(String path) throws IOException {
        JsonNode map = Json.parse(store.readAll(path), path, "take another copy of the directory")
                .path("weight_map");
        if (!map.isObject() || map.isEmpty()) {
            throw broken(path, "it has no weight_map");
        }
        Map<String, String> fileOf = new LinkedHashMap<>();
        Set<String> outside = new TreeSet<>();
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            String file = entry.getValue().asText();
            fileOf.put(entry.getKey(), file);
            if (!FILE_NAME.matcher(file).matches()) {
                outside.add(file);
            }
        }
        if (!outside.isEmpty()) {
            throw WeftException.invalidData(
                    path + " names files that are not in its directory: " + String.join(", ", outside),
                    "files of a model stand beside their index; nothing else is read");
        }
        return fileOf;
    }

    private static WeftException broken(String path, String what) {
        return WeftException.invalidData(
                path + " is no index of tensors: " + what, "it is damaged; take another copy of the directory");
    }

    private void add(String path) throws IOException {
        Store.RandomReader reader;
        try {
            reader = store.openRandom(path);
        } catch (FileNotFoundException e) {
            throw WeftException.invalidData(
                    "there is no file " + path, "the directory was copied in part; take another copy");
        }
        readers.put(path, reader);
        Safetensors header = Safetensors.readHeader(reader, path);
        requireNoOverlap(header, path);
        metadata.putAll(header.metadata());
        header.tensors().forEach((name, tensor) -> {
            Located before = tensors.put(name, new Located(path, tensor, header.dataStart() + tensor.begin()));
            if (before != null) {
                throw WeftException.invalidData(
                        "tensor " + name + " is in two files: " + before.path() + " and " + path,
                        "files of two models are mixed; take another copy of the directory");
            }
        });
    }

    private static void requireNoOverlap(Safetensors header, String path) {
        long end = 0;
        for (Map.Entry<String, Safetensors.Tensor> entry : header.tensors().entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<String, Safetensors.Tensor> e) ->
                                e.getValue().begin())
                        .thenComparingLong(e -> e.getValue().end()))
                .toList()) {
            if (entry.getValue().begin() < end) {
                throw WeftException.invalidData(
                        path + ": tensor " + entry.getKey() + " overlaps the one before it: begin="
                                + entry.getValue().begin() + " end before it=" + end,
                        "the file is damaged; take another copy");
            }
            end = entry.getValue().end();
        }
    }

    @Override
    public void close() throws IOException {
        for (Store.RandomReader reader : readers.values()) {
            reader.close();
        }
    }
}
