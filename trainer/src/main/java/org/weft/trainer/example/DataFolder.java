package org.weft.trainer.example;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.storage.AtomicOutput;
import org.weft.core.storage.Store;

/**
 * Where an example's data go: files of JSON lines, and {@code data.json}, written last, which says what they are. A folder
 * with it is whole.
 */
public final class DataFolder {
    /** The commit. */
    static final String FACTS = "data.json";

    private final Store store;
    private final String directory;

    /**
     * @param directory on any Hadoop file system
     */
    public DataFolder(Store store, String directory) {
        this.store = store;
        this.directory = directory;
    }

    public String directory() {
        return directory;
    }

    /**
     * Whether the data that are asked for are there already.
     *
     * @param origin as {@link #commit} was given it
     * @throws WeftException where others are
     */
    public boolean holds(String origin) throws IOException {
        String path = directory + "/" + FACTS;
        if (!store.exists(path)) {
            return false;
        }
        String found = Json.parse(store.readAll(path), path, "remove " + directory)
                .path("origin")
                .asText();
        if (!found.equals(origin)) {
            throw WeftException.usage(
                    directory + " holds other data: " + found + ", asked for: " + origin,
                    "give another --work-dir, or remove that one");
        }
        return true;
    }

    /** Writes a file of JSON lines, an object each, in the order given. */
    void write(String name, List<? extends Map<String, ?>> rows) throws IOException {
        try (AtomicOutput out = store.create(directory + "/" + name)) {
            // Closing it gives the file up, so the writer is flushed and left.
            BufferedWriter lines = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
            for (Map<String, ?> row : rows) {
                lines.write(line(row));
                lines.write('\n');
            }
            lines.flush();
            out.commit();
        }
    }

    /** Writes files of rows by name, and commits. */
    <V> void writeAll(String origin, Map<String, List<Map<String, V>>> files) throws IOException {
        Map<String, Integer> counts = new TreeMap<>();
        for (Map.Entry<String, List<Map<String, V>>> file : files.entrySet()) {
            write(file.getKey(), file.getValue());
            counts.put(file.getKey(), file.getValue().size());
        }
        commit(origin, counts);
    }

    /**
     * The data are whole.
     *
     * @param origin where they come from and how many were asked for, in one line
     * @param counts what there is how often
     */
    void commit(String origin, Map<String, Integer> counts) throws IOException {
        ObjectNode facts = Json.INDENTED.createObjectNode().put("origin", origin);
        ObjectNode node = facts.putObject("counts");
        counts.forEach(node::put);
        store.write(
                directory + "/" + FACTS,
                (Json.INDENTED.writeValueAsString(facts) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static String line(Map<String, ?> row) {
        try {
            return Json.MAPPER.writeValueAsString(row);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
