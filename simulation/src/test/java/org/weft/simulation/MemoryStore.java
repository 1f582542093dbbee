package org.weft.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.weft.core.storage.Store;

/** The run's file system: whole files by path. Survives every process. */
final class MemoryStore {
    private final TreeMap<String, byte[]> files = new TreeMap<>();
    private final Consumer<String> onChange;

    /**
     * @param onChange told the path of every file or directory that was written or removed
     */
    MemoryStore(Consumer<String> onChange) {
        this.onChange = onChange;
    }

    /** A file's bytes, or null. */
    byte[] get(String path) {
        return files.get(path);
    }

    void put(String path, byte[] bytes) {
        files.put(path, bytes);
        onChange.accept(path);
    }

    void delete(String path) {
        boolean file = files.remove(path) != null;
        boolean directory = below(path).keySet().removeIf(name -> true);
        if (file || directory) {
            onChange.accept(path);
        }
    }

    List<Store.Entry> list(String directory) {
        TreeMap<String, Store.Entry> entries = new TreeMap<>();
        below(directory).forEach((path, bytes) -> {
            String rest = path.substring(directory.length() + 1);
            int slash = rest.indexOf('/');
            String name = slash < 0 ? rest : rest.substring(0, slash);
            entries.put(
                    name, new Store.Entry(directory + "/" + name, name, slash < 0 ? bytes.length : 0, slash >= 0, 0));
        });
        return new ArrayList<>(entries.values());
    }

    private Map<String, byte[]> below(String directory) {
        return files.subMap(directory + "/", directory + "0"); // '0' follows '/'.
    }
}
